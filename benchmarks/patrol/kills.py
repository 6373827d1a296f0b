"""A car's process is killed at random moments; each drive's books are compared with an undisturbed one's."""

from __future__ import annotations

import contextlib
import functools
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

from rendering.scene.traffic import render_traffic
from schemas.settings import Settings
from storage.database import Database, open_database
from tests.integration.car.days import Books, books_of_car, books_of_server, differences
from tests.integration.car.drives import BEGAN, LISTED, Drive, make_drive
from tests.integration.car.plain_lists import NAME, entry
from tests.integration.car.servers import CarServer
from tests.integration.storage.samples import activate
from tests.unit.pipeline.patrol.way_home import flaky, until

KILLS_OF_A_DRIVE = 10
MEAN_BYTES = 300_000
"""After how many bytes, about, a connection is cut."""
CLIP_FRAMES = (130, 130, 90)


def kills(folder: Path, count: int) -> list[str]:
    """Kill a car's process again and again, while its way home is cut; return lines for people.

    Args:
        folder: Where to write.
        count: How many kills.

    Raises:
        AssertionError: Something that was stored is gone, or a drive's books, or the server's of it, differ from an
            undisturbed one's.
    """
    clips, rng = _clips(folder / "clips"), random.Random(count)
    reference = make_drive(folder / "undisturbed", clips)
    began = time.monotonic()
    reference.finish()
    seconds = time.monotonic() - began
    books = reference.books()
    left, drives, cuts = count, 0, 0
    while left > 0:
        # A server of its own each time: what it lacks of this drive it cannot have of another.
        place = folder / f"drive-{drives}"
        with open_database(Settings(data_dir=place / "database")) as database:
            server = CarServer(place / "server", database)
            activate(database, [entry(plate) for plate in LISTED.split(",")], hotlist_id=NAME, layout="csv")
            token = server.add_car()
            with server.going(), flaky(server.port, drives, MEAN_BYTES) as (port, connections):
                drive = make_drive(place / "car", clips, home=server.lines_for_a_car(place / "papers", port, token))
                for _ in range(min(left, KILLS_OF_A_DRIVE)):
                    _kill(drive, rng.uniform(0.05, 1.0) * seconds)
                drive.come_home(books)
                until(functools.partial(_is_at_server, database, books_of_car(drive.settings.data_dir)))
                cuts += len(connections)
        left -= KILLS_OF_A_DRIVE
        drives += 1
        _same(drive.books().hits == books.hits, f"hits of drive {drives}")
        _same(drive.books().alerts == books.alerts, f"alerts of drive {drives}")
        shutil.rmtree(place)
    return [
        f"{count} kills in {drives} drives of {seconds:.0f} s, {cuts} connections, each cut after some bytes: nothing "
        f"lost, nothing doubled, in the car and at the server; {len(books.reads)} reads, {len(books.uploads)} messages "
        f"for the server, {len(books.hits)} hits, {len(books.alerts)} alerts and updates are the same by their ids"
    ]


def _is_at_server(database: Database, own: Books) -> bool:
    return differences(books_of_server(database), own) == []


def _kill(drive: Drive, after: float) -> None:
    before = drive.books().reads if drive.file.exists() else frozenset()
    process = drive.start("on")
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(after)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    if drive.file.exists():
        kept = {read for read, _, _ in drive.books().reads}
        _same({read for read, _, _ in before} <= kept, "what was stored before a kill")


def _same(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(f"{what}: not as of an undisturbed drive")


def _clips(folder: Path) -> Path:
    folder.mkdir()
    for number, frames in enumerate(CLIP_FRAMES):
        path = folder / f"{number}.mp4"
        render_traffic(path, seed=7 + number, frames=frames)
        moment = BEGAN.timestamp() + 30 * number
        os.utime(path, (moment, moment))
    return folder
