"""A run at work: a backlog in a folder, another file system for what was read, and feeds that come and change."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pytest

from tests.integration.runs.logged import LoggedRun
from tests.integration.runs.site import write_site

PICTURE = bytes(cv2.imencode(".jpg", np.full((64, 96, 3), 127, np.uint8))[1])
BACKLOG = 50


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than the test's own."""
    paths = (Path("/dev/shm"), Path("/tmp"), Path("/var/tmp"))
    others = [path for path in paths if path.stat().st_dev != tmp_path.stat().st_dev]
    assert others, "no two of /dev/shm, /tmp and /var/tmp are on different file systems"
    with TemporaryDirectory(dir=others[0]) as folder:
        yield Path(folder)


def put(path: Path, age_seconds: float) -> None:
    """Write a picture as a camera does that renames it when it is whole."""
    path.with_suffix(".part").write_bytes(PICTURE)
    moment = time.time() - age_seconds
    os.utime(path.with_suffix(".part"), (moment, moment))
    path.with_suffix(".part").rename(path)


def test_what_comes_during_a_backlog_is_read_before_it_and_moved_to_another_file_system(
    tmp_path: Path, elsewhere: Path
) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    for number in range(BACKLOG):
        put(drop / f"{number:03}.jpg", 86_400 - 60 * number)
    camera = f'[[cameras]]\nid = "gate"\ntype = "image_folder"\npath = "{drop}"\norder = "newest"\nafter = "move"\n'
    # Slow enough that the backlog is there when the folder is listed anew.
    slow = {"recognition": "threads = 1\n", "recognition_detector": "image_size = 960\n"}
    site = write_site(tmp_path / "site", f'{camera}move_to = "{elsewhere}"\n', **slow)
    with LoggedRun(site.start("run", detached=True)) as run:
        run.wait_until(lambda: any(elsewhere.glob("*.jpg")), "the first picture is moved")
        first = sorted(elsewhere.glob("*.jpg"))
        assert first[0].name > "025.jpg", "the newest ones are read first"
        put(drop / "fresh.jpg", 0)
        run.wait_until(lambda: (elsewhere / "fresh.jpg").exists(), "what came last is read and moved")
        waiting = [path.name for path in drop.glob("*.jpg")]
        assert "000.jpg" in waiting, "the oldest ones still wait"
        assert len(waiting) > 5
        moved = [path for path in elsewhere.iterdir() if path.suffix == ".jpg"]
        assert {path.read_bytes() for path in moved} == {PICTURE}
        assert not (drop / "fresh.jpg").exists()
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(timeout=90) == 0
    assert sorted(path.name for path in elsewhere.iterdir() if path.suffix != ".jpg") == []


def feeds(**folders: Path) -> str:
    return "".join(
        f'[[hotlists.feeds]]\nname = "{name}"\nsource = "csv"\nkind = "folder"\npath = "{path}"\n'
        "poll_seconds = 0.2\nsettle_seconds = 0.1\n"
        for name, path in folders.items()
    )


def test_hangup_takes_feeds_that_are_new_changed_or_gone(tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("state", "county", "moved")}
    for number, path in enumerate(folders.values()):
        path.mkdir()
        (path / "list.csv").write_text(f"plate,state,category\nABC12{number}4,VA,stolen_vehicle\n")
    state, county, moved = folders.values()
    site = write_site(tmp_path / "site", feeds(state=state))

    def listed() -> list[str]:
        return site.kept("hotlist_entries", "plate")

    with LoggedRun(site.start("run", detached=True)) as run:
        run.wait_for("matching against")
        run.wait_until(lambda: listed() == ["ABC1204"], "the first list")
        write_site(tmp_path / "site", feeds(state=state, county=county))
        run.process.send_signal(signal.SIGHUP)
        run.wait_for("feeds started: county; ended: none")
        run.wait_until(lambda: listed() == ["ABC1204", "ABC1214"], "the new feed's list")

        write_site(tmp_path / "site", feeds(state=state, county=moved))
        run.process.send_signal(signal.SIGHUP)
        run.wait_for("feeds started: county; ended: county")
        run.wait_until(lambda: "ABC1224" in listed(), "the list from the feed's other folder")

        write_site(tmp_path / "site", feeds(county=moved))
        run.process.send_signal(signal.SIGHUP)
        run.wait_for("feeds started: none; ended: state")
        (state / "late.csv").write_text("plate,state,category\nXYZ9876,VA,stolen_vehicle\n")
        (moved / "next.csv").write_text("plate,state,category\nKLM4567,VA,stolen_vehicle\n")
        run.wait_until(lambda: "KLM4567" in listed(), "the feed that goes on")
        assert "XYZ9876" not in listed()
        assert (state / "late.csv").exists(), "a feed that is gone takes nothing"
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(timeout=90) == 0
