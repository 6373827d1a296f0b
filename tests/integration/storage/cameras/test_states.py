"""What is known of cameras across machines: what is later stays, and hours add up."""

from __future__ import annotations

from datetime import timedelta

from schemas.health import CameraHealth
from storage.cameras.states import CameraHours, CameraStates
from storage.database import Database
from tests.integration.storage.samples import START

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
