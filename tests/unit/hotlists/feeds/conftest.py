"""What tests of feeds share."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotlists.feeds.tray import Tray

PATIENCE_SECONDS = 60.0


@pytest.fixture
def tray(tmp_path: Path) -> Tray:
    tray = Tray(tmp_path, "ncic")
    tray.prepare()
    return tray


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What reaches the disk and what gets a name, in that order; a folder's names reach it with the folder."""
    done: list[tuple[str, ...]] = []
    rename, sync = Path.rename, os.fsync

    def synced(number: int) -> None:
        sync(number)
        path = Path(f"/proc/self/fd/{number}").readlink()
        done.append(("synced", path.name) if path.is_dir() else ("synced", path.name, path.read_text()))

    def renamed(path: Path, target: Path) -> Path:
        done.append(("renamed", path.name))
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    return done


@pytest.fixture(autouse=True)
def _nothing_stays_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """A service runs for months: no file of a feed is left open, whatever became of it."""
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    # A fetch that was given up lets go of its file when it wakes.
    deadline = time.monotonic() + PATIENCE_SECONDS
    while folder is not None and (left := _open_below(folder)):
        assert time.monotonic() < deadline, left
        gc.collect()  # a test's own server may leave some to the collector
        time.sleep(0.01)


def _open_below(folder: Path) -> list[Path]:
    found = []
    for one in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            path = one.readlink()
            if path.is_relative_to(folder):
                found.append(path)
    return found
