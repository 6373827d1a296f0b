"""From a camera's POST to a stored read, by way of real HTTP, recognition and PostgreSQL."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import httpx
import pytest

from pipeline.ingesting.alone import serve_alone
from pipeline.reloading import Reload
from pipeline.services.run import Service
from rendering.scene.traffic import render_traffic
from schemas.events import AlarmKind
from schemas.settings import CameraSettings, IngestSettings, IngestSource, PushCamera, Settings
from services.service_manager import ServiceManager
from storage.database import Database
from tests.integration.pipeline.ingesting.test_posted import DIGEST, TOKEN, free_port, result, until

FIRST, LAST = 15, 46


@pytest.fixture(scope="session")
def frames(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """A vehicle of the demo's clip as JPEGs, twenty-five a second."""
    clip = tmp_path_factory.mktemp("clip") / "clip.mp4"
    render_traffic(clip, frames=LAST)
    capture = cv2.VideoCapture(str(clip))
    found = []
    for number in range(LAST):
        is_read, image = capture.read()
        assert is_read
        if number >= FIRST:
            found.append(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes())
    capture.release()
    return found


@dataclass
class Site:
    """A run, or the server alone, of one data directory."""

    database: Database
    folder: Path
    cameras: tuple[CameraSettings, ...] = (PushCamera(id="pole", token_sha256=DIGEST, stall_seconds=2),)
    port: int = field(default_factory=free_port)
    asked: threading.Event = field(default_factory=threading.Event)

    @property
    def settings(self) -> Settings:
        ingest = IngestSettings(
            listen=f"127.0.0.1:{self.port}", sources=(IngestSource(id="gate", vendor="rekor", token_sha256=DIGEST),)
        )
        return Settings(data_dir=self.folder, ingest=ingest, cameras=self.cameras)

    @contextmanager
    def going(self) -> Iterator[Service]:
        stop = threading.Event()
        service = Service(self.settings, self.database, None, reload=Reload(self.asked, lambda: self.settings))
        failures: list[BaseException] = []

        def run() -> None:
            try:
                service.run(stop)
            except BaseException as error:  # noqa: BLE001 - shown by the test
                failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield service
        finally:
            stop.set()
            thread.join(60)
        assert not thread.is_alive()
        assert not failures, failures

    def push(self, body: bytes, camera: str = "pole") -> int:
        """Post a picture; 0: nobody listens."""
        url = f"http://127.0.0.1:{self.port}/ingest/cameras/{camera}/frames"
        try:
            return httpx.post(url, content=body, headers={"x-api-key": TOKEN}, trust_env=False).status_code
        except httpx.TransportError:
            return 0

    def reads(self) -> list[tuple[str, str, int]]:
        with self.database.connection() as connection:
            rows = connection.execute("select camera_id, plate, frame_count from reads order by first_seen").fetchall()
        return [(row[0], row[1], row[2]) for row in rows]


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Site:
    return Site(database, tmp_path / "data")


def alarms(database: Database) -> list[str]:
    with database.connection() as connection:
        rows = connection.execute(
            "select message from alarms where kind = %s and cleared_at is null", (AlarmKind.CAMERA_FAILED.value,)
        ).fetchall()
    return [row[0] for row in rows]


def _keys(database: Database) -> list[str | None]:
    with database.connection() as connection:
        rows = connection.execute("select plate_image_key, context_image_key from reads").fetchall()
    return [key for row in rows for key in row]


def test_pictures_that_are_pushed_become_one_read_and_silence_an_alarm_that_ends(
    site: Site, database: Database, frames: list[bytes]
) -> None:
    with site.going() as service:
        until(lambda: site.push(frames[0]) == 202)
        begun = time.monotonic()
        for number, frame in enumerate(frames):
            time.sleep(max(begun + number / 25 - time.monotonic(), 0))
            assert site.push(frame) == 202
        # On a machine so busy that pictures come seconds apart, one pass may be several.
        until(site.reads, 90)
        assert {(camera, plate) for camera, plate, _ in site.reads()} == {("pole", "UKW4183")}
        # What is read early has its pictures when its vehicle has passed.
        until(lambda: all(keys := _keys(database)) and len(keys) >= 2, 90)
        assert all((site.folder / "images" / str(key)).exists() for key in _keys(database))
        until(lambda: any("posted no picture" in message for message in alarms(database)), 90)
        before = len(site.reads())
        (health,) = service._board.cameras()
        assert health.frames == len(frames) + 1
        # A single picture, as of a camera that posts when something moves, is a read of its own.
        assert site.push(frames[-8]) == 202
        until(lambda: not alarms(database), 90)
        until(lambda: len(site.reads()) > before, 90)


def test_a_camera_that_is_added_by_a_reload_is_taken_and_one_that_is_gone_refused(
    site: Site, frames: list[bytes]
) -> None:
    with site.going():
        until(lambda: site.push(frames[0]) == 202)
        assert site.push(frames[0], "second") == 404
        site.cameras = (PushCamera(id="second", token_sha256=DIGEST),)
        site.asked.set()
        until(lambda: site.push(frames[-8], "second") == 202)
        until(lambda: site.push(frames[0]) == 404)
        until(lambda: [read[0] for read in site.reads()][-1:] == ["second"])
        # Another token counts at once.
        site.cameras = (PushCamera(id="second", token_sha256=hashlib.sha256(b"other").hexdigest()),)
        site.asked.set()
        until(lambda: site.push(frames[0], "second") == 401)


def test_the_server_alone_leaves_pictures_to_a_run_and_goes_on_after_it(site: Site, frames: list[bytes]) -> None:
    stop = threading.Event()
    reload = Reload(threading.Event(), lambda: site.settings)
    alone = threading.Thread(target=serve_alone, args=(site.settings, stop, ServiceManager(None), reload))
    alone.start()
    reads = f"http://127.0.0.1:{site.port}/ingest/reads/rekor/gate"
    try:
        until(lambda: site.push(frames[0]) == 503)
        with site.going():
            until(lambda: site.push(frames[-8]) == 202)
            answer = httpx.post(reads, content=result("ABC1234"), headers={"x-api-key": TOKEN}, trust_env=False)
            assert answer.status_code == 202
            until(lambda: {read[0] for read in site.reads()} >= {"pole"} and len(site.reads()) == 2)
        until(lambda: site.push(frames[0]) == 503)
    finally:
        stop.set()
        alone.join(20)
    assert not alone.is_alive()
