"""Reads that wait at the edge: for the right to write them, and for a broker that is away."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from uuid import UUID

import pytest
from kafka.admin import ACL, ACLFilter, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType

from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.outgoing.places import READS_FILE, REFUSED_FILE
from pipeline.outgoing.prepared import Preparer, to_spool
from pipeline.outgoing.publishing import PublisherStage
from pipeline.outgoing.refused import RefusedReads
from pipeline.recording.queue import ArrivalQueue
from schemas.arrivals import Arrival
from schemas.errors import BrokerUnavailable
from schemas.events import PublishedRead
from schemas.events.reads import PlateReadEvent
from schemas.settings import KafkaSettings
from services.kafka.client import open_admin, open_consumer
from services.kafka.local import LocalKafka
from storage.spool.spool import Spool
from tests.integration.kafka.conftest import Broker, wait_until
from tests.integration.kafka.rights import give, take
from tests.unit.pipeline.outgoing.arrivals import arrival, edge_settings


class Edge:
    """A publisher on a broker, and what it publishes from."""

    def __init__(self, folder: Path, kafka: KafkaSettings) -> None:
        settings = edge_settings(folder, kafka=kafka)
        board = HealthBoard("here")
        self.counters = Counters()
        self._preparer = Preparer(settings, self.counters, board)
        self.spool = Spool(settings.data_dir / READS_FILE)
        self.refused = RefusedReads(Spool(settings.data_dir / REFUSED_FILE), board)
        self.stage = PublisherStage(
            settings,
            lambda: kafka,
            ArrivalQueue(threading.Event()),
            self.spool,
            self.refused,
            self._preparer,
            lambda: False,
            self.counters,
            board,
        )

    def store(self, *arrivals: Arrival) -> None:
        self.spool.add([to_spool(self._preparer.prepare(one)) for one in arrivals])

    def publishes(self) -> bool:
        """Take a step, and say whether the broker took what there was."""
        try:
            self.stage.step(threading.Event())
        except BrokerUnavailable:
            return False
        return True

    def close(self) -> None:
        self.stage.end()
        self.spool.close()
        self.refused.close()


def test_a_read_that_may_not_be_written_waits_until_it_may(kafka_broker: Broker, topic: str, tmp_path: Path) -> None:
    kafka = kafka_broker.settings.model_copy(update={"bootstrap_servers": (kafka_broker.server,), "reads_topic": topic})
    pattern = ResourcePattern(ResourceType.TOPIC, topic)
    denied = ACL("User:platewatch", "*", ACLOperation.WRITE, ACLPermissionType.DENY, pattern)
    others = [
        ACL("User:*", "*", operation, ACLPermissionType.ALLOW, pattern)
        for operation in (ACLOperation.DESCRIBE, ACLOperation.READ, ACLOperation.WRITE)
    ]
    admin, edge = open_admin(kafka_broker.settings, [kafka_broker.server]), Edge(tmp_path, kafka)
    try:
        admin.create_topics([topic])
        give(admin, [denied, *others])
        edge.store(arrival(1))
        with pytest.raises(BrokerUnavailable, match=r"not authorized to write.*1 read waits"):
            edge.stage.step(threading.Event())
        assert edge.refused.count() == 0
        take(admin, ACLFilter(denied.principal, "*", denied.operation, denied.permission_type, pattern))
        wait_until(edge.publishes)
        assert edge.counters.totals().reads == 1
        assert edge.spool.waiting() == {}
    finally:
        edge.close()
        admin.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_reads_that_waited_for_a_broker_come_in_their_order(broker: LocalKafka, tmp_path: Path) -> None:
    kafka = broker.client_settings.model_copy(
        update={"bootstrap_servers": (broker.bootstrap_server,), "reads_topic": "reads.waited"}
    )
    edge, plates = Edge(tmp_path, kafka), [f"ABC{number % 7}" for number in range(600)]
    try:
        edge.store(*(arrival(number, plate) for number, plate in enumerate(plates[:100])))
        wait_until(edge.publishes)
        pid = broker.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        # Some are tried while it is down, if it is not back before.
        edge.store(*(arrival(number, plate) for number, plate in enumerate(plates[100:], 100)))
        wait_until(lambda: edge.publishes() and edge.spool.waiting() == {})
        assert edge.counters.totals().reads == 600
        consumer = open_consumer(
            broker.client_settings, [broker.bootstrap_server], auto_offset_reset="earliest", group_id=None
        )
        try:
            consumer.subscribe(["reads.waited"])
            found: dict[UUID, PlateReadEvent] = {}
            while len(found) < 600:
                for records in consumer.poll(timeout_ms=5000).values():
                    for record in records:
                        event = PublishedRead.model_validate_json(record.value)
                        found.setdefault(event.message_id, event.read)
        finally:
            consumer.close()
    finally:
        edge.close()
    for plate in set(plates):
        numbers = [read.track_number for read in found.values() if read.plate == plate]
        assert numbers == [number for number, one in enumerate(plates) if one == plate]
