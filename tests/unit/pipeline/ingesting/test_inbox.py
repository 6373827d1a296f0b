"""The inbox: messages in order, each deleted once its reads are stored, and what cannot be read set aside."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ingest.inbox_place import INBOX_FILE
from ingest.vendors.adapter import Parsed, ReaderSign
from ingest.vendors.arrivals import ReportedArrival
from pipeline.health.board import HealthBoard
from pipeline.ingesting import inbox as module
from pipeline.ingesting.inbox import REMEMBERED, InboxStage
from pipeline.recording.queue import ArrivalQueue
from schemas.arrivals import Arrival, HandedOver, Pictures
from schemas.clocks import SourceClock
from schemas.errors import ConfigurationError, DatabaseUnavailable, InvalidInput, TransientError
from schemas.settings import IngestSettings, IngestSource, Settings
from schemas.types import PlateRead
from storage.quarantine.quarantine import QuarantinedMessage
from storage.spool.messages import Message
from storage.spool.spool import Spool
from tests.unit.alerts.samples import sample_read

RETRY_STEPS = 20

SAID_AGAIN_SECONDS = 60.0

RECEIVED = datetime(2026, 6, 1, 12, tzinfo=UTC)
AXIS, HIK = (IngestSource(id=name, vendor=name, token_sha256="0" * 64) for name in ("axis", "hikvision"))
STOP = threading.Event()


@dataclass
class Quarantine:
    """What was kept, and what a person wants tried again."""

    kept: list[tuple[Message, str, str]] = field(default_factory=list)
    asked: list[QuarantinedMessage] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)

    def add(self, message: Message, vendor: str, reason: str) -> None:
        self.kept.append((message, vendor, reason))

    def to_retry(self, after: int, limit: int) -> list[QuarantinedMessage]:
        self.after.append(after)
        return [one for one in self.asked if one.message_number > after][:limit]

    def failed_again(self, number: int, reason: str) -> None:
        self.failed.append((number, reason))

    def remove(self, number: int) -> bool:
        self.removed.append(number)
        return True


@dataclass
class Inbox:
    """The stage over an inbox on the disk; its one adapter takes the body for the numbers of reads."""

    folder: Path
    stage: InboxStage
    quarantine: Quarantine
    queue: ArrivalQueue
    board: HealthBoard
    recalled: list[tuple[str, str, datetime]]
    remembered: list[tuple[str, int]]

    def put(self, *bodies: bytes, source: str = "axis") -> None:
        with Spool(self.folder / INBOX_FILE) as spool:
            spool.add([Message(source, RECEIVED, body) for body in bodies])

    def left(self) -> list[bytes]:
        with Spool(self.folder / INBOX_FILE) as spool:
            return [one.message.body for one in spool.take(0, 100)]

    def works(self) -> list[int | HandedOver]:
        """The numbers of the reads that were handed over, and where their messages end."""
        numbers = {sample_read(number).read_id: number for number in range(20)}
        taken = self.queue.take(100, 0.0)
        return [numbers[one.read.read_id] if isinstance(one, Arrival) else one for one in taken]

    def numbers(self) -> list[int | None]:
        return [one if isinstance(one, int) else None for one in self.works()]


def parse(body: bytes) -> Parsed:
    if body == b"broken":
        raise InvalidInput("it has no time")
    if body == b"setting":
        raise ConfigurationError("the source has no country")
    if body == b"fault":
        raise ZeroDivisionError("VNV4527")
    if body == b"sign":
        return Parsed(signs=(ReaderSign("lane", fps=12.5, problem="blind"),))
    names = [f"lane-{one}" for one in body.decode().split()]
    reads = [SimpleNamespace(camera=name, captured_at=RECEIVED - timedelta(hours=1)) for name in names]
    return Parsed(cast(Any, tuple(reads)), without_plate=1)


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    recalled, remembered = list[tuple[str, str, datetime]](), list[tuple[str, int]]()

    def of(parsed: Parsed, source: IngestSource, received_at: datetime) -> list[ReportedArrival]:
        assert received_at == RECEIVED
        return [
            ReportedArrival(sample_read(int(one.camera.removeprefix("lane-"))), Pictures(), (), SourceClock(), RECEIVED)
            for one in parsed.reads
        ]

    def recall(vendor: str, camera_id: str, since: datetime) -> list[PlateRead]:
        recalled.append((vendor, camera_id, since))
        return []

    monkeypatch.setattr(module, "adapter_of", lambda _: SimpleNamespace(parse=lambda message, source: parse(message)))
    monkeypatch.setattr(module, "vendor_message", lambda message: message.body)
    monkeypatch.setattr(module, "Arrivals", lambda *_: SimpleNamespace(of=of))
    passes = SimpleNamespace(remember=lambda source, reads: remembered.append((source, len(reads))))
    monkeypatch.setattr(module, "Passes", lambda: passes)
    settings = Settings(data_dir=tmp_path, ingest=IngestSettings(sources=(AXIS, HIK)))
    board, queue, quarantine = HealthBoard("here"), ArrivalQueue(threading.Event()), Quarantine()
    stage = InboxStage(settings, quarantine, recall, queue, board)
    return Inbox(tmp_path, stage, quarantine, queue, board, recalled, remembered)


def test_messages_are_handed_over_in_order_and_deleted_once_their_reads_are_stored(inbox: Inbox) -> None:
    inbox.put(b"1 2", b"3")
    assert inbox.stage.step(STOP) == 0.0
    first, second, end, third, last = inbox.works()
    assert (first, second, third) == (1, 2, 3)
    assert isinstance(end, HandedOver)
    assert isinstance(last, HandedOver)
    inbox.stage.step(STOP)
    assert inbox.left() == [b"1 2", b"3"]
    assert inbox.works() == []  # taken once
    last.receipt.acknowledge(None)
    inbox.stage.step(STOP)
    assert inbox.left() == [b"1 2"]
    end.receipt.acknowledge(None)
    inbox.stage.close()
    assert inbox.left() == []


def test_what_cannot_be_read_is_kept_with_its_reason_and_stops_nobody(
    inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.put(b"1", b"broken", b"setting", b"fault", b"2")
    inbox.put(b"3", source="gone")
    inbox.stage.step(STOP)
    assert inbox.numbers() == [1, None, 2, None]
    assert [(message.body, vendor, reason) for message, vendor, reason in inbox.quarantine.kept] == [
        (b"broken", "axis", "it has no time"),
        (b"setting", "axis", "the source has no country"),
        (b"fault", "axis", "could not be read for an unexpected reason (ZeroDivisionError); please report this"),
        (b"3", "", "no such source is configured; add it to [[ingest.sources]] and retry"),
    ]
    assert caplog.messages == [
        f"source {name}: messages could not be used and are quarantined (platewatch quarantine)"
        for name in ("axis", "gone")
    ]
    inbox.stage.step(STOP)
    assert inbox.left() == [b"1", b"2"]  # what is kept is done with here
    axis, _ = inbox.board.sources()
    assert (axis.processed, axis.reads, axis.without_plate, axis.quarantined) == (2, 2, 2, 3)
    assert (axis.last_message_at, axis.last_read_at) == (RECEIVED, RECEIVED)


def test_each_sources_poison_is_said_once_a_minute(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = [1000.0]
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    said = []
    for later in (0.0, SAID_AGAIN_SECONDS - 0.1, 0.1):
        now[0] += later
        before = len(caplog.messages)
        inbox.put(b"broken", b"broken")
        inbox.stage.step(STOP)
        said.append(len(caplog.messages) - before)
    assert said == [1, 0, 1]


def test_a_read_or_a_sign_of_life_is_told_of_its_reader(inbox: Inbox) -> None:
    inbox.put(b"sign", b"7")
    inbox.stage.step(STOP)
    found = {one.reader_id: one for one in inbox.board.signs.readers("axis")}
    lane = next(one for one in found.values() if one.last_sign_at is not None)
    assert (lane.fps, lane.problem, lane.last_sign_at) == (12.5, "blind", RECEIVED)
    assert found["gate"].last_read_at == RECEIVED


def test_a_stop_leaves_the_rest_where_it_is(inbox: Inbox) -> None:
    inbox.put(b"1", b"2")
    stop = threading.Event()
    stop.set()
    inbox.stage.step(stop)
    assert inbox.numbers() == [1, None]
    inbox.stage.step(STOP)
    assert inbox.numbers() == [2, None]


def kept(number: int, body: bytes, source: str = "axis") -> QuarantinedMessage:
    return QuarantinedMessage(number, source, source, RECEIVED, RECEIVED, "x", "", {}, "", body, RECEIVED)


def test_what_a_person_wants_tried_again_is_tried_while_nothing_new_waits(inbox: Inbox) -> None:
    topic = Settings().kafka.reads_topic
    inbox.quarantine.asked = [kept(3, b"broken"), kept(5, b"6"), kept(6, b"7", topic)]
    inbox.put(b"1")
    inbox.stage.step(STOP)
    assert (inbox.numbers(), inbox.quarantine.after) == ([1, None], [])
    assert inbox.stage.step(STOP) == module.PAUSE_SECONDS
    number, end = inbox.works()
    assert number == 6
    assert isinstance(end, HandedOver)
    assert inbox.quarantine.failed == [(3, "it has no time")]
    assert (inbox.quarantine.kept, inbox.quarantine.removed) == ([], [])
    end.receipt.acknowledge(None)
    assert inbox.quarantine.removed == [5]
    asked = len(inbox.quarantine.after)
    for _ in range(RETRY_STEPS):
        inbox.stage.step(STOP)
    assert len(inbox.quarantine.after) == asked + 1


def test_many_that_are_to_be_tried_again_are_taken_in_turns(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(module, "RETRY_STEPS", 1)
    inbox.quarantine.asked = [kept(number, b"broken") for number in (1, 4, 9)]
    for _ in range(3):
        inbox.stage.step(STOP)
    assert inbox.quarantine.after == [0, 4, 0]
    assert [number for number, _ in inbox.quarantine.failed] == [1, 4, 9, 1, 4]


def test_each_reader_is_recalled_once_from_before_its_first_message(inbox: Inbox) -> None:
    inbox.put(b"1 2", b"2 1")
    inbox.put(b"1", source="hikvision")
    inbox.stage.step(STOP)
    since = RECEIVED - timedelta(hours=1) - REMEMBERED
    assert [(vendor, at) for vendor, _, at in inbox.recalled] == [("axis", since)] * 2 + [("hikvision", since)]
    assert len({camera for _, camera, _ in inbox.recalled}) == 3
    assert [source for source, _ in inbox.remembered] == ["axis", "axis", "hikvision"]


def test_a_store_that_is_away_leaves_the_message_to_come_again(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> Any:
        raise DatabaseUnavailable("down")

    stop = threading.Event()
    stop.set()
    monkeypatch.setattr(inbox.stage, "_recall_reads", away)
    inbox.put(b"1")
    with pytest.raises(Exception, match=r"asking for readers' last passes"):
        inbox.stage.step(stop)
    assert (inbox.quarantine.kept, inbox.works(), inbox.left()) == ([], [], [b"1"])


def test_what_was_acknowledged_while_the_inbox_was_busy_is_deleted_later(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.put(b"1")
    inbox.stage.step(STOP)
    inbox.works()[-1].receipt.acknowledge(None)  # type: ignore[union-attr]

    def busy(*_: object) -> None:
        raise TransientError("busy")

    with monkeypatch.context() as patched:
        patched.setattr(Spool, "discard", busy)
        with pytest.raises(TransientError):
            inbox.stage.step(STOP)
    assert inbox.left() == [b"1"]
    inbox.stage.step(STOP)
    assert inbox.left() == []


def test_other_sources_are_taken_and_those_that_are_gone_are_told_of_no_more(inbox: Inbox) -> None:
    assert [source.source_id for source in inbox.board.sources()] == ["axis", "hikvision"]
    inbox.stage.take_anew(Settings(ingest=IngestSettings(sources=(HIK,))))
    assert [source.source_id for source in inbox.board.sources()] == ["hikvision"]
    inbox.put(b"1")
    inbox.stage.step(STOP)
    assert len(inbox.quarantine.kept) == 1


def test_what_waits_is_told(inbox: Inbox) -> None:
    inbox.put(b"1", b"2")
    inbox.stage.step(STOP)
    inbox.stage.step(STOP)
    assert [(source.source_id, source.waiting) for source in inbox.board.sources()] == [("axis", 2), ("hikvision", 0)]


def test_a_read_of_no_car_that_the_database_refuses_ends_the_run(inbox: Inbox) -> None:
    with pytest.raises(InvalidInput, match="of camera gate: a value does not fit"):
        inbox.stage.refuse(sample_read(1), "a value does not fit")


def test_a_run_that_only_empties_it_ends_then(inbox: Inbox) -> None:
    inbox.put(b"1", b"2")
    stage: Any = inbox.stage
    stage._until_done = True
    run: Callable[[threading.Event], None] = stage.run
    run(threading.Event())
    assert inbox.numbers() == [1, None, 2, None]
