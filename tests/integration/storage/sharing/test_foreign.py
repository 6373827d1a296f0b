"""What other agencies say of entries that they were given: kept whole, found, and acted upon once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from schemas.types import HotlistEntry
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.sharing.foreign import (
    ForeignDisposition,
    ForeignDispositions,
    KnownDisposition,
    Lately,
    Whose,
    heard,
    offsets,
    refused,
    to_withdraw,
)
from storage.sharing.list_offers import GivenList, ListOffers
from tests.integration.storage.samples import START, activate, sample_entry, sample_id
from tests.integration.storage.sharing.rows import HOUR, MEMBERS, NOW, agree, log

WHOSE = Whose("suffolk", 3, MEMBERS[0], "platewatch.said.suffolk")
OTHER = Whose("norfolk", 1, {"id": "norfolk-pd", "name": "Norfolk", "ori": "VA0000002"}, "platewatch.said.norfolk")
ALERT = sample_id("alert", 1)


def said(number: int = 1, alert_id: UUID = ALERT, **more: Any) -> dict[str, Any]:
    values = {
        "disposition_id": uuid4(),
        "hotlist_id": "stolen",
        "entry_id": sample_id("stolen", 1),
        "alert_id": alert_id,
        "number": number,
        "kind": "outcome",
        "said_at": START,
        "person": "d.chen",
        "standing": "closed",
        "rejection": None,
        "outcome": None,
        "record_answer": None,
        "is_canceled": False,
        "words": "closed by d.chen",
    }
    return values | more


@contextmanager
def at(database: Database, whose: Whose = WHOSE) -> Iterator[ForeignDispositions]:
    with database.transaction() as connection:
        yield ForeignDispositions(connection, whose)


def tell(database: Database, *some: dict[str, Any], whose: Whose = WHOSE) -> None:
    for one in some:  # each at a time of its own
        with at(database, whose) as hearing:
            hearing.add(one, b"digest")


def test_what_was_said_is_kept_whole_with_its_row_in_the_log(database: Database) -> None:
    one = said(2, rejection="stale_entry", outcome="recovered", record_answer="not_valid", is_canceled=True)
    tell(database, one)
    (found,) = heard(database, 10)
    assert abs(found.received_at - NOW) < timedelta(days=1)
    expected = {"agreement_id": "suffolk", "version": 3, "member_id": "suffolk-pd", "member_name": "Suffolk"}
    assert found == ForeignDisposition(**one, **expected, received_at=found.received_at)  # type: ignore[arg-type]
    with at(database) as hearing:
        assert hearing.known(one["disposition_id"], uuid4()) == [
            KnownDisposition(one["disposition_id"], "suffolk-pd", ALERT, 2, b"digest")
        ]
        assert [known.number for known in hearing.known(uuid4(), ALERT)] == [2]
        assert hearing.known(uuid4(), uuid4()) == []
    assert log(database) == [
        (
            "received",
            "disposition",
            "suffolk",
            3,
            MEMBERS,
            one["disposition_id"],
            None,
            {"by": "d.chen", "kind": "outcome"},
            "closed by d.chen",
            None,
        )
    ]


def test_it_is_found_by_agreement_list_and_entry_newest_first(database: Database) -> None:
    entries = [sample_id("stolen", number) for number in range(3)]
    tell(
        database,
        said(1, entry_id=entries[0]),
        said(2, entry_id=entries[1]),
        said(3, entry_id=entries[0], hotlist_id="missing"),
    )
    tell(database, said(9, entry_id=entries[2]), whose=OTHER)

    def numbers(limit: int = 10, **wanted: Any) -> list[int]:
        return [one.number for one in heard(database, limit, **wanted)]

    assert numbers() == [9, 3, 2, 1]
    assert numbers(2) == [9, 3]
    assert numbers(agreement_id="suffolk") == [3, 2, 1]
    assert numbers(hotlist_id="stolen") == [9, 2, 1]
    assert numbers(entry_ids=[entries[0], entries[2]]) == [9, 3, 1]
    assert numbers(agreement_id="suffolk", hotlist_id="stolen", entry_ids=entries[:1]) == [1]
    assert numbers(entry_ids=[]) == []
    assert numbers(agreement_id="gotham") == []


def test_what_is_refused_is_kept_once_and_counted_and_written_down_the_first_time(database: Database) -> None:
    with at(database) as hearing:
        assert hearing.refuse(b"one", "it is none")
        assert not hearing.refuse(b"one", "it is none")
        assert hearing.refuse(b"two", "nor is this")
        hearing.note_flood(40, "far more than 2 within an hour")
    with at(database, OTHER) as hearing:
        assert hearing.refuse(b"one", "it is none")
    shown = [
        (one.agreement_id, one.member_id, one.member_name, one.topic, one.reason, one.body, one.times)
        for one in refused(database, 10)
    ]
    ours = ("suffolk", "suffolk-pd", "Suffolk", WHOSE.topic)
    theirs = ("norfolk", "norfolk-pd", "Norfolk", OTHER.topic)
    assert shown == [
        (*theirs, "it is none", b"one", 1),
        (*ours, "nor is this", b"two", 1),
        (*ours, "it is none", b"one", 2),
    ]
    assert [one.body for one in refused(database, 1)] == [b"one"]
    assert [one.body for one in refused(database, 10, "suffolk")] == [b"two", b"one"]
    row = ("refused", "disposition", "suffolk", 3, MEMBERS, None, None)
    assert log(database) == [
        (*row, {}, "it is none", None),
        (*row, {}, "nor is this", None),
        (*row, {"messages": 40}, "far more than 2 within an hour", None),
        ("refused", "disposition", "norfolk", 1, [OTHER.member], None, None, {}, "it is none", None),
    ]


def test_how_many_came_lately_is_counted_for_each_member(database: Database) -> None:
    tell(database, said(1), said(2), said(3))
    tell(database, said(9), whose=OTHER)
    with at(database) as hearing:
        hearing.refuse(b"one", "it is none")
        hearing.refuse(b"two", "it is none")
    with database.connection() as connection:
        connection.execute("update foreign_dispositions set received_at = %s where number = 1", (NOW - HOUR,))
        connection.execute("update refused_dispositions set received_at = %s where body = 'one'", (NOW - HOUR,))
    with at(database) as hearing:
        assert hearing.lately(NOW - HOUR * 2) == Lately(3, 2)
        assert hearing.lately(NOW - HOUR) == Lately(2, 1)
        assert hearing.lately(NOW + HOUR) == Lately(0, 0)
    with at(database, OTHER) as hearing:
        assert hearing.lately(NOW - HOUR * 2) == Lately(1, 0)


def test_an_entry_is_known_as_it_was_last_and_a_list_as_it_was_given(database: Database) -> None:
    def entry(plate: str, hotlist_id: str = "stolen") -> HotlistEntry:
        return sample_entry(1, plate, hotlist_id, valid_until=None)

    for name, layout, plate in (
        ("stolen", "csv", "AAA1111"),
        ("stolen", "vigilant", "AAA1112"),
        ("private", "csv", "BBB1"),
    ):
        activate(database, [entry(plate, name)], hotlist_id=name, layout=layout)
    activate(database, [], hotlist_id="stolen", layout="vigilant")
    agree(database, "suffolk")
    agree(database, "norfolk")
    state = GivenList("suffolk", "stolen", 1, "scope", 2, 3, 4, START, NOW)
    with ListOffers.begin(database) as offers:
        for one in (
            state,
            dataclasses.replace(state, agreement_id="norfolk", hotlist_id="private"),
            dataclasses.replace(state, hotlist_id="gone"),
        ):
            offers.put(one)
    with at(database) as hearing:
        found = hearing.entry("stolen", sample_id("stolen", 1))
        assert found is not None
        assert found.plate == "AAA1112"
        assert hearing.entry("private", sample_id("stolen", 1)) is None
        assert hearing.entry("stolen", sample_id("private", 1)) is None
        assert hearing.given_as("stolen") == "vigilant"
        assert hearing.given_as("private") is None  # under another agreement alone
        assert hearing.given_as("gone") == ""  # the list is not here any more


def test_where_to_go_on_reading_is_kept_by_topic_and_partition(database: Database) -> None:
    with at(database) as hearing:
        for partition, offset in ((0, 5), (1, 7), (0, 6)):
            hearing.put_offset(partition, offset)
    with at(database, OTHER) as hearing:
        hearing.put_offset(0, 1)
    assert offsets(database, [WHOSE.topic]) == {(WHOSE.topic, 0): 6, (WHOSE.topic, 1): 7}
    assert offsets(database, [WHOSE.topic, OTHER.topic]) == {
        (WHOSE.topic, 0): 6,
        (WHOSE.topic, 1): 7,
        (OTHER.topic, 0): 1,
    }


@pytest.mark.parametrize(
    "against", [{"outcome": "recovered"}, {"rejection": "stale_entry"}, {"record_answer": "not_valid"}]
)
def test_an_entry_in_force_that_should_not_be_is_named_with_what_was_said_last(
    database: Database, against: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = range(1, 9)
    entries = [sample_entry(number, f"AAA{number}111", "stolen", valid_until=None) for number in numbers]
    activate(database, entries, hotlist_id="stolen")
    alerts = [sample_id("alert", number) for number in range(20)]

    def of(number: int, alert: int, said_number: int = 1, **more: Any) -> dict[str, Any]:
        return said(said_number, alerts[alert], entry_id=entries[number - 1].entry_id, **more)

    tell(
        database,
        of(1, 1, **against),
        of(2, 2, outcome="located", rejection=None),  # nothing against it
        of(3, 3, **against),
        of(3, 3, 2, outcome="no_action"),  # said otherwise since, of the same alert
        of(4, 4, **against),
        of(4, 5, **against),  # two alerts: what was said last
        of(5, 6, **against),  # withdrawn meanwhile
        of(6, 7, **against),  # not on the list any more
        of(7, 8, **against),  # came into force anew, as something else
        said(1, alerts[9], entry_id=sample_id("stolen", 99), **against),  # of no entry
        of(8, 10, 2, **against),
        of(8, 10, 1, outcome="no_action"),  # the earlier one came later
    )
    tell(database, of(1, 11, 5), whose=OTHER)  # another member's alert says nothing of this one's
    HotlistEdits(database).withdraw([entries[4].entry_id], by="lee", reason="recovered")
    kept = [*entries[:4], entries[6]._replace(plate="BBB7777"), entries[7]]
    activate(database, kept, hotlist_id="stolen")
    found = to_withdraw(database)
    by_entry = {one.entry_id: (one.alert_id, one.number) for one in found}
    assert by_entry == {
        entries[0].entry_id: (alerts[1], 1),
        entries[3].entry_id: (alerts[5], 1),
        entries[7].entry_id: (alerts[10], 2),
    }
    assert [one.entry_id for one in found] == sorted(by_entry)
    assert len(found) == 3
    monkeypatch.setattr("storage.sharing.foreign.MOST_TO_WITHDRAW", 2)
    assert to_withdraw(database) == found[:2]
