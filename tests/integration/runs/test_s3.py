"""Pictures in an S3 store: stored, shown, and ended with their reads; an outage of the store costs none."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from policy.decisions import Retention
from storage.database import Database
from storage.reads.images import ImageStore
from storage.retention import enforce_retention
from tests.integration.runs.pictures import write_frame_with_a_plate
from tests.integration.runs.s3_server import S3Server, s3_server
from tests.integration.runs.site import folder_camera, write_site

JPEG = b"\xff\xd8"


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A frame of the demo's clip in which a plate can be read."""
    path = tmp_path_factory.mktemp("picture") / "frame.jpg"
    write_frame_with_a_plate(path)
    return path


@pytest.fixture
def store() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


def wait_until(condition: Callable[[], object], process: subprocess.Popen[str], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def kept_keys(database: Database) -> list[str]:
    """The keys that the reads name."""
    with database.connection() as connection:
        rows = connection.execute("select unnest(array[plate_image_key, context_image_key]) from reads").fetchall()
    return sorted(key for (key,) in rows)


def test_pictures_on_s3_survive_an_outage_of_it_and_end_with_their_reads(
    store: S3Server, picture: Path, database: Database, database_url: str, tmp_path: Path
) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    site = write_site(
        tmp_path, folder_camera(drop), images=store.section(), database=f"url = {json.dumps(database_url)}\n"
    )
    with site.start("run", "--json") as process:
        shutil.copy(picture, drop / "before.jpg")
        wait_until(lambda: kept_keys(database) and len(store.keys()) == len(kept_keys(database)), process)
        before = store.keys()
        store.stop()
        shutil.copy(picture, drop / "during.jpg")
        started = time.monotonic()
        wait_until(lambda: len(kept_keys(database)) == 2 * len(before), process)
        assert time.monotonic() - started < 45, "the read waited for the store"
        images = ImageStore(site.settings)
        assert images.waiting() == len(before)
        waiting = [key for key in kept_keys(database) if f"gate/{key}" not in before]
        assert all(images.load(key).startswith(JPEG) for key in waiting)
        store.start()
        wait_until(lambda: len(store.keys()) == 2 * len(before), process)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=90)
    assert process.returncode == 0, err
    assert json.loads(out)["lost_pictures"] == 0
    assert err.count("pictures are not kept where they should be") <= 1
    assert store.keys() == [f"gate/{key}" for key in kept_keys(database)]
    assert [path for path in (site.settings.data_dir / "images-waiting").rglob("*") if path.is_file()] == []
    assert not (site.settings.data_dir / "images").exists()
    for key in kept_keys(database):
        assert images.load(key).startswith(JPEG)
    enforce_retention(database, Retention(), delete_images=images.delete, now=datetime.now(UTC) + timedelta(days=30))
    assert store.keys() == []
