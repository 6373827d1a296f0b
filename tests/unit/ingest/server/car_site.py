"""A server for cars, with what it is told of them, and reads of a car."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np

from ingest.server.cars import CarAccess, CarReply, CarRequest, CarRoute
from ingest.server.door import IngestServer
from ingest.server.known_cars import KnownCar
from schemas import ids
from schemas.arrivals import Arrival, Pictures
from schemas.convert import arrival_to_event
from schemas.errors import DatabaseUnavailable
from schemas.settings import IngestSettings, Settings
from schemas.types import PlateRead
from storage.reads.images import ImageStore, image_key
from storage.spool.messages import Message
from storage.spool.spool import Spool
from tests.unit.alerts.samples import AGENCY, sample_read
from tests.unit.ingest.server.conftest import free_port
from tests.unit.pipeline.published.receipts import NOBODY

TOKEN = "the-cars-token"
DIGEST = hashlib.sha256(TOKEN.encode()).hexdigest()
CAMERA = "unit-12-front"


def known_car(car_id: str = "unit-12", *, is_revoked: bool = False) -> KnownCar:
    return KnownCar(car_id, frozenset({f"{car_id}-front"}), DIGEST, is_revoked)


def car_read_sample(number: int = 0, camera_id: str = CAMERA, **changes: Any) -> PlateRead:
    """A read of a car some minutes ago, with the keys of its pictures."""
    moment = datetime.now(UTC) - timedelta(minutes=10) + timedelta(seconds=number)
    read = dataclasses.replace(
        sample_read(number),
        read_id=ids.read_id(camera_id, "stream", moment, number),
        camera_id=camera_id,
        captured_at=moment,
        first_seen=moment - timedelta(seconds=1),
        last_seen=moment + timedelta(seconds=1),
        **changes,
    )
    return dataclasses.replace(
        read, plate_image_key=image_key(read, "plate"), context_image_key=image_key(read, "context")
    )


def body_of(read: PlateRead, **fields: Any) -> bytes:
    """What a car sends of a read."""
    event = arrival_to_event(Arrival(read, Pictures(), NOBODY, arrived_at=read.last_seen, **fields))
    return event.model_dump_json().encode()


def batch_of(*bodies: bytes) -> bytes:
    return b'{"reads":[' + b",".join(bodies) + b"]}"


def message_id(body: bytes) -> str:
    return str(json.loads(body)["message_id"])


def jpeg(number: int = 0, size: int = 64) -> bytes:
    """A picture like no other one."""
    pixels = np.random.default_rng(number).integers(0, 255, (size, size, 3), dtype=np.uint8)
    return bytes(cv2.imencode(".jpg", pixels)[1])


class CarSite:
    """What the server is told of cars; tests change it."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "data"
        self.cars: dict[str, KnownCar] = {"unit-12": known_car()}
        self.is_away = False
        self.seen: list[tuple[str, datetime]] = []
        self.asked: list[CarRequest] = []
        self.answers: Callable[[CarRequest], CarReply] = lambda asked: CarReply(said={"got": len(asked.body)})
        self.images = ImageStore(Settings(data_dir=self.data_dir))

    def find(self, car_id: str) -> KnownCar | None:
        if self.is_away:
            raise DatabaseUnavailable("the server is down")
        return self.cars.get(car_id)

    def see(self, car_id: str, at: datetime) -> None:
        if self.is_away:
            raise DatabaseUnavailable("the server is down")
        self.seen.append((car_id, at))

    def echo(self, asked: CarRequest) -> CarReply:
        self.asked.append(asked)
        return self.answers(asked)

    def access(self, routes: Mapping[str, CarRoute] | None = None) -> CarAccess:
        echo = {"echo": CarRoute(self.echo, frozenset({"POST", "GET"}))}
        return CarAccess(self.find, self.see, AGENCY, self.images, echo if routes is None else routes)

    def stored(self) -> Sequence[Message]:
        """What waits in the inbox."""
        with Spool(self.data_dir / "inbox" / "messages.sqlite") as spool:
            return [one.message for one in spool.take(0, 10_000)]


class ServedCars:
    """A server, and a client that shows the token."""

    def __init__(self, folder: Path, access: CarAccess | None, **settings: Any) -> None:
        self.port = free_port()
        self._server = IngestServer(
            IngestSettings(listen=f"127.0.0.1:{self.port}", **settings), folder / "data", {}, cars=access
        )
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}/ingest/cars",
            headers={"authorization": f"Bearer {TOKEN}"},
            timeout=60,
        )

    def __enter__(self) -> httpx.Client:
        self._server.start()
        return self._client

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._server.stop()
