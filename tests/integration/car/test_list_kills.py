"""A car's process that is killed during a load or a merge has the lists before or those after, nothing between."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from operations.cars import list_parts
from storage.database import Database
from tests.conftest import REPOSITORY
from tests.integration.car.list_world import CarHere, World, some_entries
from tests.integration.car.test_list_answers import Line
from tests.integration.hotlists.list_versions import import_version

KILLS = 8


@pytest.fixture
def world(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(list_parts, "PART_ENTRIES", 100)
    for name in ("LEAST_ENTRIES", "MOST_ENTRIES"):
        monkeypatch.setattr(list_parts, name, list_parts.PART_ENTRIES)
    monkeypatch.setattr(list_parts, "BLOCK_ENTRIES", 50)
    return World(database, tmp_path)


@pytest.fixture
def line(world: World, tmp_path: Path) -> Iterator[Line]:
    one = Line(world, tmp_path)
    one.server.start()
    yield one
    one.server.stop()


def test_kills_leave_whole_lists(world: World, line: Line, tmp_path: Path) -> None:
    rng = random.Random(17)
    patrol, key = line.patrol("unit-12"), world.key()
    arguments = [
        *(sys.executable, "-m", "tests.integration.car.fetching_car", str(tmp_path / "unit-12"), str(patrol.server)),
        *(str(patrol.token_file), str(patrol.ca_file), f"{key.number}:{key.secret.hex()}"),
    ]
    editions: list[set[str]] = [set()]
    for kill in range(KILLS):
        numbers = rng.sample(range(1500), 900)
        import_version(world.database, some_entries(numbers))
        editions.append({entry.plate for entry in some_entries(numbers)})
        process = subprocess.Popen(arguments, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("opened"), f"kill {kill}"
        time.sleep(rng.random() * 0.5)
        process.kill()
        process.communicate()
        car = CarHere(world)
        car.unlock()
        assert car.lists.about.wiped_why is None
        assert {entry.plate for entry in car.has().values()} in editions
        car.lists.close()
    car = CarHere(world, ask=line.ask("unit-12"))
    car.unlock()
    car.fetch()
    assert car.has() == world.wanted()
    assert {entry.plate for entry in car.has().values()} == editions[-1]
    car.lists.close()
