"""Alerts with their updates and cancels as every way of asking shows them: by number, as a list, and as changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from alerts.build import build_update, canceling, raised_anew
from schemas.events import Alert
from schemas.types import Tier
from storage.alerts.changes import (
    StoredPicture,
    alerts_before,
    changed_between,
    changed_since,
    last_change_after,
    newest_change,
    picture_of,
)
from storage.alerts.deliveries import routing
from storage.alerts.dispositions import canceled_among, find_alert
from storage.alerts.numbering import number_alerts
from storage.alerts.raised import AlertLog
from storage.alerts.rules import RuleBook
from storage.database import Database
from tests.integration.alerts.records import outbox_of
from tests.integration.storage.alerts.stored import TOPIC, as_json, write
from tests.integration.storage.sharing.rows import agree, put, release
from tests.unit.alerts.samples import AGENCY, START, sample_alert


@dataclass(frozen=True, slots=True)
class Story:
    """What was written: two vehicles, one that was canceled, raised anew and canceled again, and another agency's."""

    first: Alert
    update: Alert
    unnumbered: Alert
    canceled: Alert
    cancel: Alert
    anew: Alert
    second_cancel: Alert
    foreign: Alert


@pytest.fixture
def story(database: Database) -> Story:
    """Numbers: 1 the first alert, 2 the canceled one, 3 the other agency's, 4 the update, 5 the cancel, 6 the alert
    that was raised anew, 7 its cancel; the newest update has none yet."""
    first = sample_alert(0, "AAA1111", picture=b"first")
    better = sample_alert(4, "AAA1111", picture=b"update")
    update = build_update(better, updates=first.alert_id, reason="better")
    unnumbered = build_update(sample_alert(5, "AAA1111"), updates=first.alert_id, reason="better still")
    gone = sample_alert(1, "BBB2222")
    anew = raised_anew(gone, "3")
    at = START + timedelta(hours=1)
    told = Story(
        first,
        update,
        unnumbered,
        gone,
        canceling(gone, "entry withdrawn", created_at=at),
        anew,
        canceling(anew, "entry expired", created_at=at),
        sample_alert(2, "CCC3333").model_copy(update={"agency_id": "gotham"}),
    )
    write(database, told.first, tier=Tier.PROBABLE)
    for one in (told.canceled, told.foreign, told.update, told.cancel, told.anew, told.second_cancel):
        write(database, one)
    write(database, told.unnumbered, numbered=False)
    return told


def test_an_alert_is_found_by_its_own_numbers_and_by_those_of_what_followed_it(
    database: Database, story: Story
) -> None:
    for wanted in (1, 4, story.first.alert_id, story.update.alert_id):
        found = find_alert(database, wanted)
        assert found is not None
        assert (found.alert_id, found.alert_number, found.hit_id) == (story.first.alert_id, 1, story.first.hit.hit_id)
        assert (found.captured_at, found.is_canceled, found.canceled) == (START, False, None)
        # Whoever looks at it sees what was written last, numbered or not.
        assert (found.payload, found.newest) == (as_json(story.first), as_json(story.unnumbered))
    for wanted, alert, number, reason in (
        (2, story.canceled, 2, "entry withdrawn"),
        (5, story.canceled, 2, "entry withdrawn"),
        (story.cancel.alert_id, story.canceled, 2, "entry withdrawn"),
        (6, story.anew, 6, "entry expired"),
        (7, story.anew, 6, "entry expired"),
    ):
        found = find_alert(database, wanted)
        assert found is not None
        assert (found.alert_id, found.alert_number) == (alert.alert_id, number)
        assert (found.is_canceled, found.canceled) == (True, reason)
        assert found.payload == found.newest == as_json(alert)
    for nothing in (8, 0, story.unnumbered.alert_id, uuid4()):
        assert find_alert(database, nothing) is None
    everything = [one.alert_id for one in (story.first, story.canceled, story.cancel, story.update, story.anew)]
    assert canceled_among(database, everything) == {story.canceled.alert_id, story.anew.alert_id}
    assert canceled_among(database, [story.first.alert_id, uuid4()]) == set()


def test_officers_see_an_alert_once_with_its_newest_update_and_why_it_was_taken_back(
    database: Database, story: Story
) -> None:
    def shown(**wanted: Any) -> list[tuple[int, UUID, int, str | None]]:
        rows = AlertLog(database).latest(**({"limit": 99} | wanted))
        return [(row.alert_number, UUID(row.payload["alert_id"]), row.last_number, row.canceled) for row in rows]

    rows = [
        (7, story.second_cancel.alert_id, 7, None),
        (6, story.anew.alert_id, 6, "entry expired"),
        (5, story.cancel.alert_id, 5, None),
        (3, story.foreign.alert_id, 3, None),
        (2, story.canceled.alert_id, 2, "entry withdrawn"),
        (1, story.update.alert_id, 4, None),
    ]
    assert shown() == rows
    assert shown(limit=2) == rows[:2]
    assert shown(after=5) == rows[:2]
    assert shown(tier=Tier.EXACT) == rows  # an update has raised the first one's
    assert shown(tier=Tier.PROBABLE) == []
    followed = AlertLog(database).after(0)
    assert [(row.alert_number, UUID(row.payload["alert_id"]), row.last_number, row.canceled) for row in followed] == [
        (1, story.first.alert_id, 1, None),
        (2, story.canceled.alert_id, 2, "entry withdrawn"),
        (3, story.foreign.alert_id, 3, None),
        (4, story.update.alert_id, 4, None),
        (5, story.cancel.alert_id, 5, None),
        (6, story.anew.alert_id, 6, "entry expired"),
        (7, story.second_cancel.alert_id, 7, None),
    ]
    assert [row.alert_number for row in AlertLog(database).after(4, 2)] == [5, 6]
    number_alerts(database)
    assert shown()[-1] == (1, story.unnumbered.alert_id, 8, None)


def test_what_became_of_a_message_is_told_for_what_is_shown(database: Database, story: Story) -> None:
    """Of an alert with an update, what became of the update; of what goes to other agencies, nothing."""

    def told() -> dict[int, tuple[bool, str | None]]:
        return {row.alert_number: (row.published, row.dead_letter) for row in AlertLog(database).latest(99)}

    agree(database, "suffolk")
    waits = put(database, "elsewhere", "suffolk", release())
    with database.connection() as connection:
        connection.execute(
            "update outbox set alert_id = %s where outbox_id = %s", (story.foreign.alert_id, waits.outbox_id)
        )
        connection.execute("delete from outbox where alert_id = %s", (story.anew.alert_id,))
    assert set(told().values()) == {(False, None)}
    with outbox_of(database) as outbox:
        rows = {row.alert_id: row.outbox_id for row in outbox.take(99) if row.topic == TOPIC}
        outbox.mark_sent([rows[one.alert_id] for one in (story.first, story.foreign, story.cancel)])
        outbox.dead_letter(rows[story.canceled.alert_id], "too large")
    assert {number: one for number, one in told().items() if one != (False, None)} == {
        2: (False, "too large"),
        3: (True, None),
        5: (True, None),
    }
    with outbox_of(database) as outbox:
        outbox.mark_sent([rows[story.update.alert_id]])
    assert told()[1] == (True, None)


def test_changes_show_what_stands_in_the_order_of_their_newest(database: Database, story: Story) -> None:
    last = newest_change(database)

    def shown(agency: str = AGENCY, after: int = 0, until: int = last) -> list[tuple[UUID, UUID, str | None]]:
        return [
            (one.found.alert_id, UUID(one.found.newest["alert_id"]), one.found.canceled)
            for one in changed_between(database, agency, after, until)
        ]

    first = (story.first.alert_id, story.update.alert_id, None)
    gone = (story.canceled.alert_id, story.canceled.alert_id, "entry withdrawn")
    anew = (story.anew.alert_id, story.anew.alert_id, "entry expired")
    assert shown() == [first, gone, anew]
    assert shown("gotham") == [(story.foreign.alert_id, story.foreign.alert_id, None)]
    assert shown("metropolis") == []
    # Two changes are the first alert's, of which the second is the update.
    changes = changed_between(database, AGENCY, 0, last)
    numbers = [one.change_number for one in changes]
    assert numbers == sorted(set(numbers))
    assert shown(after=numbers[0] - 1) == [first, gone, anew]
    assert shown(after=numbers[0]) == [gone, anew]
    assert shown(until=numbers[1]) == [first, gone]
    # By then the second vehicle had changed once, before the first one's update.
    assert shown(until=numbers[1] - 1) == [gone, first]
    assert last_change_after(database, numbers[1]) == last
    assert last_change_after(database, numbers[1], 1) == numbers[1] + 1
    assert last_change_after(database, last) is None
    assert [one.has_picture for one in changes] == [True, False, False]
    for one in changes:
        assert "plate_picture" not in one.found.payload
        assert "plate_picture" not in one.found.newest
    assert changes[0].found.payload == {
        name: value for name, value in as_json(story.first).items() if name != "plate_picture"
    }
    assert [one.found.is_canceled for one in changes] == [False, True, True]


def test_changes_since_a_moment_are_the_newest_and_pages_go_backwards(database: Database, story: Story) -> None:
    with database.connection() as connection:
        connection.execute("update alert_changes set changed_at = %s", (START,))
        connection.execute(
            "update alert_changes set changed_at = %s where alert_id = %s",
            (START + timedelta(seconds=1), story.anew.alert_id),
        )

    def since(seconds: float, limit: int = 99) -> list[UUID]:
        found = changed_since(database, AGENCY, START + timedelta(seconds=seconds), limit)
        return [one.found.alert_id for one in found]

    every = [story.first.alert_id, story.canceled.alert_id, story.anew.alert_id]
    assert since(-1) == every
    assert since(0) == every[2:]
    assert since(1) == []
    assert since(-1, 2) == every[1:]

    def page(before: int, limit: int = 99, agency: str = AGENCY) -> list[tuple[int, UUID, int]]:
        found = alerts_before(database, agency, before, limit)
        return [(one.found.alert_number, UUID(one.found.newest["alert_id"]), one.change_number) for one in found]

    rows = [(6, story.anew.alert_id, 0), (2, story.canceled.alert_id, 0), (1, story.update.alert_id, 0)]
    assert page(99) == page(7) == rows
    assert page(6) == rows[1:]
    assert page(99, 2) == rows[:2]
    assert page(99, agency="gotham") == [(3, story.foreign.alert_id, 0)]
    assert page(1) == []


def test_a_picture_is_that_of_the_newest_update_and_of_the_own_agency(database: Database, story: Story) -> None:
    read = story.update.read
    assert picture_of(database, AGENCY, story.first.alert_id) == StoredPicture(
        read.read_id, read.plate_image_key, read.context_image_key, story.update.plate_picture, 1
    )
    assert picture_of(database, "gotham", story.first.alert_id) is None
    assert picture_of(database, AGENCY, uuid4()) is None
    assert picture_of(database, AGENCY, story.unnumbered.alert_id) is None


def test_rules_are_asked_of_each_message_with_the_alert_that_it_follows(database: Database, story: Story) -> None:
    first = {
        1: story.first,
        2: story.canceled,
        3: story.foreign,
        4: story.first,
        5: story.canceled,
        6: story.anew,
        7: story.anew,
    }
    with routing(database) as asked:
        found = asked.unrouted(99)
        assert [(one.alert_number, one.first) for one in found] == [
            (number, alert.alert_id) for number, alert in first.items()
        ]
        assert [one.alert_type for one in found] == [
            "alert", "alert", "alert", "update", "cancel", "alert", "cancel",
        ]  # fmt: skip
        assert (found[3].alert_id, found[3].payload) == (story.update.alert_id, as_json(story.update))


def test_a_rule_is_tried_with_alerts_alone_that_have_a_number(database: Database, story: Story) -> None:
    write(database, sample_alert(8, "DDD4444"), numbered=False)
    with database.connection() as connection:
        connection.execute("update alerts set created_at = %s", (START,))
        connection.execute(
            "update alerts set created_at = %s where alert_number = 2", (START - timedelta(microseconds=1),)
        )
    tried = list(RuleBook(database).raised_since(START))
    assert [number for number, _ in tried] == [1, 3, 6]
    assert tried[0][1] == as_json(story.first)
