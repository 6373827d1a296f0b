"""How many reads a second a car brings into its server's inbox, against one POST after the other."""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import trustme

from benchmarks.patrol.driving import reads
from ingest.inbox_place import INBOX_FILE
from ingest.server.car_reads import reads_in
from pipeline.patrol.draining import DrainingStage
from pipeline.patrol.picture_sending import PictureSender
from schemas.arrivals import Arrival, Pictures
from schemas.convert import arrival_to_event
from schemas.settings import PatrolSettings, Settings
from schemas.types import PlateRead
from services.http.home import Home
from storage.car.expected import NoReceipt
from storage.car.file import CAR_FILE
from storage.car.ledger import CarLedger
from storage.car.uploads import Uploads
from storage.reads.images import ImageStore
from storage.spool.spool import Spool

TOKEN = "benchmark"
CAR = "unit-12"
ROUNDS = 3
FEW = 10
"""The plain way gets a part of the reads: it takes so long."""


@dataclass(frozen=True, slots=True)
class _Served:
    """A server in a process of its own; `pipe` tells its processor time."""

    port: int
    authority: Path
    pipe: Any

    def processor_seconds(self) -> float:
        self.pipe.send("cpu")
        return float(self.pipe.recv())


@dataclass(frozen=True, slots=True)
class _Took:
    """What some reads took: by the clock, and of the processor, on both sides."""

    count: int
    seconds: float
    car: float
    server: float

    @property
    def a_second(self) -> float:
        return self.count / self.seconds

    def in_words(self) -> str:
        each = 1e6 / self.count
        return (
            f"{self.a_second:,.0f} reads/s by the clock; processor {self.car * each:.0f} us a read in the car, "
            f"{self.server * each:.0f} us at the server"
        )


def drain(folder: Path, count: int) -> list[str]:
    """Bring reads home over TLS on this machine, in turns with the plain way; return lines for people.

    Ours is the stage that cars run, with its file, until nothing waits in it: the server has answered every read after
    its disk had it. The plain way posts the same reads to the same server, one after the other on one connection.

    Args:
        folder: Where both write.
        count: How many reads a round.
    """
    some = reads(count)
    cameras = sorted({read.camera_id for read in some})
    ours, plain, loads = [], [], []
    for number in range(ROUNDS):
        loads.append(os.getloadavg()[0])
        place = folder / str(number)
        ours.append(_by_stage(place / "ours", some, cameras))
        plain.append(_one_by_one(place / "plain", some[: max(50, count // FEW)], cameras))
    ratios = sorted(one.a_second / other.a_second for one, other in zip(ours, plain, strict=True))
    best, middle = max(ours, key=lambda one: one.a_second), sorted(ours, key=lambda one: one.a_second)[ROUNDS // 2]
    usual = sorted(plain, key=lambda one: one.a_second)[ROUNDS // 2]
    alone = 1 / max(middle.car / middle.count, middle.server / middle.count)
    return [
        f"{count} reads a round, from the car's file to the server's inbox, TLS, gzip: {middle.in_words()}",
        f"best round {best.a_second:,.0f} reads/s; with a core for each side, by processor time, {alone:,.0f} reads/s",
        f"one POST after the other, of {usual.count} reads: {usual.in_words()}",
        f"ratio {ratios[0]:.1f} to {ratios[-1]:.1f}; load {min(loads):.1f} to {max(loads):.1f}",
    ]


def _by_stage(folder: Path, some: list[PlateRead], cameras: list[str]) -> _Took:
    with _serving(folder, cameras) as server, contextlib.ExitStack() as opened:
        car, images = folder / "car", ImageStore(Settings(data_dir=folder / "car"))
        ledger = CarLedger(car / CAR_FILE)
        opened.callback(ledger.close)
        with ledger.begin(some) as unit:
            unit.add_reads(some)
        uploads = Uploads(car / CAR_FILE, images)
        opened.callback(uploads.close)
        home = Home(_settings(folder, server))
        stage = DrainingStage(home, uploads, PictureSender(home, uploads, images))

        def work() -> None:
            stop = threading.Event()
            while uploads.count():
                stage.step(stop)

        try:
            took = _timed(len(some), server, work)
        finally:
            stage.end()
        _check(folder, len(some))
        return took


def _one_by_one(folder: Path, some: list[PlateRead], cameras: list[str]) -> _Took:
    bodies = [
        b'{"reads":[' + arrival_to_event(Arrival(read, Pictures(), NoReceipt())).model_dump_json().encode() + b"]}"
        for read in some
    ]
    with _serving(folder, cameras) as server:
        home = Home(_settings(folder, server))

        def work() -> None:
            for body in bodies:
                home.ask("POST", "reads", body)

        try:
            took = _timed(len(some), server, work)
        finally:
            home.close()
        _check(folder, len(some))
        return took


def _timed(count: int, server: _Served, work: Callable[[], None]) -> _Took:
    processor, theirs, began = time.process_time(), server.processor_seconds(), time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    return _Took(count, seconds, time.process_time() - processor, server.processor_seconds() - theirs)


def _check(folder: Path, count: int) -> None:
    """Make sure that all of it is there: a figure of anything else would be none."""
    with Spool(folder / "server" / INBOX_FILE) as spool:
        found = sum(len(reads_in(one.message)) for one in spool.take(0, 1_000_000, 1 << 40))
    if found != count:
        raise SystemExit(f"{found} of {count} reads came to the inbox")


def _settings(folder: Path, server: _Served) -> PatrolSettings:
    token = folder / "token"
    token.write_text(TOKEN)
    return PatrolSettings(
        car=CAR, server=f"https://127.0.0.1:{server.port}", token_file=token, ca_file=server.authority
    )


@contextlib.contextmanager
def _serving(folder: Path, cameras: list[str]) -> Iterator[_Served]:
    folder.mkdir(parents=True)
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(folder, port, cameras, theirs))
    process.start()
    ours.recv()
    try:
        served = _Served(port, folder / "authority.pem", ours)
        token = {"authorization": f"Bearer {TOKEN}"}
        # The first connection is not what is measured.
        httpx.get(f"https://127.0.0.1:{port}/ingest/cars/{CAR}/none", headers=token, verify=str(served.authority))
        yield served
    finally:
        ours.send("end")
        process.join(60)


def _serve(folder: Path, port: int, cameras: list[str], pipe: Any) -> None:
    from ingest.server.cars import CarAccess
    from ingest.server.door import IngestServer
    from ingest.server.known_cars import KnownCar
    from schemas.settings import IngestSettings

    car = KnownCar(CAR, frozenset(cameras), hashlib.sha256(TOKEN.encode()).hexdigest(), is_revoked=False)

    def find(car_id: str) -> KnownCar | None:
        return car if car_id == CAR else None

    def seen(car_id: str, at: datetime) -> None:
        """The database would note it twice a minute."""

    data = folder / "server"
    settings = Settings(data_dir=data)
    ingest = IngestSettings(
        listen=f"127.0.0.1:{port}", certificate_file=folder / "server.pem", key_file=folder / "key.pem"
    )
    access = CarAccess(find, seen, settings.agency_id, ImageStore(settings))
    server = IngestServer(ingest, data, {}, cars=access)
    server.start()
    pipe.send("up")
    while pipe.recv() == "cpu":
        pipe.send(time.process_time())
    server.stop()
