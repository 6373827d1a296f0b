"""Reads of patrol cars: those of its own cameras are recorded, every other one lies where a person finds it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from ingest.server.car_reads import batch_message
from pipeline.health.board import HealthBoard
from pipeline.ingesting.from_cars import CarMessages
from pipeline.published.message import read_message
from pipeline.recording.queue import ArrivalQueue
from schemas.arrivals import Arrival, HandedOver, Pictures
from schemas.types import PlateRead
from storage.quarantine.quarantine import QuarantinedMessage
from storage.spool.messages import Message
from tests.unit.alerts.samples import AGENCY, sample_read
from tests.unit.pipeline.published.receipts import NOBODY

RECEIVED = datetime(2026, 6, 1, 12, tzinfo=UTC)
SOURCE = batch_message("unit-12", RECEIVED, []).source
STOP = threading.Event()


def seen(number: int, camera: str = "hood") -> PlateRead:
    return dataclasses.replace(sample_read(number), camera_id=camera, plate_image_key=None)


def body(read: PlateRead) -> bytes:
    return read_message(Arrival(read, Pictures(), NOBODY, arrived_at=RECEIVED), 900_000).payload


@dataclass
class Cars:
    """What is known of cars, what was kept, and a receipt that notes what it was told."""

    cameras: dict[str, frozenset[str]] = field(default_factory=lambda: {"unit-12": frozenset({"hood"})})
    foreign: set[UUID] = field(default_factory=set)
    kept: list[tuple[Message, str, str]] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)
    acknowledged: int = 0

    def __post_init__(self) -> None:
        self.queue = ArrivalQueue(threading.Event())
        self.board = HealthBoard("here")
        self.messages = CarMessages(AGENCY, self, self.queue, self, self.board)

    __hash__ = object.__hash__

    def cameras_of(self, car_id: str) -> frozenset[str]:
        return self.cameras.get(car_id, frozenset())

    def others(self, reads: Sequence[PlateRead]) -> set[UUID]:
        return self.foreign & {read.read_id for read in reads}

    def add(self, message: Message, vendor: str, reason: str) -> None:
        self.kept.append((message, vendor, reason))

    def failed_again(self, number: int, reason: str) -> None:
        self.failed.append((number, reason))

    def acknowledge(self, rejection: str | None) -> None:
        self.acknowledged += 1

    def process(self, message: Message, *, again: int | None = None) -> list[Arrival | HandedOver]:
        before = None if again is None else cast(QuarantinedMessage, SimpleNamespace(message_number=again))
        self.messages.process(message, self, STOP, before)
        return self.queue.take(100, 0.0)

    def counts(self) -> tuple[int, int, int]:
        (source,) = self.board.sources()
        assert (source.source_id, source.vendor, source.last_message_at) == (SOURCE, "platewatch", RECEIVED)
        return source.processed, source.reads, source.quarantined


@pytest.fixture
def cars() -> Cars:
    return Cars()


def test_reads_of_its_own_cameras_are_handed_over_and_acknowledged_with_the_last(cars: Cars) -> None:
    message = batch_message("unit-12", RECEIVED, [body(seen(1)), body(seen(2))])
    assert cars.messages.takes(message)
    assert not cars.messages.takes(dataclasses.replace(message, source="axis"))
    first, second, end = cars.process(message)
    assert [one.read for one in (first, second) if isinstance(one, Arrival)] == [seen(1), seen(2)]
    assert [one.arrived_at for one in (first, second) if isinstance(one, Arrival)] == [RECEIVED] * 2
    assert isinstance(end, HandedOver)
    assert first.receipt == second.receipt == end.receipt
    assert (cars.kept, cars.acknowledged, cars.counts()) == ([], 0, (1, 2, 0))
    end.receipt.acknowledge(None)
    assert cars.acknowledged == 1


def test_each_read_that_cannot_be_used_is_kept_alone_with_its_reason_and_the_others_go_on(cars: Cars) -> None:
    bodies = [body(seen(1)), body(seen(2, "of another car")), b"{}", body(seen(3)), body(seen(4))]
    cars.foreign = {seen(3).read_id}
    works = cars.process(batch_message("unit-12", RECEIVED, bodies))
    assert [one.read.read_id for one in works if isinstance(one, Arrival)] == [seen(1).read_id, seen(4).read_id]
    reasons = [reason for _, _, reason in cars.kept]
    assert reasons[0] == "camera 'of another car' is none of this car's; platewatch cars cameras changes that"
    assert reasons[2] == "the read's id is that of another camera's read"
    for (message, vendor, reason), wanted in zip(cars.kept, (bodies[1], b"{}", bodies[3]), strict=True):
        assert (message.source, message.received_at, vendor) == (SOURCE, RECEIVED, "platewatch")
        assert message.body == b'{"reads":[' + wanted + b"]}"
        assert message.headers == {"platewatch-refused": reason}
    assert cars.counts() == (1, 2, 3)


def test_a_car_that_nobody_knows_has_no_cameras(cars: Cars) -> None:
    cars.cameras.clear()
    works = cars.process(batch_message("unit-12", RECEIVED, [body(seen(1))]))
    assert [type(one) for one in works] == [HandedOver]
    assert len(cars.kept) == 1


@pytest.mark.parametrize("why", ["refused before", "no batch"])
def test_a_message_that_is_kept_as_it_came_is_acknowledged_at_once(
    cars: Cars, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    message = batch_message("unit-12", RECEIVED, [body(seen(1))], "it is too old" if why == "refused before" else None)
    if why == "no batch":
        message = dataclasses.replace(message, body=b"[]")
    assert cars.process(message) == []
    ((kept, _, reason),) = cars.kept
    assert kept is message
    assert reason.startswith("it is too old" if why == "refused before" else "the body is no object")
    assert (cars.acknowledged, cars.counts()) == (1, (0, 0, 1))
    assert caplog.messages == [f"{SOURCE}: a read could not be used and is quarantined (platewatch quarantine)"]


def test_one_that_a_person_has_tried_again_is_used_where_it_can_be_or_says_why_not(cars: Cars) -> None:
    message = batch_message("unit-12", RECEIVED, [body(seen(1, "roof"))], "camera 'roof' is none of this car's")
    assert cars.process(message, again=7) == []
    assert cars.failed == [(7, "camera 'roof' is none of this car's; platewatch cars cameras changes that")]
    cars.cameras["unit-12"] = frozenset({"roof"})
    works = cars.process(message, again=7)
    assert [type(one) for one in works] == [Arrival, HandedOver]
    assert (cars.kept, cars.acknowledged) == ([], 0)
    broken = dataclasses.replace(message, body=b"[]")
    assert cars.process(broken, again=8) == []
    assert [number for number, _ in cars.failed] == [7, 8]
    assert cars.acknowledged == 0


def test_a_read_that_the_database_refuses_is_kept_while_it_is_under_way_and_alone(cars: Cars) -> None:
    message = batch_message("unit-12", RECEIVED, [body(seen(1)), body(seen(2))])
    *_, end = cars.process(message)
    assert cars.messages.refuse(seen(2), "a value does not fit")
    assert not cars.messages.refuse(seen(3), "a value does not fit")
    ((kept, vendor, reason),) = cars.kept
    assert kept.body == b'{"reads":[' + body(seen(2)) + b"]}"
    assert (kept.source, kept.received_at, vendor, reason) == (SOURCE, RECEIVED, "platewatch", "a value does not fit")
    assert cars.counts() == (1, 2, 1)
    end.receipt.acknowledge(None)
    assert not cars.messages.refuse(seen(2), "a value does not fit")


def test_without_a_board_nothing_is_counted_and_all_else_is_as_with_one(cars: Cars) -> None:
    own = CarMessages(AGENCY, cars, cars.queue, cars, None)
    own.process(batch_message("unit-12", RECEIVED, [body(seen(1)), b"{}"]), cast(Any, cars), STOP, None)
    assert len(cars.queue.take(10, 0.0)) == 2
    assert len(cars.kept) == 1
    assert cars.board.sources() == ()
