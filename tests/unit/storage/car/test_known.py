"""What the car's file says before a hit is settled, at the edges of each question; test_equal_books has the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from schemas.messages import Message
from schemas.settling import Arrived, OpenAlert, Outcome, RaisedHit, SettledHit, Sighting
from schemas.types import Location, PlateRead, Tier
from storage.car import known
from storage.car.ledger import CarLedger
from tests.integration.storage.samples import START, sample_hit, sample_id, sample_read

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
PLACE = Location(38.9072, -77.0369)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[CarLedger]:
    ledger = CarLedger(tmp_path / "car.sqlite")
    yield ledger
    ledger.close()


def seen(number: int, away: timedelta, camera: str = "north", **fields: object) -> PlateRead:
    read = sample_read(number, captured_at=START + away)
    return replace(read, **({"camera_id": camera} | fields))  # type: ignore[arg-type]


def store(ledger: CarLedger, *reads: PlateRead) -> None:
    with ledger.begin(reads) as unit:
        unit.add_reads(reads)


def test_sightings_are_of_the_text_at_other_cameras_that_have_a_place_and_a_near_time(ledger: CarLedger) -> None:
    same = seen(0, -HOUR, confidence=0.5, jurisdiction=None)
    store(
        ledger,
        *(same, seen(1, timedelta(0), "south"), seen(2, HOUR, confidence_is_known=False), seen(3, TICK, "exit")),
        *(seen(4, -HOUR - TICK), seen(5, HOUR + TICK)),
        *(seen(6 + n, away, "gate") for n, away in enumerate((-TICK, TICK))),
        *(seen(8 + n, away, location=None) for n, away in enumerate((-TICK, TICK))),
        *(seen(10 + n, away, claimed_at=START) for n, away in enumerate((-TICK, TICK))),
        *(seen(12 + n, away, plate="VNV4528") for n, away in enumerate((-TICK, TICK))),
    )
    own, quiet = seen(20, timedelta(0), "gate", plate="VNV-4527"), seen(21, timedelta(0), "gate", plate="QQQ1111")
    with ledger.begin() as unit:
        found = unit.sightings([own, quiet], HOUR, [])
        # Where a pass comes as several revisions, what is near to any of them counts.
        twice = unit.sightings([own, replace(own, captured_at=START + HOUR)], TICK, [])
    assert found == {
        own.read_id: [
            Sighting("south", PLACE, START, 0.1 + 0.2, "US-VA"),
            Sighting("north", PLACE, START - HOUR, 0.5, None),
            Sighting("exit", PLACE, START + TICK, 0.1 + 0.2, "US-VA"),
            Sighting("north", PLACE, START + HOUR, 0.0, "US-VA"),
        ]
    }
    assert [(one.camera_id, one.captured_at - START) for one in twice[own.read_id]] == [
        *(("south", timedelta(0)), ("exit", TICK), ("north", HOUR), ("north", HOUR + TICK)),
    ]


@pytest.mark.parametrize("side", [-1, 1])
def test_of_many_sightings_the_nearest_on_either_side_count_beside_those_stored_together(
    ledger: CarLedger, monkeypatch: pytest.MonkeyPatch, side: int
) -> None:
    monkeypatch.setattr(known, "NEAREST", 2)
    own = seen(10, timedelta(0), "gate")
    store(ledger, *(seen(number, side * minutes * timedelta(minutes=1)) for number, minutes in enumerate((4, 2, 3, 9))))
    together = seen(5, side * timedelta(minutes=1), "exit")
    with ledger.begin([own, together]) as unit:
        assert unit.add_reads([own, together]) == [Arrived.NEW, Arrived.NEW]
        asked = [own.read_id, together.read_id, sample_id("read", 1)]  # the last one stands since before
        found = unit.sightings([own], HOUR, asked)[own.read_id]
        assert [abs(one.captured_at - START) for one in found] == [timedelta(minutes=n) for n in (2, 3)]
        found = unit.sightings([own], HOUR, [own.read_id])[own.read_id]
        assert [one.camera_id for one in found] == ["exit", "north"]


def message(number: int, kind: str = "alert", **content: object) -> Message:
    read = {"read_id": str(sample_id("read", number))}
    return Message(sample_id(kind, number), "VNV4527", json.dumps({"type": kind, "read": read} | content).encode(), ())


def chain(number: int, **fields: object) -> OpenAlert:
    values = OpenAlert(
        alert_id=sample_id("alert", number),
        hit_id=sample_id("hit", number),
        entry_id=sample_id("entry", number),
        camera_id="gate",
        location=PLACE,
        opened_at=START + timedelta(minutes=number),
        tier=Tier.PROBABLE,
        score=11.5,
        confidence=0.5,
        has_picture=False,
        has_second_reading=True,
        plates=("VNV4527",),
        suspected_cameras=("exit",),
    )
    return replace(values, **fields)  # type: ignore[arg-type]


def raise_alerts(ledger: CarLedger, *chains: OpenAlert) -> None:
    with ledger.begin() as unit:
        for number, one in enumerate(chains):
            assert unit.add_alert(message(number), one.hit_id, Tier.EXACT, START, "topic")
            assert not unit.add_alert(message(number), one.hit_id, Tier.EXACT, START, "topic")
            unit.save_chain(one)


def test_open_alerts_are_those_of_the_entry_around_the_moment_oldest_first(ledger: CarLedger) -> None:
    entry, other = sample_id("entry", 0), sample_id("entry", 1)
    away = (HOUR + TICK, HOUR, timedelta(0), timedelta(0), -HOUR, -HOUR - TICK, TICK, 2 * TICK)
    chains = [chain(number, entry_id=entry, opened_at=START + one) for number, one in enumerate(away)]
    chains[6] = replace(chains[6], entry_id=other)
    raise_alerts(ledger, *chains)
    with ledger.begin() as unit:
        assert unit.cancel(chains[7].alert_id, message(7, "cancel"))
        assert not unit.cancel(chains[7].alert_id, message(7, "cancel"))
        same = sorted(chains[2:4], key=lambda one: one.alert_id)
        assert unit.open_alerts([entry], [START], HOUR) == [chains[4], *same, chains[1]]
        # Each entry is asked for around a moment of its own, and all come in one order.
        assert unit.open_alerts([entry, other], [START + HOUR * 2, START], HOUR) == [chains[6], chains[1], chains[0]]
        assert unit.open_chains([one.alert_id for one in (chains[7], chains[6], chain(9))]) == [chains[6]]


def test_what_is_known_of_an_alert_is_what_was_saved_last_and_what_it_was_raised_with(ledger: CarLedger) -> None:
    nowhere = chain(1, location=None)
    raise_alerts(ledger, chain(0), nowhere)
    better = chain(
        0, tier=Tier.EXACT, score=20.25, confidence=0.75, has_picture=True, has_second_reading=False, plates=("A", "B")
    )
    better = replace(better, suspected_cameras=("bridge", "exit"))
    # Where and when it was raised, by which hit, stays.
    moved = chain(7, camera_id="exit", location=None, opened_at=START + HOUR)
    kept = ("alert_id", "tier", "score", "confidence", "has_picture", "has_second_reading", "plates")
    moved = replace(moved, **{name: getattr(better, name) for name in (*kept, "suspected_cameras")})
    with ledger.begin() as unit:
        unit.save_chain(moved)
        assert unit.open_chains([nowhere.alert_id, better.alert_id]) == [nowhere, better]


def settled(number: int, outcome: Outcome, alert: UUID | None, **more: bool) -> SettledHit:
    hit = replace(sample_hit(number), entry_id=sample_id("entry", number // 10))
    return SettledHit(hit, START + timedelta(minutes=number), outcome, alert, **more)


def test_what_became_of_hits_is_known_with_those_that_share_their_alert(ledger: CarLedger) -> None:
    first, second = sample_id("alert", 0), sample_id("alert", 1)
    hits = [
        settled(0, Outcome.ALERTED, first),
        settled(1, Outcome.UPDATED, first),
        settled(2, Outcome.SUPPRESSED, first),
        settled(3, Outcome.SILENT, None),
        settled(4, Outcome.SUPPRESSED, first),
        settled(5, Outcome.ALERTED, second),
        settled(16, Outcome.SUPPRESSED, first),  # of another entry
    ]
    raise_alerts(ledger, chain(0))
    with ledger.begin() as unit:
        unit.add_hits(hits)
        unit.take_back_hits([hits[4].hit.hit_id])
        ids = [one.hit.hit_id for one in hits]
        assert unit.settled_hits([*ids, sample_id("hit", 99)]) == {
            one.hit.hit_id: Outcome.REVISED if one is hits[4] else one.outcome for one in hits
        }
        raised = unit.raised_hits([sample_id("read", number) for number in (0, 3, 4, 5, 99)])
        payload = json.loads(message(0).payload)
        assert raised == [
            RaisedHit(ids[0], sample_id("read", 0), Outcome.ALERTED, first, payload, frozenset(ids[1:3])),
            RaisedHit(ids[3], sample_id("read", 3), Outcome.SILENT),
            RaisedHit(ids[4], sample_id("read", 4), Outcome.REVISED, first, payload, frozenset(ids[:3])),
            RaisedHit(ids[5], sample_id("read", 5), Outcome.ALERTED, second),
        ]
        # What was decided stays, but for what nobody was told of, and what a newer revision says.
        unit.add_hits([settled(0, Outcome.SILENT, None), settled(3, Outcome.ALERTED, second)])
        unit.add_hits([settled(1, Outcome.SUPPRESSED, second, is_revision=True)])
        found = {one.hit_id: (one.outcome, one.alert_id) for one in unit.raised_hits([sample_id("read", 0)])}
        assert found == {ids[0]: (Outcome.ALERTED, first)}
        found = {
            one.hit_id: (one.outcome, one.alert_id) for n in (1, 3) for one in unit.raised_hits([sample_id("read", n)])
        }
        assert found == {ids[1]: (Outcome.SUPPRESSED, second), ids[3]: (Outcome.ALERTED, second)}


def test_the_newest_message_of_a_vehicle_stands_for_its_alert(ledger: CarLedger) -> None:
    raise_alerts(ledger, chain(0), chain(1))
    with ledger.begin() as unit:
        for number in (5, 6):
            said = message(number, "update", n=number)
            unit.add_update(said, sample_id("hit", 0), Tier.EXACT, START, sample_id("alert", 0))
        found = unit.newest_messages([sample_id("alert", number) for number in (0, 1, 9)])
    assert {alert_id: (said["type"], said.get("n")) for alert_id, said in found.items()} == {
        sample_id("alert", 0): ("update", 6),
        sample_id("alert", 1): ("alert", None),
    }
