"""What is known before a hit is settled: the nearest sightings and the newest message, of however many there are."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from schemas.events import ConfirmationEvent
from schemas.messages import Message
from schemas.settling import Arrived, OpenAlert, Outcome, RaisedHit, Sighting
from schemas.types import Location, PlateRead, Tier
from storage.alerts.numbering import number_alerts
from storage.alerts.raised import AlertLog
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import START, sample_id, sample_read, sample_record

HOUR = timedelta(hours=1)


def seen(number: int, minutes: float, camera: str = "north", **fields: object) -> PlateRead:
    read = sample_read(number, captured_at=START + timedelta(minutes=minutes))
    return replace(read, **({"camera_id": camera} | fields))  # type: ignore[arg-type]


def test_of_many_sightings_the_nearest_on_either_side_are_looked_at(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.alerts.known.NEAREST", 2)
    minutes = (-30, -20, -10, 10, 20, 30)
    for number, minute in enumerate((20, -10, -30, 10, 30, -20)):  # stored in another order than they were taken
        Records(database).write([ReadRecord(seen(number, minute))])
    own = seen(10, 0, "gate")
    with Ledger(database).begin([own]) as unit:
        unit.add_reads([own])
        found = unit.sightings([own], HOUR, [own.read_id])[own.read_id]
    expected = [START + timedelta(minutes=minute) for minute in minutes[1:5]]
    assert sorted(sighting.captured_at for sighting in found) == expected


def test_a_sighting_has_a_place_another_camera_and_a_near_time(database: Database) -> None:
    others = [
        seen(0, 5),
        seen(1, 6, location=None),
        seen(2, 7, "gate"),
        seen(3, 60),
        seen(4, 60.1),
        seen(5, -60),
        seen(6, -60.1),
        seen(7, 8, plate="VNV4528"),
        seen(8, -6, location=None),
        seen(9, -7, "gate"),
    ]
    Records(database).write([ReadRecord(read) for read in others])
    own = seen(10, 0, "gate")
    with Ledger(database).begin([own]) as unit:
        unit.add_reads([own])
        found = unit.sightings([own], HOUR, [own.read_id])[own.read_id]
    assert {(sighting.camera_id, sighting.captured_at) for sighting in found} == {
        ("north", read.captured_at) for read in (others[0], others[3], others[5])
    }
    assert {sighting.location for sighting in found} == {Location(38.9072, -77.0369)}


def update(text: str, first: UUID) -> Message:
    content = {"type": "update", "updates": str(first), "number": text}
    return Message(uuid4(), "VNV4527", json.dumps(content).encode(), ())


def test_the_newest_update_stands_for_its_alert_once_it_has_a_number(database: Database) -> None:
    record = sample_record(0)
    Records(database).write([record])
    first, hit = record.messages[0].alert_id, record.hits[0].hit_id
    ledger = Ledger(database)
    for text in ("update 1", "update 2"):
        with ledger.begin() as unit:
            unit.add_update(update(text, first), hit, Tier.EXACT, START, first)
        number_alerts(database)
    with ledger.begin() as unit:
        unit.add_update(update("update 3", first), hit, Tier.EXACT, START, first)
    (shown,) = AlertLog(database).latest(10)
    assert shown.payload["number"] == "update 2"
    assert shown.alert_number < shown.last_number
    with ledger.begin() as unit:  # what the next update builds on has all of them, numbered or not
        newest = unit.newest_messages([first, sample_id("alert", 9)])
    assert {alert_id: payload["number"] for alert_id, payload in newest.items()} == {first: "update 3"}
    number_alerts(database)
    assert [stored.payload["number"] for stored in AlertLog(database).latest(10)] == ["update 3"]
    assert [stored.payload["number"] for stored in AlertLog(database).after(0)] == [
        0,
        "update 1",
        "update 2",
        "update 3",
    ]
    with database.connection() as connection:  # only the first alert is one to look for, and to take back
        rows = connection.execute("select alert_type, status from alerts order by insert_number").fetchall()
    assert rows == [("alert", "open"), *[("update", "closed")] * 3]


def test_a_sighting_says_how_sure_it_is_and_is_none_where_the_clock_was_wrong(database: Database) -> None:
    others = [
        seen(0, 5, confidence=0.75, jurisdiction="US-MD"),
        seen(1, -5, "south", confidence=0.5, jurisdiction=None),
        seen(2, 6, confidence_is_known=False),
        seen(3, -6, confidence_is_known=False),
        seen(4, 7, claimed_at=START),
        seen(5, -7, claimed_at=START),
    ]
    Records(database).write([ReadRecord(read) for read in others])
    own, quiet = seen(10, 0, "gate"), seen(11, 0, "gate", plate="QQQ1111")
    with Ledger(database).begin([own, quiet]) as unit:
        unit.add_reads([own, quiet])
        found = unit.sightings([own, quiet], HOUR, [])
    place = Location(38.9072, -77.0369)
    assert found.keys() == {own.read_id}
    assert sorted(found[own.read_id], key=lambda one: one.captured_at) == [
        Sighting("north", place, others[3].captured_at, 0.0, "US-VA"),
        Sighting("south", place, others[1].captured_at, 0.5, None),
        Sighting("north", place, others[0].captured_at, 0.75, "US-MD"),
        Sighting("north", place, others[2].captured_at, 0.0, "US-VA"),
    ]


@pytest.mark.parametrize("minutes", [-5, 5])
def test_what_is_stored_together_is_no_sighting_and_what_was_stored_before_is(
    database: Database, minutes: float
) -> None:
    before, together, other = seen(0, minutes, "bridge"), seen(1, minutes, "exit"), seen(2, minutes, "tunnel")
    Records(database).write([ReadRecord(before)])
    own = seen(10, 0, "gate")
    with Ledger(database).begin([own, together, other]) as unit:
        unit.add_reads([own, together, other])
        # One that came again is asked for with the others, and stands since before.
        found = unit.sightings([own], HOUR, [own.read_id, together.read_id, before.read_id])
    assert {one.camera_id for one in found[own.read_id]} == {"bridge", "tunnel"}
    newer = replace(before, revision=before.revision + 1)
    with Ledger(database).begin([newer]) as unit:
        assert unit.add_reads([newer]) == [Arrived.NEWER]
        found = unit.sightings([own], HOUR, [before.read_id])
    assert {one.camera_id for one in found[own.read_id]} == {"exit", "tunnel"}


def chain_of(number: int, **fields: object) -> OpenAlert:
    """What is known of an alert, with every field filled."""
    chain = OpenAlert(
        alert_id=sample_id("alert", number),
        hit_id=sample_id("hit", number),
        entry_id=sample_id("entry", number),
        camera_id="gate",
        location=Location(38.9072, -77.0369),
        opened_at=START + timedelta(minutes=number),
        tier=Tier.PROBABLE,
        score=11.5,
        confidence=0.5,
        has_picture=False,
        has_second_reading=False,
        plates=("VNV4527",),
    )
    return replace(chain, **fields)  # type: ignore[arg-type]


def known_alerts(database: Database, *chains: OpenAlert) -> None:
    Records(database).write([sample_record(number) for number in range(len(chains))])
    with Ledger(database).begin() as unit:
        for chain in chains:
            unit.save_chain(chain)


def test_what_is_known_of_an_alert_is_what_was_saved_last_and_what_it_was_raised_with(database: Database) -> None:
    nowhere = chain_of(1, location=None)
    known_alerts(database, chain_of(0), nowhere)
    better = chain_of(
        0,
        tier=Tier.EXACT,
        score=20.25,
        confidence=0.75,
        has_picture=True,
        has_second_reading=True,
        plates=("VNV4527", "VNV4S27"),
        suspected_cameras=("bridge", "exit"),
    )
    # Where and when it was raised, by which hit, stays.
    moved = replace(
        better,
        hit_id=sample_id("hit", 7),
        entry_id=sample_id("entry", 7),
        camera_id="exit",
        location=None,
        opened_at=START + HOUR,
    )
    with Ledger(database).begin() as unit:
        unit.save_chain(moved)
    with database.connection() as connection:
        said = ConfirmationEvent(status="confirmed", by="kim", at=START, agency_id="local")
        connection.execute(
            "update alerts set confirmation = %s where alert_id = %s", (said.model_dump_json(), nowhere.alert_id)
        )
    nowhere = replace(nowhere, confirmation=said)
    with Ledger(database).begin() as unit:
        both = [better.alert_id, nowhere.alert_id]
        found = {one.alert_id: one for one in unit.open_chains([*both, sample_id("alert", 9)])}
        assert found == {better.alert_id: better, nowhere.alert_id: nowhere}
        assert unit.open_alerts([better.entry_id, nowhere.entry_id], [START] * 2, HOUR) == [better, nowhere]
        assert unit.open_chains([nowhere.alert_id]) == [nowhere]


def test_open_alerts_are_those_of_the_entry_around_the_moment_oldest_first(database: Database) -> None:
    entry, other = sample_id("entry", 0), sample_id("entry", 1)
    minutes = (61, 60, 0, 0, -60, -61, 1, 2)
    chains = [
        chain_of(number, entry_id=entry, opened_at=START + timedelta(minutes=minute))
        for number, minute in enumerate(minutes)
    ]
    chains[6] = replace(chains[6], entry_id=other)
    known_alerts(database, *chains)
    with Ledger(database).begin() as unit:
        assert unit.cancel(chains[7].alert_id, update("cancel", chains[7].alert_id))
    same = sorted(chains[2:4], key=lambda one: one.alert_id)
    with Ledger(database).begin() as unit:
        assert unit.open_alerts([entry], [START], HOUR) == [chains[4], *same, chains[1]]
        # Each entry is asked for around a moment of its own.
        assert unit.open_alerts([other, entry], [START, START + HOUR * 2], HOUR) == [chains[6], chains[1], chains[0]]
        assert unit.open_chains([chains[7].alert_id, chains[6].alert_id]) == [chains[6]]


def test_what_became_of_hits_is_known(database: Database) -> None:
    """Also of those that were stored before outcomes were: an alert about one says that it raised it."""
    Records(database).write([sample_record(number) for number in range(7)])
    first = sample_id("alert", 0)
    stored = {0: "alerted", 1: "updated", 2: "suppressed", 3: "silent", 4: "revised", 5: None, 6: None}
    raising = {number: first for number, outcome in stored.items() if outcome not in ("silent", None)}
    with database.connection() as connection:
        for number, outcome in stored.items():
            connection.execute(
                "update hits set outcome = %s, alert_id = %s, entry_id = %s where hit_id = %s",
                (outcome, raising.get(number), sample_id("entry", 0), sample_id("hit", number)),
            )
        connection.execute("delete from alerts where alert_id = any(%s)", ([sample_id("alert", n) for n in (3, 6)],))
        (payload,) = connection.execute("select payload from alerts where alert_id = %s", (first,)).fetchone() or ("",)
    hits = [sample_id("hit", number) for number in range(9)]
    reads = [sample_id("read", number) for number in range(9)]
    with Ledger(database).begin() as unit:
        settled = unit.settled_hits(hits)
        assert unit.settled_hits(hits[2:3]) == {hits[2]: Outcome.SUPPRESSED}
        raised = {one.hit_id: one for one in unit.raised_hits(reads)}
        assert [one.hit_id for one in unit.raised_hits(reads[1:2])] == hits[1:2]
    # The sixth has an alert of its own, the seventh has none any more.
    assert settled == {
        hits[number]: None if number == 6 else Outcome(outcome or "alerted") for number, outcome in stored.items()
    }
    standing = {hits[0], hits[1], hits[2]}
    assert raised == {
        hits[number]: RaisedHit(
            hits[number],
            reads[number],
            Outcome(outcome or "silent"),
            raising.get(number),
            payload if number in raising else None,
            frozenset(standing - {hits[number]} if number in raising else ()),
        )
        for number, outcome in stored.items()
    }
