"""From a vendor's POST to a stored read, by way of real HTTP, the inbox and PostgreSQL."""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
import simplejpeg

import pipeline.ingesting.inbox
from ingest.inbox_place import INBOX_FILE
from operations.quarantine import discard_quarantined, list_quarantine, retry_quarantined, show_quarantined
from pipeline.ingesting.alone import serve_alone
from pipeline.reloading import Reload
from pipeline.services.run import Service
from schemas.actor import Actor, SignIn
from schemas.errors import InvalidInput
from schemas.health import ReaderHealth
from schemas.settings import IngestSettings, IngestSource, Settings
from services.service_manager import ServiceManager
from storage.database import Database
from storage.spool.messages import Message
from storage.spool.spool import Spool
from tests.unit.ingest.vendors.samples import PLATE, RECOGNIZER

TOKEN = "the-token"
DIGEST = hashlib.sha256(TOKEN.encode()).hexdigest()
CLERK = Actor("clerk", SignIn.LOCAL_USER, "tests", "local")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def result(plate: str, number: int = 0, **more: Any) -> bytes:
    """A message of Rekor's agent about one frame."""
    message = {
        "data_type": "alpr_results",
        "version": 2,
        "epoch_time": int(time.time() * 1000) - 1000 * number,
        "camera_id": number,
        "uuid": f"uuid-{plate}-{number}",
        "results": [{"plate": plate, "confidence": 93.5, "region": "us-va", "candidates": []}],
    }
    return json.dumps(message | more).encode()


@dataclass
class Site:
    """A run, or the server alone, of one data directory."""

    database: Database
    folder: Path
    port: int = field(default_factory=free_port)
    sources: tuple[IngestSource, ...] = ()

    @property
    def settings(self) -> Settings:
        sources = self.sources or (
            IngestSource(id="gate", vendor="rekor", token_sha256=DIGEST),
            IngestSource(id="bridge", vendor="plate-recognizer", token_sha256=DIGEST),
        )
        return Settings(data_dir=self.folder, ingest=IngestSettings(listen=f"127.0.0.1:{self.port}", sources=sources))

    @contextlib.contextmanager
    def going(self) -> Iterator[Service]:
        """A run that goes on meanwhile."""
        stop = threading.Event()
        service = Service(self.settings, self.database, None)
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

    def post(self, body: bytes, source: str = "gate", vendor: str = "rekor") -> int:
        """Post a message, once the server is there."""
        url = f"http://127.0.0.1:{self.port}/ingest/reads/{vendor}/{source}"
        deadline = time.monotonic() + 60
        while True:
            try:
                return httpx.post(url, content=body, headers={"x-api-key": TOKEN}, trust_env=False).status_code
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.05)

    def plates(self) -> list[str]:
        with self.database.connection() as connection:
            return [row[0] for row in connection.execute("select plate from reads order by plate").fetchall()]

    def waiting(self) -> int:
        with Spool(self.folder / INBOX_FILE) as spool:
            return sum(one.count for one in spool.waiting().values())


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Site:
    return Site(database, tmp_path / "data")


def test_what_is_posted_becomes_reads_and_leaves_the_inbox_with_its_bytes(site: Site) -> None:
    with site.going() as service:
        assert site.post(result("ABC1234")) == 202
        assert site.post(result("XYZ9876", 1)) == 202
        until(lambda: site.plates() == ["ABC1234", "XYZ9876"])
        until(lambda: site.waiting() == 0)
        until(lambda: not any(b"XYZ9876" in one.read_bytes() for one in (site.folder / "inbox").iterdir()))
        (gate,) = [one for one in service._board.sources() if one.source_id == "gate"]
        assert (gate.processed, gate.reads, gate.quarantined) == (2, 2, 0)
        assert gate.last_message_at is not None
        assert {reader.reader_id: reader.last_sign_at for reader in gate.readers} == {"gate-0": None, "gate-1": None}
        # A sign of life of one of them, and of another that has not read anything.
        streams = [
            {"camera_id": number, "camera_name": str(number), "fps": 24, "is_streaming": True} for number in (1, 7)
        ]
        beat = {"data_type": "heartbeat", "timestamp": int(time.time() * 1000), "video_streams": streams}
        assert site.post(json.dumps(beat).encode()) == 202
        until(lambda: len(_readers(service)) == 4)
        found = _readers(service)
        assert found["gate-1"].last_sign_at is not None
        assert found["gate-1"].last_read_at is not None
        assert (found["gate-7"].fps, found["gate-7"].last_read_at) == (24, None)


def _readers(service: Service) -> dict[str, ReaderHealth]:
    return {reader.reader_id: reader for source in service._board.sources() for reader in source.readers}


def test_a_read_with_a_picture_that_is_a_bomb_goes_on_without_it(site: Site, database: Database) -> None:
    picture = np.zeros((32, 32, 3), np.uint8)
    bomb = bytearray(simplejpeg.encode_jpeg(picture, 90, "BGR"))
    place = bomb.index(b"\xff\xc0")
    bomb[place + 5 : place + 9] = (50_000).to_bytes(2) * 2
    files = {"upload": ("a.jpg", bytes(bomb), "image/jpeg")}
    site.sources = (IngestSource(id="gate", vendor="plate_recognizer", token_sha256=DIGEST),)
    with site.going():
        assert site.post(b"", vendor="plate_recognizer") == 200  # it is up
        url = f"http://127.0.0.1:{site.port}/ingest/reads/plate_recognizer/gate"
        form = {"json": json.dumps(RECOGNIZER)}
        answer = httpx.post(url, data=form, files=files, headers={"x-api-key": TOKEN}, trust_env=False)
        assert answer.status_code == 202
        until(lambda: site.plates() == [PLATE])
    with database.connection() as connection:
        assert connection.execute("select context_image_key from reads").fetchall() == [(None,)]


def test_poison_of_one_vendor_is_quarantined_and_stops_nobody(
    site: Site, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    whole = pipeline.ingesting.inbox.adapter_of("rekor").parse

    def parse(message: Any, source: Any) -> Any:
        if b"TRIGGER" in message.body:
            raise KeyError("results")
        return whole(message, source)

    monkeypatch.setattr(pipeline.ingesting.inbox.adapter_of("rekor"), "parse", parse)
    with site.going():
        for body in (b"no JSON", result("TRIGGER1"), b"[" * 100_000, b"\xff" * 100):
            assert site.post(body) == 202
            assert site.post(b"{", "bridge", "plate-recognizer") == 202
        assert site.post(result("ABC1234")) == 202
        until(lambda: site.plates() == ["ABC1234"])
        until(lambda: site.waiting() == 0)
        found = list_quarantine(CLERK, database, 50)
        assert [one.source_id for one in found].count("gate") == 4
        assert all(one.reason for one in found)
        (odd,) = [one for one in found if "TRIGGER" in bytes(one.body).decode("latin-1")]
        assert "KeyError" in odd.reason

        # After an update of the adapter it is tried again.
        monkeypatch.undo()
        assert retry_quarantined(CLERK, database, odd.message_number) == 1
        until(lambda: site.plates() == ["ABC1234", "TRIGGER1"])
        until(lambda: len(list_quarantine(CLERK, database, 50)) == len(found) - 1)

        other = next(one for one in found if one.source_id == "gate" and one is not odd)
        assert retry_quarantined(CLERK, database, None) == len(found) - 1
        until(lambda: show_quarantined(CLERK, database, other.message_number).retry_asked_at is None)
        with pytest.raises(InvalidInput, match="reason"):
            discard_quarantined(CLERK, database, other.message_number, "x")
        discard_quarantined(CLERK, database, other.message_number, "sent by the installer as a test")
        with pytest.raises(InvalidInput, match="no quarantined message"):
            show_quarantined(CLERK, database, other.message_number)
    with database.connection() as connection:
        actions = {row[0] for row in connection.execute("select action from audit").fetchall()}
    assert {"view_quarantine", "retry_quarantined", "discard_quarantined", "refused"} <= actions


def test_a_message_of_a_source_that_is_gone_is_quarantined(site: Site, database: Database) -> None:
    with Spool(site.folder / INBOX_FILE) as spool:
        spool.add([Message("gone", datetime.now(UTC), b"{}")])
    with site.going():
        until(lambda: list_quarantine(CLERK, database, 5))
    (found,) = list_quarantine(CLERK, database, 5)
    assert "no such source is configured" in found.reason


def test_the_server_alone_stores_and_a_run_started_later_processes(site: Site) -> None:
    stop = threading.Event()
    reload = Reload(threading.Event(), lambda: site.settings)
    alone = threading.Thread(target=serve_alone, args=(site.settings, stop, ServiceManager(None), reload))
    alone.start()
    try:
        for number in range(20):
            assert site.post(result(f"ABC{1000 + number}", number)) == 202
        assert site.waiting() == 20
        with site.going():  # it leaves serving to the process that does
            until(lambda: len(site.plates()) == 20)
            assert site.post(result("LAST123", 99)) == 202
            until(lambda: len(site.plates()) == 21)
        site.sources = (IngestSource(id="gate", vendor="rekor"),)
        reload.asked.set()
        until(lambda: httpx.post(f"http://127.0.0.1:{site.port}/ingest/reads/rekor/gate", content=b"{}").is_success)
    finally:
        stop.set()
        alone.join(20)
    assert not alone.is_alive()
    with contextlib.suppress(httpx.TransportError):
        raise AssertionError(httpx.get(f"http://127.0.0.1:{site.port}/"))


def test_messages_that_were_processed_and_not_deleted_give_the_same_reads(site: Site) -> None:
    body = result("ABC1234")
    now = datetime.now(UTC)
    for _ in range(2):
        with Spool(site.folder / INBOX_FILE) as spool:
            spool.add([Message("gate", now, body)])
        with site.going():
            until(lambda: site.waiting() == 0)
    assert site.plates() == ["ABC1234"]


def test_while_the_database_is_away_messages_are_stored_and_processed_afterwards(
    site: Site, database_name: str, database_server: Any
) -> None:
    with site.going():
        assert site.post(result("BEFORE1")) == 202
        until(lambda: site.plates() == ["BEFORE1"])
        with psycopg.connect(database_server.connection_string, autocommit=True) as connection:
            connection.execute(f"alter database {database_name} allow_connections false")
            ending = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"
            connection.execute(ending, (database_name,))
            for number in range(10):
                assert site.post(result(f"DURING{number}", number)) == 202
            assert site.waiting() == 10
            connection.execute(f"alter database {database_name} allow_connections true")
        until(lambda: len(site.plates()) == 11)
        until(lambda: site.waiting() == 0)


def test_a_pass_that_is_sent_frame_by_frame_is_one_read_over_a_restart(site: Site, database: Database) -> None:
    """Each frame with a uuid of its own: camera, time and text alone say that they are of one pass."""

    def frame(plate: str, confidence: float, after: int) -> bytes:
        read = {"plate": plate, "confidence": confidence, "region": "us-va", "candidates": []}
        return result(plate, 1, uuid=f"frame-{after}-{plate}", epoch_time=begun + after, results=[read])

    begun = int(time.time() * 1000) - 60_000
    with site.going():
        assert site.post(frame("KLM441O", 80.0, 0)) == 202
        assert site.post(frame("KLM4410", 85.0, 1500)) == 202
        until(lambda: site.waiting() == 0 and len(site.plates()) == 1)
    with site.going():
        assert site.post(frame("KLM4410", 95.0, 3000)) == 202
        assert site.post(frame("XYZ9876", 95.0, 3000)) == 202  # beside it
        assert site.post(frame("KLM4410", 95.0, 60_000)) == 202  # another pass
        until(lambda: site.waiting() == 0 and len(site.plates()) == 3)
    with database.connection() as connection:
        rows = connection.execute(
            "select plate, last_seen - first_seen from reads order by first_seen, plate"
        ).fetchall()
    assert [plate for plate, _ in rows] == ["KLM4410", "XYZ9876", "KLM4410"]
    assert rows[0][1].total_seconds() == 3.0
