"""Messages of the reads topic that cannot be used lie in the quarantine where no topic takes them."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from ingest.topics.consumer import TopicConsumer
from ingest.topics.offsets import Offsets
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.published import dead_letters, retrying
from pipeline.published.dead_letters import DeadLetters, DeadMessage
from pipeline.published.message import read_message
from pipeline.published.retrying import Retries
from pipeline.published.taking import ReadsTopicStage
from pipeline.recording.queue import ArrivalQueue
from schemas.arrivals import Arrival, HandedOver, Pictures
from schemas.errors import BrokerUnavailable
from schemas.events import AlarmKind
from schemas.settings import KafkaSettings, Settings
from storage.database import Database
from storage.quarantine.quarantine import Quarantine
from tests.unit.alerts.samples import AGENCY, sample_read
from tests.unit.pipeline.published.receipts import NOBODY

SETTINGS = Settings(agency_id=AGENCY)
TOPIC = SETTINGS.kafka.reads_topic
PUBLISHED = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Record:
    """A message as the consumer gives it."""

    offset: int
    timestamp: object = PUBLISHED.timestamp() * 1000
    value: bytes | None = b"no read"
    key: bytes | None = b"ABC1234"
    topic: str = TOPIC
    partition: int = 3
    headers: list[tuple[str, bytes | None]] = field(default_factory=lambda: [("a", b"1"), ("b", None), ("c", b"\xff")])


def no_broker() -> KafkaSettings:
    raise BrokerUnavailable("kafka is away")


@pytest.fixture
def board() -> HealthBoard:
    return HealthBoard("here")


@pytest.fixture
def dead(database: Database, board: HealthBoard) -> Iterator[DeadLetters]:
    kept = DeadLetters(SETTINGS, database, no_broker, Counters(), board)
    yield kept
    kept.close()


def put(dead: DeadLetters, *records: Record) -> None:
    dead.put([DeadMessage(one, f"reason {one.offset}") for one in records], threading.Event())


def test_what_no_topic_takes_lies_in_the_quarantine_with_where_it_stood(
    database: Database, board: HealthBoard, dead: DeadLetters
) -> None:
    put(dead)
    assert Quarantine(database).count() == 0
    assert not board.standing()
    put(dead, Record(7), Record(8, value=None, headers=[]))
    second, first = Quarantine(database).newest(10)
    assert (first.source_id, first.path, first.reason, first.body) == (TOPIC, f"{TOPIC}/3/7", "reason 7", b"no read")
    assert first.received_at == PUBLISHED
    said = {"platewatch_topic": TOPIC, "platewatch_partition": "3", "platewatch_offset": "7"}
    assert {"a": "1", "b": "", "c": "\ufffd"}.items() <= first.headers.items()
    assert said.items() <= first.headers.items()
    assert first.headers["platewatch_reason"] == "reason 7"
    assert second.body == b""
    assert board.standing() == {AlarmKind.DEAD_LETTERS: 1}
    (source,) = board.sources()
    assert (source.source_id, source.quarantined) == (TOPIC, 2)


@pytest.mark.parametrize("timestamp", [None, -(10**18), 10**18, "soon", timedelta(days=9)], ids=repr)
def test_a_message_whose_time_cannot_be_counts_from_now(
    database: Database, dead: DeadLetters, timestamp: object
) -> None:
    if isinstance(timestamp, timedelta):
        timestamp = (datetime.now(UTC) + timestamp).timestamp() * 1e3
    put(dead, Record(7, timestamp=timestamp))
    (kept,) = Quarantine(database).newest(10)
    assert abs(datetime.now(UTC) - kept.received_at) < timedelta(minutes=5)


def test_the_alarm_ends_once_none_came_for_a_while(
    board: HealthBoard, dead: DeadLetters, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead.look()
    put(dead, Record(7))
    dead.look()
    assert board.standing() == {AlarmKind.DEAD_LETTERS: 1}
    monkeypatch.setattr(dead_letters, "QUIET_SECONDS", -1.0)
    dead.look()
    assert not board.standing()


def test_it_is_said_once_a_minute(dead: DeadLetters, caplog: pytest.LogCaptureFixture) -> None:
    for offset in range(3):
        put(dead, Record(offset))
    (said,) = [one.getMessage() for one in caplog.records if "cannot be used" in one.getMessage()]
    assert f"{TOPIC} partition 3 offset 0 cannot be used: reason 0; 1 such messages now" in said


def good(number: int) -> bytes:
    read = dataclasses.replace(sample_read(number), plate_image_key=None)
    return read_message(Arrival(read, Pictures(), NOBODY, arrived_at=datetime.now(UTC)), 900_000).payload


def test_what_a_person_asks_for_is_tried_again_once_and_gone_when_it_is_stored(
    database: Database, dead: DeadLetters, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarantine, retries = Quarantine(database), Retries(SETTINGS, database)
    put(dead, Record(1, value=good(1)), Record(2), Record(3, value=good(3)))
    assert list(retries.due()) == []
    quarantine.ask_retry(None)
    # It looks every few seconds, not at every step.
    assert list(retries.due()) == []
    monkeypatch.setattr(retrying, "LOOK_SECONDS", 0.0)
    retries = Retries(SETTINGS, database)
    work = list(retries.due())
    assert [one.read.read_id for one in work if isinstance(one, Arrival)] == [
        sample_read(1).read_id,
        sample_read(3).read_id,
    ]
    assert [type(one) for one in work] == [Arrival, HandedOver] * 2
    # What cannot be used still has its reason anew; what is being stored is not taken twice.
    assert [one.reason for one in quarantine.newest(10)] == ["reason 3", "the message is not JSON", "reason 1"]
    assert list(retries.due()) == []
    work[1].receipt.acknowledge(None)
    assert [one.reason for one in quarantine.newest(10)] == ["reason 3", "the message is not JSON"]
    assert len(list(Retries(SETTINGS, database).due())) == 2  # another member takes what one left


def test_messages_of_other_sources_are_not_theirs(
    database: Database, dead: DeadLetters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "LOOK_SECONDS", 0.0)
    put(dead, Record(1, value=good(1)))
    with database.transaction() as connection:
        connection.execute("update quarantined_messages set source_id = 'axis'")
    Quarantine(database).ask_retry(None)
    assert list(Retries(SETTINGS, database).due()) == []


def test_of_what_was_taken_only_the_message_that_the_database_refused_is_set_aside(
    database: Database, board: HealthBoard, caplog: pytest.LogCaptureFixture
) -> None:
    stage = ReadsTopicStage(SETTINGS, database, no_broker, ArrivalQueue(threading.Event()), Counters(), board)
    refused = sample_read(2)
    stage.refuse(refused, "a value does not fit")  # nothing was taken yet: it comes again
    assert "its message comes again" in caplog.text
    offsets = Offsets()
    offsets.begin(3, 4, None, [Record(1, value=good(1)), Record(2, value=good(2)), Record(3, value=None)])
    stage._consumer = cast(TopicConsumer, SimpleNamespace(offsets=offsets, close=lambda: None))
    stage.refuse(refused, "a value does not fit")
    (kept,) = Quarantine(database).newest(10)
    assert (kept.path, kept.reason) == (f"{TOPIC}/3/2", "a value does not fit")
    assert str(refused.read_id).encode() in bytes(kept.body)
    stage.finish()
