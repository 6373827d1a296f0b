"""A car that is killed while its way home is cut again and again: nothing is lost or doubled on either side."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
from pathlib import Path

from storage.database import Database
from storage.reads.images import ImageStore
from tests.integration.car.days import books_of_car, books_of_server, differences
from tests.integration.car.drives import LISTED, Drive, make_drive
from tests.integration.car.plain_lists import NAME, entry
from tests.integration.car.servers import CarServer
from tests.integration.storage.samples import activate
from tests.unit.pipeline.patrol.way_home import flaky, until

KILLS = 5
"""More of them: `python -m benchmarks.patrol kills`."""
MEAN_BYTES = 300_000


def test_kills_and_cuts_lose_and_double_nothing_here_and_there(
    clips: Path, undisturbed: tuple[Drive, float], database: Database, tmp_path: Path
) -> None:
    reference, seconds = undisturbed
    books = reference.books()
    server, rng = CarServer(tmp_path / "server", database), random.Random(KILLS)
    activate(database, [entry(plate) for plate in LISTED.split(",")], hotlist_id=NAME, layout="csv")
    token = server.add_car()
    with server.going(), flaky(server.port, KILLS, MEAN_BYTES) as (port, connections):
        drive = make_drive(tmp_path / "car", clips, home=server.lines_for_a_car(tmp_path / "papers", port, token))
        acknowledged = set[str]()
        for _ in range(KILLS):
            process = drive.start("on")
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=rng.uniform(0.05, 1.0) * seconds)  # the moment of the kill
            process.send_signal(signal.SIGKILL)
            process.communicate()
            if drive.file.exists():
                stored = {read for read, _, _ in drive.books().reads}
                assert acknowledged <= stored  # what was stored once stays
                acknowledged = stored
        drive.come_home(books)
        assert connections
        until(lambda: differences(books_of_server(database), books_of_car(drive.settings.data_dir)) == [])
    kept = drive.books()
    assert (kept.reads, kept.hits, kept.alerts) == (books.reads, books.hits, books.alerts)
    with database.connection() as connection:
        rows = connection.execute("select plate_image_key from reads where plate_image_key is not null").fetchall()
    images = ImageStore(server.settings)
    assert rows
    assert all(images.load(key) for (key,) in rows)
