"""A car's lists from answer to answer: what is here, what came, went and was withdrawn, for whoever follows them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from schemas.convert.car_entries import COLUMNS, Segment, packed_lines
from schemas.errors import InvalidInput, TransientError
from schemas.events.car_lists import CarListEvent, CarListsAnswer
from schemas.types.list_keys import ListsKey
from storage.car.lists.lists import CarLists, Have, Taken

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = ListsKey(1, bytes(range(32)))


class Car:
    """A car and its clock; it is told one answer after the other."""

    def __init__(self, path: Path) -> None:
        self.path, self.now, self.known = path, NOON, 0
        self.start()

    def start(self) -> None:
        self.lists = CarLists(self.path, "unit-7", lambda: self.now, lambda: 0.0)
        self.lists.unlock([KEY])

    def told(self, kind: str, edition: int, base: int, *segments: Segment, **more: Any) -> Taken:
        withdrawn = tuple(map(ident, more.pop("withdrawn", ())))
        before, self.known = self.known, self.known + len(withdrawn)
        same = {"car_id": "unit-7", "agency_id": "pd", "key_id": "0" * 32, "public_key": "0" * 64, "nonce": "0" * 32}
        numbers = {"withdrawn_after": before, "withdrawn_number": self.known, "withdrawn": withdrawn}
        text = {"made_at": self.now, "payload_sha256": "0" * 64, "kind": kind, "edition": edition, "base": base}
        return self.lists.take(CarListsAnswer.model_validate({**same, **numbers, **text, **more}), segments)

    def since(self, name: str, version: int) -> tuple[Any, ...]:
        """The version, the plates that came, and what went."""
        found = self.lists.since(name, version, list)
        added = [(one.entry_id.int, one.plate, one.hotlist_id) for one in found.added]
        return found.version_id, found.as_of, added, numbers(found.removed)

    def matched(self) -> dict[int, tuple[str, str]]:
        found = self.lists.active_entries([ident(number) for number in range(1, 20)])
        return {entry_id.int: (one.plate, one.hotlist_id) for entry_id, one in found.items()}


def ident(number: int) -> UUID:
    return UUID(int=number)


def numbers(ids: tuple[UUID, ...]) -> list[int]:
    return [one.int for one in ids]


def rows(list_number: int, form: str = "", *entries: int) -> Segment:
    rest = [""] * (COLUMNS - 2)
    lines = ["\t".join((f"P{number}{form}", "stolen_vehicle", *rest)) for number in entries]
    return Segment(list_number, b"".join(ident(number).bytes for number in entries), packed_lines(lines))


def gone(list_number: int, *entries: int) -> Segment:
    return Segment(list_number, b"".join(ident(number).bytes for number in entries), is_removal=True)


def named(name: str, action: str = "keep", **more: Any) -> CarListEvent:
    return CarListEvent.model_validate({"hotlist_id": name, "version": 1, "scope": "s", "action": action} | more)


@pytest.fixture
def car(tmp_path: Path) -> Iterator[Car]:
    car = Car(tmp_path / "car" / "lists.sqlite")
    yield car
    car.lists.close()


def load(car: Car) -> int:
    """Have edition 1: lists a (1, 2, 3) and b (7); return its version."""
    lists = (named("a", "whole", as_of=NOON), named("b", "whole"))
    assert car.told("edition", 1, 0, lists=lists) == Taken(0, is_whole=False)
    assert car.lists.have == Have(0, 0, 1, 1, "")
    assert car.told("part", 1, 0, rows(0, "", 1, 2), part=1, after="x") == Taken(0, is_whole=False)
    assert (car.lists.have, car.lists.active_versions(), car.matched()) == (Have(0, 0, 1, 2, "x"), {}, {})
    assert (car.lists.names(), car.lists.synced_at) == (None, None)
    last: dict[str, Any] = {"is_last": True, "counts": {"a": 3, "b": 1}}
    assert car.told("part", 1, 0, rows(0, "", 3), rows(1, "", 7), part=2, **last) == Taken(4, came=4)
    assert (car.lists.have, car.lists.names()) == (Have(1, 0), frozenset("ab"))
    here = {name: (one.number, one.said.action) for name, one in car.lists.here().items()}
    assert here == {"a": (1, "whole"), "b": (2, "whole")}
    versions = car.lists.active_versions()
    assert versions.keys() == {"a", "b"}
    assert versions["a"] == versions["b"]
    return versions["a"]


def test_what_follows_the_lists_is_told_what_came_went_and_was_withdrawn(car: Car) -> None:
    first = load(car)
    every = {number: (f"P{number}", "a") for number in (1, 2, 3)} | {7: ("P7", "b")}
    assert (car.matched(), car.lists.entries([first]), car.lists.entries([first + 1])) == (every, 4, 0)
    assert car.since("a", 0) == (first, NOON, [(number, f"P{number}", "a") for number in (1, 2, 3)], [])
    assert car.since("a", first) == (first, NOON, [], [])
    assert (car.lists.extent("a", 0), car.lists.extent("a", first), car.lists.extent("z", 0)) == (3, 0, 0)
    # A withdrawal counts at once; the list's version stays.
    assert car.told("current", 1, 1, lists=(named("a", as_of=NOON), named("b")), withdrawn=[2, 9]) == Taken(
        3, withdrawn=1
    )
    assert car.lists.withdrawn(0) == (1, (ident(2),))
    assert car.lists.withdrawn(1) == (1, ())
    assert (car.lists.active_versions(), car.lists.gone("a", 0)) == ({"a": first, "b": first}, ())
    assert [number for number, *_ in car.since("a", 0)[2]] == [1, 3]
    assert car.lists.synced_at == NOON
    # The next edition: 1 goes, 3 has another form, 4 comes, 2 is back, and b goes as a whole.
    told = (named("a", "change", as_of=NOON + HOUR), named("c", "whole"))
    assert car.told("edition", 2, 1, lists=told) == Taken(3, is_whole=False)
    parts = (gone(0, 1, 3), rows(0, "X", 2, 3, 4), rows(1, "", 8))
    assert car.told("part", 2, 1, *parts, part=1, is_last=True, counts={"a": 3, "c": 1}) == Taken(4, came=4, went=2)
    second = car.lists.active_versions()["a"]
    assert (second > first, car.lists.active_versions()) == (True, {"a": second, "c": second})
    assert car.matched() == {2: ("P2X", "a"), 3: ("P3X", "a"), 4: ("P4X", "a"), 8: ("P8", "c")}
    assert car.since("a", first) == (second, NOON + HOUR, [(n, f"P{n}X", "a") for n in (2, 3, 4)], [1])
    assert car.since("b", first) == (None, None, [], [7])
    assert (numbers(car.lists.gone("a", first)), car.lists.gone("a", second)) == ([1], ())
    assert car.lists.extent("a", first) == 3 + 2
    # What came again is not withdrawn any more.
    assert car.lists.withdrawn(0) == (1, ())
    assert car.lists.marks([second, first]) == [f"{car.lists.marks([0])[0][:-2]} {n}" for n in (first, second)]
    # All of it outlasts the process.
    before = car.matched()
    car.lists.close()
    car.start()
    assert (car.matched(), car.lists.size, car.lists.have) == (before, 4, Have(2, 2))
    assert car.since("a", 0)[2] == [(n, f"P{n}X", "a") for n in (2, 3, 4)]


def test_lists_without_anything_new_keep_their_versions_and_one_of_another_date_does_not(car: Car) -> None:
    first = load(car)
    told = (named("a", as_of=NOON + HOUR), named("b"))
    car.told("edition", 2, 1, lists=told)
    assert car.told("part", 2, 1, part=1, is_last=True) == Taken(4)
    versions = car.lists.active_versions()
    assert (versions["b"], versions["a"] > first) == (first, True)
    assert car.since("a", first) == (versions["a"], NOON + HOUR, [], [])


def test_a_list_that_ends_by_itself_is_not_matched_from_then_on(car: Car) -> None:
    load(car)
    car.told("current", 1, 1, lists=(named("a", use_until=NOON + HOUR), named("b")))
    assert (set(car.lists.active_versions()), set(car.matched())) == ({"a", "b"}, {1, 2, 3, 7})
    car.now += HOUR
    assert (set(car.lists.active_versions()), set(car.matched())) == ({"b"}, {7})
    assert car.since("a", 0) == (None, None, [], [])


def test_an_edition_that_is_given_up_or_begun_anew_leaves_nothing(car: Car) -> None:
    load(car)
    told = (named("a", "change", as_of=NOON), named("b"))
    car.told("edition", 2, 1, lists=told)
    car.told("part", 2, 1, rows(0, "", 5), part=1, after="y")
    car.lists.give_up()
    assert car.lists.have == Have(1, 0)
    car.told("edition", 2, 1, lists=told)
    car.told("part", 2, 1, rows(0, "", 6), part=1, after="y")
    car.told("edition", 3, 1, lists=told)
    assert car.lists.have == Have(1, 0, 3, 1, "")
    assert car.told("part", 3, 1, rows(0, "", 4), part=1, is_last=True, counts={"a": 4}) == Taken(5, came=1)
    assert set(car.matched()) == {1, 2, 3, 4, 7}


def test_what_is_another_car_s_or_locked_is_not_taken(car: Car) -> None:
    first = load(car)
    with pytest.raises(InvalidInput, match="it is for car 'unit-8', and this one is 'unit-7'"):
        car.told("current", 1, 1, lists=(named("a"), named("b")), car_id="unit-8")
    stop = threading.Event()
    stop.set()
    with pytest.raises(TransientError, match="was stopped"):
        car.lists.since("a", 0, list, stop=stop)
    reading: list[Any] = []

    def lock_meanwhile(entries: Iterator[Any]) -> list[Any]:
        car.lists.lock()
        return list(entries)

    car.lists.trust({"k": b"\x01\x02"})
    assert car.lists.server_keys == {"k": b"\x01\x02"}
    with pytest.raises(TransientError, match="nobody has signed on"):
        reading += car.lists.since("a", 0, lock_meanwhile).added
    assert (car.lists.is_unlocked, car.lists.active_versions(), car.matched(), car.lists.size) == (False, {}, {}, 0)
    assert numbers(car.lists.gone("a", first)) == [1, 2, 3]
    for ask in (lambda: car.lists.have, car.lists.give_up, lambda: car.told("current", 1, 1)):
        with pytest.raises(TransientError, match="the lists are locked"):
            ask()
    car.lists.unlock([KEY])
    assert (set(car.matched()), car.lists.server_keys) == ({1, 2, 3, 7}, {"k": b"\x01\x02"})
    assert (car.lists.active_versions()["a"] > first, numbers(car.lists.gone("a", first))) == (True, [])
