"""What is known of cameras across machines: what is later stays, hours add up, and what is of no use is counted."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from schemas.health import CameraHealth
from storage.cameras.states import CameraHours, CameraStates
from storage.database import Database
from storage.item_ledger import ItemLedger, RejectedItem
from tests.integration.storage.samples import START, sample_item

HOUR = timedelta(hours=1)


def health(name: str, known: int, picture: int | None = None, read: int | None = None) -> CameraHealth:
    picture_at, read_at = (None if hours is None else START + hours * HOUR for hours in (picture, read))
    return CameraHealth(
        camera_id=name, known_since=START + known * HOUR, last_picture_at=picture_at, last_read_at=read_at
    )


def test_a_camera_is_known_since_its_first_time_and_was_heard_of_last_at_its_latest(database: Database) -> None:
    states = CameraStates(database)
    assert states.load() == []
    states.save("here", [health("b", 2, 5, 6), health("a", 3), health("c", 1, 1, 1)])
    assert states.load() == [("here", health("a", 3)), ("here", health("b", 2, 5, 6)), ("here", health("c", 1, 1, 1))]
    states.save("there", [health("b", 3, 4, 7), health("a", 2, 9, None)])
    states.save("there", [health("b", 1, 6, 5), health("a", 4, None, 8)])
    states.save("there", [])
    assert states.load() == [
        ("there", health("a", 2, 9, 8)),
        ("there", health("b", 1, 6, 7)),
        ("here", health("c", 1, 1, 1)),
    ]


def test_reads_of_an_hour_add_up_from_several_machines_and_old_hours_are_forgotten(database: Database) -> None:
    hours = CameraHours(database)
    hours.add({})
    hours.add({("b", START): 3, ("a", START + HOUR): 1, ("a", START): 2})
    hours.add({("a", START): 40, ("a", START + 2 * HOUR): 5})
    whole = {"a": {START: 42, START + HOUR: 1, START + 2 * HOUR: 5}, "b": {START: 3}}
    assert hours.between(START, START + 3 * HOUR) == whole
    assert hours.between(START, START + HOUR) == {"a": {START: 42}, "b": {START: 3}}
    assert hours.between(START + HOUR, START + 2 * HOUR) == {"a": {START + HOUR: 1}}
    assert hours.between(START + 3 * HOUR, START + 9 * HOUR) == {}
    assert hours.since(START) == whole
    assert hours.since(START + HOUR) == {"a": {START + HOUR: 1, START + 2 * HOUR: 5}}
    assert hours.between(START, START + HOUR) == {}


def test_what_could_not_be_used_is_kept_whole_and_counted_by_camera(database: Database) -> None:
    ledger, states = ItemLedger(database), CameraStates(database)
    item = dataclasses.replace(sample_item("a\x00.jpg"), fingerprint="1\x00")
    others = [dataclasses.replace(item, camera_id="gate-1"), dataclasses.replace(item, name="b.jpg")]
    for one in (item, *others):
        assert not ledger.is_rejected(one)
        ledger.reject(one, f"no picture\x00 of {one.camera_id}")
    assert states.quarantined() == {"gate-0": 2, "gate-1": 1}
    first = ledger.rejects()[0]
    assert first == RejectedItem(
        *("gate-0", "a\\x00.jpg", "1\\x00", START, "no picture\\x00 of gate-0", first.rejected_at),
    )
    assert [ledger.is_rejected(one) for one in (item, *others)] == [True] * 3
    for change in ({"camera_id": "gate-2"}, {"name": "c.jpg"}, {"fingerprint": "2"}):
        assert not ledger.is_rejected(dataclasses.replace(item, **change))
    ledger.finish(item)
    assert [ledger.is_rejected(one) for one in (item, *others)] == [False, True, True]
    assert (ledger.is_finished(item), states.quarantined()) == (True, {"gate-0": 1, "gate-1": 1})
