"""Months of changes leave a car's lists as they are, in few blocks; what happens during a merge counts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from uuid import UUID

import pytest

from pipeline.patrol.lists.merging import ListMerging
from schemas.types import HotlistEntry
from storage.car.lists import merging
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from tests.integration.car.list_world import CarHere, World, later, some_entries
from tests.integration.hotlists.list_versions import import_version
from tests.integration.storage.samples import sample_id

IDLE_SECONDS = 30.0

CHANGES = 7


@pytest.fixture
def world(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(merging, "MOST_SMALL", 3)
    return World(database, tmp_path)


@pytest.fixture
def car(world: World) -> Iterator[CarHere]:
    """A car whose list came in many small changes."""
    one = CarHere(world)
    one.unlock()
    for number in range(CHANGES):
        import_version(world.database, some_entries([*range(number + 3), 100 + number]))
        one.fetch()
    assert blocks(one) == CHANGES
    yield one
    one.lists.close()


def blocks(car: CarHere) -> int:
    return len(car.lists._memory.blocks)


def test_many_small_changes_become_one_block(world: World, car: CarHere) -> None:
    stage = ListMerging(car.lists)
    version = car.lists.active_versions()
    assert stage.step(stop=None) < IDLE_SECONDS  # type: ignore[arg-type]
    assert blocks(car) == 1
    assert stage.step(stop=None) == IDLE_SECONDS  # type: ignore[arg-type]
    assert car.lists.active_versions() == version, "whoever follows the lists has nothing to do"
    assert car.has() == world.wanted()
    car.restart()
    assert car.lists.about.wiped_why is None
    assert car.has() == world.wanted()
    import_version(world.database, some_entries(range(7)))
    car.fetch()
    assert car.has() == world.wanted()


def test_what_is_withdrawn_during_a_merge_stays_withdrawn(world: World, car: CarHere) -> None:
    merge = car.lists.merged()
    assert merge is not None
    HotlistEdits(world.database).withdraw([sample_id("ncic", 2)], by="a", reason="recovered")
    car.fetch()
    assert car.lists.put_merged(*merge) == CHANGES
    assert car.has() == world.wanted()
    assert sample_id("ncic", 2) not in car.has()
    car.restart()
    assert car.has() == world.wanted()
    assert sample_id("ncic", 2) not in car.has()


def test_a_merge_comes_too_late_for_lists_that_were_wiped_or_sealed_anew(world: World, car: CarHere) -> None:
    merge = car.lists.merged()
    assert merge is not None
    newer = world.key(token_at=world.now)
    car.unlock(newer)
    assert car.lists.put_merged(*merge) == 0
    assert car.has() == world.wanted()
    merge = car.lists.merged()
    assert merge is not None
    car.lists.wipe("revoked")
    assert car.lists.put_merged(*merge) == 0
    assert car.lists.merged() is None
    later(world, seconds=1)
    car.unlock(newer)
    assert car.has() == {}
    car.fetch()
    assert car.has() == world.wanted()


def test_nothing_is_merged_under_whoever_reads_a_list(world: World, car: CarHere) -> None:
    prepared = car.lists.merged()
    assert prepared is not None

    def slowly(entries: Iterator[HotlistEntry]) -> set[UUID]:
        found = {entry.entry_id for entry in islice(entries, 5)}
        assert car.lists.merge_some() == 0
        assert car.lists.put_merged(*prepared) == 0
        return found | {entry.entry_id for entry in entries}

    assert car.lists.since("ncic", 0, slowly).added == world.wanted().keys()
    assert car.lists.merge_some() == CHANGES
    assert car.lists.since("ncic", 0, list).added
