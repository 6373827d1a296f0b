"""What becomes of reads while they are published: acknowledged, held for their pictures, made smaller, kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from alerts.producer import Delivery, Fate
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.outgoing import publishing
from pipeline.outgoing.places import READS_FILE, REFUSED_FILE
from pipeline.outgoing.prepared import Prepared, Preparer, to_spool
from pipeline.outgoing.publishing import PublisherStage
from pipeline.outgoing.refused import RefusedReads
from pipeline.recording.queue import ArrivalQueue
from schemas.arrivals import Arrival, HandedOver
from schemas.errors import BrokerUnavailable, StorageFull, TransientError
from schemas.events import AlarmKind, PublishedRead
from schemas.settings import EdgeSettings, ImageSettings, KafkaSettings
from schemas.types import VendorReport
from storage.alerts.outbox import OutboxRow
from storage.spool.messages import Message
from storage.spool.spool import Spool
from tests.unit.ingest.streams.cameras import until
from tests.unit.pipeline.outgoing.arrivals import Noted, arrival, edge_settings


class Producer:
    """Stands for a broker: answers as a test says."""

    def __init__(self) -> None:
        self.answer: Callable[[OutboxRow], tuple[Fate, str]] = lambda _: (Fate.PUBLISHED, "")
        self.sent: list[OutboxRow] = []
        self.opened: list[tuple[Any, ...]] = []
        self.closed = 0

    def __call__(self, kafka: KafkaSettings, servers: Sequence[str], **more: object) -> Producer:
        self.opened.append((kafka, servers, more))
        return self

    def prepare(self, topics: Sequence[str]) -> None:
        assert topics == ["platewatch.reads.v1"]

    def publish(self, messages: Sequence[OutboxRow], stop: threading.Event) -> list[Delivery]:
        assert len({row.key for row in messages}) == len(messages)
        answers = [Delivery(row, *self.answer(row)) for row in messages]
        self.sent += [one.message for one in answers if one.fate is Fate.PUBLISHED]
        return answers

    def close(self) -> None:
        self.closed += 1

    def plates(self) -> list[str]:
        return [PublishedRead.model_validate_json(row.payload).read.plate for row in self.sent]


class Edge:
    """A publisher whose steps a test makes."""

    def __init__(self, folder: Path, producer: Producer, **sections: object) -> None:
        self.settings = edge_settings(folder, **sections)
        self.producer = producer
        self.board = HealthBoard("here")
        self.stop = threading.Event()
        self.arrivals = ArrivalQueue(self.stop)
        self.spool = Spool(self.settings.data_dir / READS_FILE)
        self.refused = RefusedReads(Spool(self.settings.data_dir / REFUSED_FILE), self.board)
        self.counters = Counters()
        self.preparer = Preparer(self.settings, self.counters, self.board)
        self.published: list[Arrival] = []
        self.is_over = False
        self.stage = PublisherStage(
            self.settings,
            lambda: self.settings.kafka,
            self.arrivals,
            self.spool,
            self.refused,
            self.preparer,
            lambda: self.is_over,
            self.counters,
            self.board,
            self.published.extend,
        )

    def store(self, one: Arrival) -> None:
        self.spool.add([to_spool(self.preparer.prepare(one))])

    def spooled(self) -> int:
        return sum(one.count for one in self.spool.waiting().values())

    def step(self) -> float:
        return self.stage.step(self.stop)


@pytest.fixture
def producer(monkeypatch: pytest.MonkeyPatch) -> Producer:
    made = Producer()
    monkeypatch.setattr(publishing, "AlertProducer", made)
    return made


@pytest.fixture
def edge(tmp_path: Path, producer: Producer) -> Iterator[Edge]:
    made = Edge(tmp_path, producer)
    yield made
    made.spool.close()
    made.refused.close()


def test_a_file_is_acknowledged_when_the_broker_has_all_of_its_reads(edge: Edge) -> None:
    receipt = Noted()
    edge.producer.answer = lambda row: (Fate.WAITING, "NotEnoughReplicas")
    edge.arrivals.put(arrival(1, "AAA111", receipt))
    edge.arrivals.put(arrival(2, "BBB222", receipt))
    edge.arrivals.put(HandedOver(receipt))
    with pytest.raises(BrokerUnavailable, match=r"NotEnoughReplicas.*2 reads wait on this machine"):
        edge.step()
    waits = edge.stage._held._held[1].message.row.key
    edge.producer.answer = lambda row: (Fate.WAITING, "x") if row.key == waits else (Fate.PUBLISHED, "")
    with pytest.raises(BrokerUnavailable, match="1 read waits"):
        edge.step()
    assert receipt.answers == []
    edge.producer.answer = lambda _: (Fate.PUBLISHED, "")
    edge.step()
    assert receipt.answers == [None]
    assert edge.producer.plates() == ["AAA111", "BBB222"]
    assert edge.counters.totals().reads == 2
    assert [one.read.plate for one in edge.published] == ["AAA111", "BBB222"]
    assert sum(edge.board.reads().values()) == 2


def test_a_file_without_reads_and_one_that_could_not_be_used_are_acknowledged(edge: Edge) -> None:
    empty, broken = Noted(), Noted()
    edge.arrivals.put(HandedOver(empty))
    edge.arrivals.put(HandedOver(broken, "no picture"))
    edge.step()
    assert (empty.answers, broken.answers) == ([None], ["no picture"])
    assert edge.counters.totals().rejected_items == 1


def test_a_stored_read_is_deleted_when_the_broker_has_it_and_not_before(edge: Edge) -> None:
    edge.store(arrival(1, "AAA111"))
    edge.store(arrival(2, "AAA111"))
    edge.producer.answer = lambda _: (Fate.WAITING, "x")
    with pytest.raises(BrokerUnavailable):
        edge.step()
    assert edge.spooled() == 2
    edge.producer.answer = lambda _: (Fate.PUBLISHED, "")
    edge.step()
    assert edge.spooled() == 0
    # One key keeps its order.
    numbers = [PublishedRead.model_validate_json(row.payload).read.track_number for row in edge.producer.sent]
    assert numbers == [1, 2]


def test_a_read_waits_for_its_pictures_and_not_for_ever(tmp_path: Path, producer: Producer) -> None:
    images = ImageSettings(url=f"memory://{tmp_path.name}/pictures", keep_free_gigabytes=0)
    edge = Edge(tmp_path, producer, images=images, edge=EdgeSettings(picture_wait_seconds=0.4))
    edge.store(arrival(1, "AAA111"))
    edge.step()
    edge.store(
        arrival(
            2,
            "AAA111",
        )
    )
    edge.step()
    assert producer.sent == []
    until(lambda: edge.step() or len(producer.sent) == 2, 60.0)
    assert producer.plates() == ["AAA111", "AAA111"]
    # Once they are where they should be nothing waits.
    one = arrival(3, "BBB222")
    edge.store(one)
    edge.preparer._keeper._images.send_waiting(threading.Event())
    edge.stage._held._wait_seconds = 3600.0
    edge.step()
    assert producer.plates()[-1] == "BBB222"


def test_what_is_refused_goes_without_what_makes_it_large_or_is_kept(edge: Edge) -> None:
    receipt = Noted()
    report = VendorReport("rekor", "1", "{}", payload="x" * 50_000)
    edge.arrivals.put(arrival(1, "AAA111", receipt, report=report))
    edge.arrivals.put(arrival(2, "BBB222", receipt, report=report, characters=()))
    edge.arrivals.put(HandedOver(receipt))
    edge.store(arrival(3, "CCC333"))
    taken: set[str] = set()

    def answer(row: OutboxRow) -> tuple[Fate, str]:
        plate = PublishedRead.model_validate_json(row.payload).read.plate
        if len(row.payload) < 20_000 and plate == "AAA111":
            taken.add(plate)
            return Fate.PUBLISHED, ""
        return Fate.REFUSED, "the message is larger than the topic accepts"

    edge.producer.answer = answer
    edge.step()
    assert receipt.answers == []
    edge.step()
    assert taken == {"AAA111"}
    assert edge.refused.count() == 2
    assert receipt.answers == [None]
    assert edge.spooled() == 0
    assert edge.board.standing()[AlarmKind.DELIVERIES] == 1
    assert edge.refused.put_back(edge.spool) == 2
    edge.producer.answer = lambda _: (Fate.PUBLISHED, "")
    edge.step()
    assert sorted(edge.producer.plates()) == ["AAA111", "BBB222", "CCC333"]


def test_what_fails_on_its_way_in_is_taken_again_with_all_that_came_behind_it(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt, prepare = Noted(), edge.preparer.prepare
    fails = [True]

    def busy(one: Arrival) -> Prepared:
        if one.read.plate == "BBB222" and fails.pop():
            fails.append(False)
            raise TransientError("busy")
        return prepare(one)

    monkeypatch.setattr(edge.preparer, "prepare", busy)
    for number, plate in enumerate(("AAA111", "BBB222", "CCC333")):
        edge.arrivals.put(arrival(number, plate, receipt))
    edge.arrivals.put(HandedOver(receipt))
    with pytest.raises(TransientError):
        edge.step()
    assert receipt.answers == []
    edge.step()
    assert sorted(edge.producer.plates()) == ["AAA111", "BBB222", "CCC333"]
    assert receipt.answers == [None]


def test_a_read_of_which_no_message_can_be_made_stops_no_other(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    receipt, prepare = Noted(), edge.preparer.prepare

    def fails(one: Arrival) -> Prepared:
        if one.read.plate == "BBB222":
            raise ZeroDivisionError("BBB222")
        return prepare(one)

    monkeypatch.setattr(edge.preparer, "prepare", fails)
    for plate in ("BBB222", "CCC333"):
        edge.arrivals.put(arrival(1, plate, receipt))
    edge.arrivals.put(HandedOver(receipt))
    edge.step()
    assert edge.producer.plates() == ["CCC333"]
    assert receipt.answers == [None]
    assert edge.counters.totals().rejected_items == 1
    assert "please report this" in caplog.text
    assert "BBB222" not in caplog.text


def test_a_disk_that_is_full_does_not_have_reads_published_again_and_again(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    discard, is_full = edge.spool.discard, [True]

    def full(numbers: Sequence[int]) -> None:
        if is_full[0]:
            raise StorageFull("no space left")
        discard(numbers)

    monkeypatch.setattr(edge.spool, "discard", full)
    edge.store(arrival(1, "AAA111"))
    for _ in range(3):
        edge.step()
    assert edge.producer.plates() == ["AAA111"]
    assert edge.spooled() == 1
    is_full[0] = False
    edge.step()
    assert edge.spooled() == 0


def test_a_stored_read_that_cannot_be_understood_stops_no_other(edge: Edge) -> None:
    edge.spool.add([Message("gate", datetime.now(UTC), b"?", "", {}, "")])
    edge.store(arrival(1, "AAA111"))
    edge.step()
    assert edge.producer.plates() == ["AAA111"]
    assert edge.spooled() == 1


def test_nothing_is_published_that_the_law_has_ended(edge: Edge) -> None:
    edge.store(arrival(1, "OLD111", ago=timedelta(days=22)))
    edge.store(arrival(2, "NEW222", ago=timedelta(days=1)))
    edge.step()
    assert edge.producer.plates() == ["NEW222"]
    # Neither is what became too old while it was held.
    edge.producer.answer = lambda _: (Fate.WAITING, "x")
    edge.store(arrival(3, "OLD333", ago=timedelta(days=20)))
    with pytest.raises(BrokerUnavailable):
        edge.step()
    edge.producer.answer = lambda _: (Fate.PUBLISHED, "")
    edge.stage._keep = timedelta(days=10)
    edge.step()
    assert edge.producer.plates() == ["NEW222"]


def test_while_one_read_fails_no_others_are_heaped_up_behind_it(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "MOST_HELD", 3)
    prepare, fails = edge.preparer.prepare, [True]

    def busy(one: Arrival) -> Prepared:
        if fails:
            raise TransientError("busy")
        return prepare(one)

    monkeypatch.setattr(edge.preparer, "prepare", busy)
    for number in range(12):
        edge.arrivals.put(arrival(number, f"AAA{number}"))
    for _ in range(4):
        with pytest.raises(TransientError):
            edge.step()
    left = edge.arrivals.take(12, 0.01)
    assert len(left) == 9
    for one in left:
        edge.arrivals.put(one)
    fails.clear()
    for _ in range(8):
        edge.step()
    assert sorted(edge.producer.plates()) == sorted(f"AAA{number}" for number in range(12))


def test_a_full_stage_takes_nothing_from_the_queue(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "MOST_HELD", 3)
    edge.producer.answer = lambda _: (Fate.WAITING, "x")
    for number in range(5):
        edge.arrivals.put(arrival(number, f"AAA{number}"))
    for number in range(5, 10):
        edge.store(arrival(number, f"AAA{number}"))
    for _ in range(3):
        with pytest.raises(BrokerUnavailable):
            edge.step()
    assert edge.stage.waiting() == 6
    assert len(edge.arrivals.take(10, 0.01)) == 2


def test_one_connection_serves_until_an_outage_or_until_another_broker_is_to_be_used(edge: Edge) -> None:
    def publish(number: int) -> None:
        edge.store(arrival(number, f"AAA{number}"))
        edge.step()

    publish(1)
    publish(2)
    more = {"retention_days": 21.0, "waits_for_rights": True}
    here, there = edge.settings.kafka, KafkaSettings(bootstrap_servers=("127.0.0.1:2", "127.0.0.1:3"))
    assert (edge.producer.opened, edge.producer.closed) == ([(here, ("127.0.0.1:1",), more)], 0)
    edge.stage.take_anew(lambda: there)
    publish(3)
    publish(4)
    opened = [(here, ("127.0.0.1:1",), more), (there, there.bootstrap_servers, more)]
    assert (edge.producer.opened, edge.producer.closed) == (opened, 1)
    edge.producer.answer = lambda _: (Fate.WAITING, "NotEnoughReplicas")
    with pytest.raises(BrokerUnavailable, match=r"^kafka at 127.0.0.1:2, 127.0.0.1:3 did not acknowledge \(NotEnough"):
        publish(5)
    # Passwords and certificates may be others by now.
    edge.producer.answer = lambda _: (Fate.PUBLISHED, "")
    edge.step()
    assert (edge.producer.opened, edge.producer.closed) == ([*opened, opened[1]], 2)
    edge.stage.end()
    edge.stage.end()
    assert edge.producer.closed == 3


def test_a_step_pauses_only_where_so_much_waits_for_pictures_that_nothing_is_taken(
    tmp_path: Path, producer: Producer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "MOST_HELD", 2)
    images = ImageSettings(url=f"memory://{tmp_path.name}/pictures", keep_free_gigabytes=0)
    edge = Edge(tmp_path, producer, images=images, edge=EdgeSettings(picture_wait_seconds=3600))
    pauses = [edge.step()]
    for number in (1, 2, 3):
        edge.arrivals.put(arrival(number, f"AAA{number}"))
        pauses.append(edge.step())
    assert pauses == [0.0, 0.0, publishing.IDLE_SECONDS, publishing.IDLE_SECONDS]
    edge.preparer._keeper._images.send_waiting(threading.Event())
    assert edge.step() == 0.0
    assert producer.plates() == ["AAA1", "AAA2"]


@pytest.mark.parametrize("held", ["queue", "spool", "nothing"])
def test_the_end_comes_when_all_is_published_or_a_moment_after_it_was_asked(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    now = [1000.0]
    monkeypatch.setattr(publishing, "time", SimpleNamespace(monotonic=lambda: now[0]))
    edge.producer.answer = lambda _: (Fate.WAITING, "x")
    if held == "queue":
        edge.arrivals.put(arrival(1, "AAA111"))
    elif held == "spool":
        edge.store(arrival(1, "AAA111"))
    edge.stage._asked = edge.stop
    over = []
    for moment, stops, is_over in (
        (1000.0, False, False),
        (1000.1, False, True),
        (1001.0, True, True),
        (1003.0, True, True),
        (1003.1, True, False),
        (1003.1, True, True),
    ):
        now[0], edge.is_over = moment, is_over
        if stops:
            edge.stop.set()
        over.append(edge.stage._is_over())
    assert over == ([False, True, True, True, True, True] if held == "nothing" else [False] * 5 + [True])


def test_it_ends_when_nothing_is_left_and_soon_after_it_was_told_to(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "ENDING_SECONDS", 0.3)
    ended = threading.Thread(target=edge.stage.run, args=(edge.stop,))
    edge.store(arrival(1))
    ended.start()
    until(lambda: edge.spooled() == 0)
    assert ended.is_alive()
    edge.is_over = True
    ended.join(60.0)
    assert not ended.is_alive()


def test_one_whose_broker_is_away_ends_soon_and_acknowledges_nothing(
    tmp_path: Path, producer: Producer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "ENDING_SECONDS", 0.3)
    edge, receipt = Edge(tmp_path, producer), Noted()
    producer.answer = lambda _: (Fate.WAITING, "x")
    edge.arrivals.put(arrival(1, receipt=receipt))
    edge.arrivals.put(HandedOver(receipt))
    thread = threading.Thread(target=edge.stage.run, args=(edge.stop,))
    thread.start()
    until(lambda: edge.board.standing()[AlarmKind.BROKER] == 1)
    edge.stop.set()
    edge.is_over = True
    thread.join(60.0)
    assert not thread.is_alive()
    assert receipt.answers == []


def test_nobody_waits_longer_than_told(edge: Edge) -> None:
    before: Any = datetime.now(UTC)
    edge.step()
    assert datetime.now(UTC) - before < timedelta(seconds=2)
