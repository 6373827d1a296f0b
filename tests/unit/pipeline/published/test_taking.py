"""What is taken from the reads topic: in order, no more than there is room for, and what cannot be used set aside."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from alerts.producer import Delivery, Fate
from ingest.topics.offsets import Offsets, Span
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.published import dead_letters, taking
from pipeline.published.dead_letters import DeadLetters, DeadMessage
from pipeline.published.message import read_message
from pipeline.published.taking import ReadsTopicStage
from pipeline.recording.queue import ArrivalQueue
from schemas.arrivals import Arrival, HandedOver, Pictures
from schemas.errors import BrokerUnavailable, ConfigurationError, DatabaseUnavailable, TransientError
from schemas.events import AlarmKind
from schemas.ids import dead_letter_id
from schemas.settings import KafkaSettings, Settings
from storage.alerts.outbox import OutboxRow
from storage.spool.messages import Message
from tests.unit.alerts.samples import AGENCY, sample_read
from tests.unit.pipeline.published.receipts import NOBODY

QUIET_SECONDS = 3600.0
SAID_AGAIN_SECONDS = 60.0

SETTINGS = Settings(agency_id=AGENCY)
TOPIC, DEAD = SETTINGS.kafka.reads_topic, SETTINGS.kafka.dead_reads_topic
PUBLISHED = datetime(2026, 6, 1, 12, tzinfo=UTC)
STOP = threading.Event()


@dataclass(frozen=True)
class Record:
    """A message as the consumer gives it."""

    offset: int
    value: bytes | None = b"no read"
    timestamp: object = PUBLISHED.timestamp() * 1000
    key: bytes | None = b"\xffABC"
    topic: str = TOPIC
    partition: int = 3
    headers: list[tuple[str, bytes | None]] = field(default_factory=lambda: [("a", b"1"), ("b", None)])


def good(number: int) -> bytes:
    read = dataclasses.replace(sample_read(number), plate_image_key=None)
    return read_message(Arrival(read, Pictures(), NOBODY, arrived_at=datetime.now(UTC)), 900_000).payload


@dataclass
class Kept:
    """Stands where the topic of dead letters and the quarantine are."""

    fates: dict[int, Fate] = field(default_factory=dict)
    producer_fails: Exception | None = None
    published: list[OutboxRow] = field(default_factory=list)
    quarantined: list[tuple[Message, str, str]] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    closed: int = 0
    now: float = 1000.0

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        outer = self

        class Producer:
            def __init__(self, kafka: KafkaSettings, servers: Sequence[str], *, retention_days: float) -> None:
                assert tuple(servers) == ("k:1",)
                outer.opened.append(retention_days)

            def publish(self, rows: Sequence[OutboxRow], stop: threading.Event) -> list[Delivery]:
                if outer.producer_fails is not None:
                    raise outer.producer_fails
                outer.published += rows
                fates = [outer.fates.get(int(dict(row.headers)["platewatch_offset"]), Fate.PUBLISHED) for row in rows]
                return [Delivery(row, fate) for row, fate in zip(rows, fates, strict=True)]

            def close(self) -> None:
                outer.closed += 1

        quarantine = SimpleNamespace(add=lambda *given: self.quarantined.append(given))
        monkeypatch.setattr(dead_letters, "AlertProducer", Producer)
        monkeypatch.setattr(dead_letters, "Quarantine", lambda _: quarantine)
        monkeypatch.setattr(dead_letters, "time", SimpleNamespace(monotonic=lambda: self.now))


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    found = Kept()
    found.install(monkeypatch)
    return found


@pytest.fixture
def board() -> HealthBoard:
    return HealthBoard("here")


def broker() -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=("k:1",))


def letters(board: HealthBoard, kafka: Callable[[], KafkaSettings] = broker) -> DeadLetters:
    return DeadLetters(SETTINGS, cast(Any, None), kafka, Counters(), board)


def dead(*offsets: int) -> list[DeadMessage]:
    return [DeadMessage(Record(offset), f"reason {offset}") for offset in offsets]


def test_what_cannot_be_used_goes_to_its_topic_with_all_that_a_person_needs(kept: Kept, board: HealthBoard) -> None:
    own = letters(board)
    own.put(dead(7), STOP)
    own.put([DeadMessage(Record(8, value=None, key=None, headers=[]), "no value")], STOP)
    first, second = kept.published
    assert (first.topic, first.key, first.payload) == (DEAD, "\ufffdABC", b"no read")
    assert first.alert_id == dead_letter_id(TOPIC, 3, 7)
    # It may be kept from when it was published on, and no longer: not from when it was found.
    assert first.captured_at == PUBLISHED
    headers = dict(first.headers)
    moment = datetime.fromisoformat(headers.pop("platewatch_at"))
    assert moment == first.created_at
    assert headers == {
        "a": "1",
        "b": "",
        "platewatch_reason": "reason 7",
        "platewatch_topic": TOPIC,
        "platewatch_partition": "3",
        "platewatch_offset": "7",
    }
    assert (second.key, second.payload) == ("", b"")
    assert (kept.opened, kept.quarantined) == ([21.0], [])
    own.close()
    own.close()
    assert kept.closed == 1


@pytest.mark.parametrize("fate", [Fate.WAITING, Fate.REFUSED])
def test_what_the_topic_does_not_take_lies_here_and_the_rest_does_not(
    kept: Kept, board: HealthBoard, fate: Fate, caplog: pytest.LogCaptureFixture
) -> None:
    kept.fates = {8: fate}
    letters(board).put(dead(7, 8, 9), STOP)
    ((message, vendor, reason),) = kept.quarantined
    assert (message.source, message.received_at, message.body) == (TOPIC, PUBLISHED, b"no read")
    assert (message.path, message.content_type) == (f"{TOPIC}/3/8", "application/json")
    assert (vendor, reason) == ("platewatch", "reason 8")
    assert caplog.messages == [
        f"{TOPIC} partition 3 offset 7 cannot be used: reason 7; 3 such messages now, of which 1 are in the quarantine"
    ]


@pytest.mark.parametrize("error", [BrokerUnavailable("away"), ConfigurationError("may not")])
def test_without_a_broker_all_of_it_lies_here(kept: Kept, board: HealthBoard, error: Exception) -> None:
    kept.producer_fails = error
    letters(board).put(dead(7, 8), STOP)
    assert [reason for _, _, reason in kept.quarantined] == ["reason 7", "reason 8"]


@pytest.mark.parametrize("timestamp", [-1, None, "soon"])
def test_a_message_that_says_no_time_counts_from_now(kept: Kept, board: HealthBoard, timestamp: object) -> None:
    begun = datetime.now(UTC)
    letters(board).put([DeadMessage(Record(7, timestamp=timestamp), "x")], STOP)
    (row,) = kept.published
    assert row.captured_at == row.created_at
    assert begun <= row.created_at <= datetime.now(UTC)


def test_they_are_counted_told_of_once_a_minute_and_their_alarm_ends_after_a_quiet_hour(
    kept: Kept, board: HealthBoard, caplog: pytest.LogCaptureFixture
) -> None:
    counters = Counters()
    own = DeadLetters(SETTINGS, cast(Any, None), broker, counters, board)
    own.put([], STOP)
    subject = f"{TOPIC} on here"
    said = []
    for later in (0.0, SAID_AGAIN_SECONDS - 0.1, 0.1):
        kept.now += later
        before = len(caplog.messages)
        own.put(dead(1, 2), STOP)
        said.append(len(caplog.messages) - before)
    assert said == [1, 0, 1]
    assert caplog.messages[0].endswith(f"2 such messages now, of which all are in {DEAD}")
    assert counters.totals().dead_letters == 6
    assert [(one.source_id, one.vendor, one.quarantined) for one in board.sources()] == [(TOPIC, "platewatch", 6)]
    stands = []
    for later in (0.0, QUIET_SECONDS, 0.1, 10.0):
        kept.now += later
        own.look()
        stands.append(board.stands(AlarmKind.DEAD_LETTERS, subject))
    assert stands == [True, True, False, False]


@dataclass
class Topic:
    """Stands where the broker is: gives what a test put there, partition by partition."""

    waiting: list[tuple[Span, list[Record]]] = field(default_factory=list)
    offsets: Offsets = field(default_factory=Offsets)
    holds: list[tuple[float, bool]] = field(default_factory=list)
    opened: int = 0
    closed: int = 0
    behind: int | None = 5
    fails: Exception | None = None

    @property
    def partitions(self) -> frozenset[int]:
        return frozenset({3})

    def open(self, kafka: KafkaSettings, *, topic: str, group: str) -> Topic:
        assert (topic, group) == (TOPIC, SETTINGS.kafka.matcher_group)
        self.opened += 1
        return self

    def post(self, *records: Record) -> Span:
        span = self.offsets.begin(3, records[-1].offset + 1, None, records)
        self.waiting.append((span, list(records)))
        return span

    def take(self, seconds: float, *, hold: bool) -> list[tuple[Span, list[Record]]]:
        self.holds.append((seconds, hold))
        if self.fails is not None:
            raise self.fails
        taken, self.waiting = ([], self.waiting) if hold else (self.waiting, [])
        return taken

    def lag(self) -> int | None:
        return self.behind

    def close(self) -> None:
        self.closed += 1


@dataclass
class Taking:
    """The stage over a topic in memory."""

    stage: ReadsTopicStage
    topic: Topic
    queue: ArrivalQueue
    board: HealthBoard
    retried: list[Arrival | HandedOver]
    topics: list[tuple[str, float]]

    def numbers(self) -> list[int | None]:
        """Take what was handed over: the offsets' numbers, None where a span ends."""
        works = self.queue.take(100, 0.01, gathers=False)
        self.queue.make_room()
        return [sample_numbers().get(one.read.read_id) if isinstance(one, Arrival) else None for one in works]


def sample_numbers() -> dict[Any, int]:
    return {sample_read(number).read_id: number for number in range(30)}


@pytest.fixture
def topic_stage(kept: Kept, board: HealthBoard, monkeypatch: pytest.MonkeyPatch) -> Taking:
    topic, retried, topics = Topic(), list[Arrival | HandedOver](), list[tuple[str, float]]()
    queue = ArrivalQueue(threading.Event(), 4)

    def make(_: Any, name: str, *, retention_days: float, settings: KafkaSettings) -> None:
        topics.append((name, retention_days))

    monkeypatch.setattr(taking, "TopicConsumer", topic.open)
    monkeypatch.setattr(taking, "open_admin", lambda *_: SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(taking, "ensure_topic", make)
    monkeypatch.setattr(taking, "ROOM_SECONDS", 0.001)
    monkeypatch.setattr(
        taking, "Retries", lambda *_: SimpleNamespace(due=lambda: [retried.pop(0) for _ in range(len(retried))])
    )
    stage = ReadsTopicStage(SETTINGS, cast(Any, None), broker, queue, Counters(), board)
    return Taking(stage, topic, queue, board, retried, topics)


def test_reads_go_to_the_recorder_in_order_and_their_span_after_them(topic_stage: Taking, kept: Kept) -> None:
    first = topic_stage.topic.post(Record(1, good(1)), Record(2, good(2)))
    assert topic_stage.stage.step(STOP) == 0.0
    works = topic_stage.queue.take(10, 0.01, gathers=False)
    assert [type(one) for one in works] == [Arrival, Arrival, HandedOver]
    assert {id(one.receipt) for one in works} == {id(first)}
    assert (topic_stage.topics, topic_stage.topic.opened) == ([(TOPIC, 21.0)], 1)
    (source,) = topic_stage.board.sources()
    assert (source.received, source.processed, source.reads, source.waiting) == (2, 2, 2, 5)
    assert source.last_message_at is not None
    topic_stage.topic.behind = None
    topic_stage.stage.step(STOP)
    assert topic_stage.board.sources()[0].waiting == 5  # nobody can tell now
    assert topic_stage.stage.partitions == {3}
    assert kept.published == []


def test_what_is_no_read_is_kept_before_its_span_can_be_done_and_the_others_go_on(
    topic_stage: Taking, kept: Kept
) -> None:
    topic_stage.topic.post(Record(1, good(1)), Record(2, b"{"), Record(3, None), Record(4, good(4)))
    topic_stage.stage.step(STOP)
    assert [dict(row.headers)["platewatch_offset"] for row in kept.published] == ["2", "3"]
    assert topic_stage.numbers() == [1, 4, None]
    (source,) = topic_stage.board.sources()
    assert (source.received, source.processed, source.quarantined) == (4, 2, 2)


def test_while_the_recorder_has_no_room_the_topic_is_held_and_nothing_is_lost_or_mixed_up(
    topic_stage: Taking,
) -> None:
    topic_stage.topic.post(*(Record(number, good(number)) for number in range(1, 7)))
    topic_stage.stage.step(STOP)  # takes six and their end, of which four have room
    topic_stage.topic.post(Record(7, good(7)))
    topic_stage.stage.step(STOP)
    assert topic_stage.topic.holds == [(taking.IDLE_SECONDS, False), (taking.FULL_SECONDS, True)]
    found = topic_stage.numbers()
    assert found == [1, 2, 3, 4]
    for _ in range(3):
        topic_stage.stage.step(STOP)
        found += topic_stage.numbers()
    assert found == [1, 2, 3, 4, 5, 6, None, 7, None]


def test_what_a_person_wants_tried_again_waits_until_nothing_else_does(topic_stage: Taking) -> None:
    receipt = cast(Any, object())
    topic_stage.retried += [Arrival(sample_read(20), Pictures(), receipt), HandedOver(receipt)]
    topic_stage.topic.post(*(Record(number, good(number)) for number in range(1, 7)))
    topic_stage.stage.step(STOP)
    assert len(topic_stage.retried) == 2
    found = topic_stage.numbers()
    for _ in range(3):
        topic_stage.stage.step(STOP)
        found += topic_stage.numbers()
    assert found == [1, 2, 3, 4, 5, 6, None, 20, None]


def test_a_database_that_is_away_costs_what_is_tried_again_and_nothing_else(
    topic_stage: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise DatabaseUnavailable("down")

    monkeypatch.setattr(topic_stage.stage, "_retries", SimpleNamespace(due=away))
    topic_stage.topic.post(Record(1, good(1)))
    topic_stage.stage.step(STOP)
    assert topic_stage.numbers() == [1, None]


def test_what_was_taken_and_not_kept_comes_again_to_a_member_that_joins_anew(
    topic_stage: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise TransientError("the quarantine is busy")

    monkeypatch.setattr(topic_stage.stage, "_dead", SimpleNamespace(put=busy, look=lambda: None, close=lambda: None))
    topic_stage.topic.post(Record(1, b"{"))
    with pytest.raises(TransientError):
        topic_stage.stage.step(STOP)
    assert topic_stage.topic.closed == 1
    assert topic_stage.numbers() == []


def test_the_end_leaves_the_group_once(topic_stage: Taking, kept: Kept) -> None:
    topic_stage.topic.post(Record(1, b"{"))
    topic_stage.stage.step(STOP)
    topic_stage.stage.finish()
    topic_stage.stage.finish()
    assert (topic_stage.topic.closed, kept.closed) == (1, 1)
    assert topic_stage.stage.partitions == frozenset()


def test_only_the_message_of_a_read_that_the_database_refused_is_set_aside(topic_stage: Taking, kept: Kept) -> None:
    topic_stage.topic.post(Record(1, good(1)), Record(2, good(2)), Record(3, None))
    topic_stage.stage.step(STOP)
    kept.published.clear()
    topic_stage.stage.refuse(sample_read(2), "a value does not fit")
    assert [dict(row.headers)["platewatch_offset"] for row in kept.published] == ["2"]
    assert dict(kept.published[0].headers)["platewatch_reason"] == "a value does not fit"
    assert kept.published[0].captured_at == PUBLISHED


def test_a_message_of_long_ago_is_kept_from_then_on_and_one_of_the_future_from_now(
    kept: Kept, board: HealthBoard
) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=9)).timestamp() * 1000
    letters(board).put([DeadMessage(Record(1), "x"), DeadMessage(Record(2, timestamp=ahead), "x")], STOP)
    first, second = kept.published
    assert (first.captured_at, second.captured_at) == (PUBLISHED, second.created_at)
