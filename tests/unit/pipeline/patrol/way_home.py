"""A car's books and its way home, over TLS to a real server or through something that cuts connections."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme

from ingest.server.cars import CarAccess
from pipeline.patrol.draining import DrainingStage
from pipeline.patrol.picture_sending import PictureSender
from pipeline.stages.stage import Stage
from schemas.arrivals import Arrival, Pictures
from schemas.ids import published_read_id
from schemas.settings import Settings
from schemas.settings.patrol import PatrolSettings
from schemas.types import PlateRead
from services.http.home import Home
from storage.car.ledger import CarLedger
from storage.car.uploads import Uploads
from storage.reads.images import ImageStore
from tests.relaying import front
from tests.unit.ingest.server.car_site import TOKEN, ServedCars, jpeg
from tests.unit.pipeline.published.receipts import NOBODY

LOOK_SECONDS = 0.05


class CarBooks:
    """What a car has: reads with their pictures, in its own file.

    Args:
        folder: Where the car keeps everything.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / "car" / "car.sqlite"
        self.images = ImageStore(Settings(data_dir=folder))
        self.ledger = CarLedger(path)
        self.uploads = Uploads(path, self.images)
        self.token_file = folder / "token"
        self.token_file.write_text(TOKEN + "\n")

    def read(self, read: PlateRead, picture: int | None = None) -> str:
        """Record a read, with pictures where a number for them is given; return the id that it goes home by."""
        pictures = Pictures() if picture is None else Pictures(jpeg(picture, 200), jpeg(picture + 1, 200))
        for key, data in ((read.plate_image_key, pictures.plate), (read.context_image_key, pictures.context)):
            if key is not None and data is not None:
                self.images.keep(key, data)
        self.ledger.expect(Arrival(read, pictures, NOBODY, arrived_at=read.last_seen))
        with self.ledger.begin([read]) as unit:
            unit.add_reads([read])
        return str(published_read_id(read.read_id, read.revision, is_final=read.is_final))

    def stage(
        self, port: int, authority: Path | None, revoked: Callable[[str], None] = lambda _: None
    ) -> DrainingStage:
        """What brings it home to a port of this machine."""
        settings = PatrolSettings(
            car="unit-12",
            server=f"{'http' if authority is None else 'https'}://127.0.0.1:{port}",
            token_file=self.token_file,
            ca_file=authority,
        )
        home = Home(settings)
        return DrainingStage(home, self.uploads, PictureSender(home, self.uploads, self.images), revoked)

    @property
    def is_empty(self) -> bool:
        """Whether everything is home."""
        return self.uploads.count() == 0 and self.uploads.pictures_waiting()[0] == 0

    def close(self) -> None:
        self.uploads.close()
        self.ledger.close()


@dataclass(frozen=True)
class SecureServer:
    """A server with a certificate, and who signed it."""

    port: int
    authority: Path


@contextlib.contextmanager
def secure_server(folder: Path, access: CarAccess) -> Iterator[SecureServer]:
    """Serve cars over TLS."""
    folder.mkdir(exist_ok=True)
    made = trustme.CA()
    certificate = made.issue_cert("127.0.0.1")
    chain, key, authority = folder / "chain.pem", folder / "key.pem", folder / "authority.pem"
    chain.write_bytes(b"".join(part.bytes() for part in certificate.cert_chain_pems))
    key.write_bytes(certificate.private_key_pem.bytes())
    made.cert_pem.write_to_path(str(authority))
    served = ServedCars(folder, access, certificate_file=chain, key_file=key)
    with served:
        yield SecureServer(served.port, authority)


@contextlib.contextmanager
def at_work(stage: Stage) -> Iterator[threading.Event]:
    """Run a stage meanwhile; it has to end by being told to."""
    stop = threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            stage.run(stop)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(120)
    assert not thread.is_alive()
    assert not failures, failures


def until(condition: Callable[[], bool], seconds: float = 180.0, *, every: float = LOOK_SECONDS) -> None:
    """Wait until something is so; it is looked at `every` so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(every)


@contextlib.contextmanager
def flaky(port: int, seed: int, mean_bytes: int) -> Iterator[tuple[int, list[int]]]:
    """Pass connections on and cut each after some bytes, in the middle of whatever it is.

    Args:
        port: What is behind it.
        seed: Of when they are cut.
        mean_bytes: After how many bytes, about, sent or answered.

    Yields:
        Its port, and a list with an item for each connection.
    """
    rng = random.Random(seed)
    connections: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        other = await asyncio.open_connection("127.0.0.1", port)
        budget = _Budget(int(rng.expovariate(1 / mean_bytes)))
        one_way = asyncio.ensure_future(budget.copy(reader, other[1]))
        back = asyncio.ensure_future(budget.copy(other[0], writer))
        try:
            await asyncio.wait([one_way, back], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in (one_way, back):
                one.cancel()
            for ended in (writer, other[1]):
                ended.transport.abort()
            await asyncio.gather(one_way, back, return_exceptions=True)

    with front(serve) as listens:
        yield listens, connections


class _Budget:
    def __init__(self, left: int) -> None:
        self._left = left

    async def copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self._left > 0 and (data := await reader.read(4096)):
            passed = data[: self._left]
            self._left -= len(data)
            writer.write(passed)
            await writer.drain()
