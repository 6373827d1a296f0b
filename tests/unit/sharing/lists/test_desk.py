"""What of a list is given next: all of it, what changed, what was withdrawn, or nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from policy.agreements.deciding import AgreementGate
from policy.agreements.grants import Shares
from policy.decisions import law_alone
from schemas.events import SharedListEvent
from schemas.types import Category, HotlistEntry
from sharing.book import AgreementBook
from sharing.lists.desk import ListDesk, next_number
from sharing.lists.scope import ListScope
from storage.sharing.list_offers import GivenList, ListOffers, ListSource, SharedPart
from tests.unit.alerts.samples import sample_entry
from tests.unit.policy.agreements.samples import NEIGHBOR, NOW, agreement, standing

MOST_CHANGED = 10_000

LISTS: dict[str, Any] = {
    "shares": "hotlists",
    "to": [NEIGHBOR],
    "lists": ["stolen"],
    "categories": ["stolen_vehicle"],
    "purposes": ["stolen_vehicle"],
    "max_days": 3,
    "cji": True,
}
GATE = AgreementGate(standing(agreement(grants=[LISTS])), law_alone("virginia"))
SOURCE = ListSource(version_id=8, layout="csv", as_of=NOW - timedelta(hours=2), newest_withdrawal=5)
SCOPE = ListScope(GATE, "stolen", "csv", NOW).digest
GIVEN = GivenList(
    "suffolk", "stolen", 1, SCOPE, 100, 8, 5, SOURCE.as_of, NOW - timedelta(hours=1), is_whole=True, parts=1, given=2
)
"""All of it was given an hour ago, and nothing has changed since."""
NUMBER = int(NOW.timestamp() * 1_000_000)


def entry(number: int, category: Category = Category.STOLEN_VEHICLE) -> HotlistEntry:
    return sample_entry()._replace(entry_id=UUID(int=number), category=category, source_entry_id=None)


class Offers:
    """The list in memory, and what was sent and noted of it."""

    def __init__(self) -> None:
        self.entries = [entry(1), entry(2, Category.WANTED_PERSON), entry(3)]
        self.gone: list[HotlistEntry] = []
        self.differ: tuple[list[HotlistEntry], list[HotlistEntry]] = ([], [])
        self.many = 0
        self.sent: list[SharedListEvent] = []
        self.noted: list[GivenList] = []
        self.asked: list[tuple[Any, ...]] = []

    def slice(self, hotlist_id: str, version_id: int, after: UUID | None, limit: int) -> list[HotlistEntry]:
        self.asked.append(("slice", hotlist_id, version_id))
        return [one for one in self.entries if after is None or one.entry_id > after][:limit]

    def counts(self, hotlist_id: str, version_id: int) -> list[tuple[str, bool, int]]:
        return [(one.category.value, False, 1) for one in self.entries]

    def extent(self, hotlist_id: str, before: int, version_id: int) -> int:
        self.asked.append(("extent", before, version_id))
        return self.many

    def changes(self, hotlist_id: str, before: int, version_id: int) -> tuple[list[HotlistEntry], list[HotlistEntry]]:
        self.asked.append(("changes", before, version_id))
        return self.differ

    def withdrawn(self, hotlist_id: str, number: int) -> list[HotlistEntry]:
        self.asked.append(("withdrawn", number))
        return self.gone

    def send(self, parts: Sequence[SharedPart]) -> None:
        self.sent += [SharedListEvent.model_validate_json(part.message.payload) for part in parts]

    def put(self, state: GivenList) -> None:
        self.noted.append(state)


def give(
    offers: Offers, state: GivenList | None, source: ListSource = SOURCE, now: datetime = NOW
) -> tuple[int, list[str], bool]:
    grant = GATE.standing.agreement.grant(Shares.HOTLISTS)
    assert grant is not None
    desk = ListDesk(cast(ListOffers, offers), GATE, grant, "stolen", source, now, 400_000)
    return desk.give(state), [one.kind for one in offers.sent], desk.is_more


def test_a_list_is_given_whole_at_first_and_how_far_is_noted() -> None:
    offers = Offers()
    assert give(offers, None) == (1, ["snapshot"], False)
    (part,) = offers.sent
    assert [one.entry_id for one in part.entries] == [UUID(int=1), UUID(int=3)]
    assert (part.edition, part.base, part.part, part.is_last, part.total) == (NUMBER, None, 1, True, 2)
    assert (part.as_of, part.published_at) == (SOURCE.as_of, NOW)
    (noted,) = offers.noted
    assert noted == GivenList(
        "suffolk", "stolen", 1, SCOPE, NUMBER, 8, 5, SOURCE.as_of, NOW, True, UUID(int=3), parts=1, given=2
    )


def test_where_nothing_has_changed_nothing_is_given() -> None:
    offers = Offers()
    assert give(offers, GIVEN) == (0, [], False)
    assert (offers.noted, offers.asked) == ([], [])


@pytest.mark.parametrize(
    ("changes", "whole"),
    [
        ({}, False),
        ({"ended": "it was ended"}, True),
        ({"agreement_version": 2}, True),
        ({"scope": "another"}, True),
        ({"version_id": 9}, True),  # the database was put back
        ({"begun_at": NOW - timedelta(days=1) + timedelta(microseconds=1)}, False),
        ({"begun_at": NOW - timedelta(days=1)}, True),  # a third of the topic's three days
        ({"begun_at": NOW + timedelta(minutes=5)}, False),
        ({"begun_at": NOW + timedelta(minutes=5, microseconds=1)}, True),  # the clock was put back
    ],
)
def test_it_is_given_whole_again_where_what_was_given_does_not_hold(changes: dict[str, Any], whole: bool) -> None:
    offers = Offers()
    sent, kinds, _ = give(offers, dataclasses.replace(GIVEN, **changes))
    assert (sent, kinds) == ((1, ["snapshot"]) if whole else (0, []))


@pytest.mark.parametrize(("differ", "kind"), [(MOST_CHANGED, "change"), (MOST_CHANGED + 1, "snapshot")])
def test_a_version_that_changes_more_than_a_change_may_hold_is_given_whole(differ: int, kind: str) -> None:
    offers = Offers()
    offers.many = differ
    offers.differ = (
        [entry(4), entry(5, Category.WANTED_PERSON), entry(6)],
        [entry(6), entry(7), entry(2, Category.WATCH)],
    )
    before = dataclasses.replace(GIVEN, version_id=7)
    assert give(offers, before)[:2] == (1, [kind])
    assert ("extent", 7, 8) in offers.asked
    (part,), (noted,) = offers.sent, offers.noted
    if kind == "change":
        # What came and stays is told once; what left is told where it had been given.
        assert [one.entry_id for one in part.entries] == [UUID(int=4), UUID(int=6)]
        assert (part.removed, part.base, part.edition, part.total) == ((UUID(int=7),), 100, NUMBER, 2)
        assert noted == dataclasses.replace(before, edition=NUMBER, version_id=8)


@pytest.mark.parametrize(
    ("as_of", "before", "told"),
    [
        (NOW, NOW - timedelta(hours=2), True),
        (NOW, NOW, False),
        (NOW - timedelta(hours=3), NOW - timedelta(hours=2), False),
        (NOW, None, True),
        (None, None, False),
        (None, NOW, False),
    ],
)
def test_a_newer_date_is_told_though_no_entry_has_changed(
    as_of: datetime | None, before: datetime | None, told: bool
) -> None:
    offers = Offers()
    state = dataclasses.replace(GIVEN, as_of=before)
    assert give(offers, state, dataclasses.replace(SOURCE, as_of=as_of))[:2] == ((1, ["change"]) if told else (0, []))
    if told:
        (part,) = offers.sent
        assert (part.entries, part.removed, part.as_of, part.base) == ((), (), as_of, 100)
        assert not any(one[0] == "changes" for one in offers.asked)


def test_a_list_that_people_keep_by_hand_is_as_it_is_now_to_the_hour() -> None:
    offers = Offers()
    now = NOW.replace(minute=34, second=56, microsecond=7)
    give(offers, None, dataclasses.replace(SOURCE, layout="local"), now)
    assert offers.sent[0].as_of == NOW.replace(minute=0)


def test_a_withdrawal_is_told_by_itself_and_once() -> None:
    offers = Offers()
    offers.gone = [entry(1), entry(2, Category.WANTED_PERSON)]
    later = dataclasses.replace(SOURCE, newest_withdrawal=6)
    assert give(offers, GIVEN, later)[:2] == (1, ["withdrawal"])
    (part,) = offers.sent
    # Of what was never given nothing is told; the edition stays, for it is none of its own.
    assert (part.removed, part.entries, part.edition) == ((UUID(int=1),), (), NUMBER)
    assert (part.part, part.is_last, part.base, part.total) == (1, True, None, None)
    assert offers.asked == [("withdrawn", 5)]
    assert offers.noted == [dataclasses.replace(GIVEN, withdrawal_number=6)]
    again = Offers()
    again.gone = offers.gone
    assert give(again, offers.noted[0], later)[:2] == (0, [])
    others = Offers()
    others.gone = [entry(2, Category.WANTED_PERSON)]
    assert give(others, GIVEN, later)[:2] == (0, [])
    assert others.noted == [dataclasses.replace(GIVEN, withdrawal_number=6)]


def test_many_withdrawals_are_told_in_parts_of_one_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sharing.lists.desk.MOST_REMOVED", 2)
    offers = Offers()
    offers.gone = [entry(number) for number in range(1, 6)]
    assert give(offers, GIVEN, dataclasses.replace(SOURCE, newest_withdrawal=6))[0] == 3
    assert [(part.part, part.edition, [one.int for one in part.removed]) for part in offers.sent] == [
        (1, NUMBER, [1, 2]),
        (2, NUMBER, [3, 4]),
        (3, NUMBER, [5]),
    ]


def test_a_snapshot_goes_on_where_it_was_with_the_version_that_it_began_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sharing.lists.desk.SLICE", 2)
    offers = Offers()
    assert give(offers, None) == (1, ["snapshot"], True)
    first = offers.noted[-1]
    assert (first.is_whole, first.after_entry, first.parts, first.given) == (False, UUID(int=2), 1, 1)
    newer = dataclasses.replace(SOURCE, version_id=9)
    assert give(offers, first, newer) == (1, ["snapshot", "snapshot"], True)  # the newer version comes next
    one, last = offers.sent
    assert [(part.part, part.is_last, part.total, len(part.entries)) for part in (one, last)] == [
        (1, False, None, 1),
        (2, True, 2, 1),
    ]
    assert {part.edition for part in offers.sent} == {NUMBER}
    assert {version for name, _, version in offers.asked if name == "slice"} == {8}
    assert offers.noted[-1] == dataclasses.replace(first, is_whole=True, after_entry=UUID(int=3), parts=2, given=2)


def test_editions_grow_by_the_clock_and_also_where_that_stands_still() -> None:
    assert next_number(None, NOW) == NUMBER
    assert next_number(dataclasses.replace(GIVEN, edition=NUMBER - 1), NOW) == NUMBER
    assert next_number(dataclasses.replace(GIVEN, edition=NUMBER), NOW) == NUMBER + 1
    assert next_number(dataclasses.replace(GIVEN, edition=NUMBER + 7), NOW) == NUMBER + 8


def test_members_are_listened_to_until_a_week_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that who says something too late hears why it does not count."""
    begins, ends = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    moment, week = timedelta(microseconds=1), timedelta(days=7)
    book = AgreementBook(cast(Any, None), law_alone("virginia"), UTC)
    for ended, first, last in ((None, begins, ends + week), (NOW, begins, NOW + week)):
        gate = AgreementGate(standing(agreement(grants=[LISTS]), ended), law_alone("virginia"))
        monkeypatch.setattr(book, "gates", lambda gate=gate: [gate])
        for now, heard in ((first - moment, False), (first, True), (last - moment, True), (last, False)):
            assert (book.heard_gates(now) == [gate]) is heard
