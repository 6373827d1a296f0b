"""Members of the matchers' group on the session's broker, in threads or as processes, and what is published to them."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pydantic import SecretStr

from pipeline.counters import RunTotals
from pipeline.published.message import read_message
from pipeline.services.matcher import MatcherService
from schemas.arrivals import Arrival, Pictures
from schemas.messages import Message
from schemas.settings import AlertSettings, DatabaseSettings, KafkaSettings, RepeatSettings, Settings
from schemas.types import CharacterRead, Location, PlateRead
from services.kafka.client import KafkaError, open_admin, open_consumer, open_producer
from storage.database import Database, open_database
from tests.integration.kafka.conftest import Broker, wait_until
from tests.unit.pipeline.published.receipts import NOBODY

AGENCY = "springfield"
PARTITIONS = 4


def passing(plate: str, camera: str = "gate", *, ago: float = 1.0, **changes: Any) -> PlateRead:
    """A read of a vehicle that passed some seconds ago."""
    moment = datetime.now(UTC) - timedelta(seconds=ago)
    made = PlateRead(
        read_id=uuid4(),
        camera_id=camera,
        agency_id=AGENCY,
        captured_at=moment,
        first_seen=moment - timedelta(seconds=0.3),
        last_seen=moment + timedelta(seconds=0.3),
        plate=plate,
        confidence=0.97,
        characters=tuple(CharacterRead(character, 0.99, (("", 0.001),)) for character in plate),
        jurisdiction="US-VA",
        jurisdiction_confidence=0.95,
        location=Location(36.8, -76.3),
        source_time=moment,
    )
    return dataclasses.replace(made, **changes)


def message_of(read: PlateRead, **fields: Any) -> Message:
    """Its message, as the edge publishes it; `fields` are those of its Arrival."""
    return read_message(Arrival(read, Pictures(), NOBODY, **fields), 900_000)


@dataclass
class Group:
    """A topic with the group of its matchers, and the database that they share."""

    broker: Broker
    database: Database
    database_url: str
    topic: str
    folder: Path
    changes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._admin = open_admin(self.kafka, self.kafka.bootstrap_servers)
        wanted = {"num_partitions": PARTITIONS, "replication_factor": 1}
        self._admin.create_topics({self.topic: wanted}, wait_for_metadata=True)

    def close(self) -> None:
        """Close the connection."""
        self._admin.close()

    @property
    def kafka(self) -> KafkaSettings:
        """Where it is."""
        return self.broker.settings.model_copy(
            update={
                "bootstrap_servers": (self.broker.server,),
                "reads_topic": self.topic,
                "matcher_group": self.topic,
                "local": False,
            }
        )

    def settings(self, name: str) -> Settings:
        """The configuration of a member."""
        given: dict[str, Any] = {
            "alerts": AlertSettings(second_reader="off", topic=f"{self.topic}.alerts"),
            "repeats": RepeatSettings(),
        } | self.changes
        return Settings(
            agency_id=AGENCY,
            data_dir=self.folder / name,
            kafka=self.kafka,
            database=DatabaseSettings(url=SecretStr(self.database_url)),
            **given,
        )

    @contextlib.contextmanager
    def member(self, name: str = "one") -> Iterator[ThreadMember]:
        """A member in a thread."""
        found = ThreadMember(self.settings(name))
        found.settings.data_dir.mkdir(exist_ok=True)
        found.thread.start()
        try:
            yield found
        finally:
            found.stop.set()
            found.thread.join(20)
            assert not found.thread.is_alive()
            assert found.failure is None, found.failure

    def process(self, name: str) -> subprocess.Popen[str]:
        """A member as a process of its own."""
        folder = self.folder / name
        folder.mkdir()
        kafka = self.kafka
        config = folder / "platewatch.toml"
        options = "\n".join(f"{key} = {json.dumps(value)}" for key, value in kafka.options.items())
        config.write_text(
            f"""
agency_id = "{AGENCY}"
[database]
url = {json.dumps(self.database_url)}
[alerts]
second_reader = "off"
topic = "{self.topic}.alerts"
[kafka]
bootstrap_servers = {json.dumps(list(kafka.bootstrap_servers))}
reads_topic = "{self.topic}"
matcher_group = "{self.topic}"
[kafka.options]
{options}
"""
        )
        with (folder / "log").open("w") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "cli.main", "matcher", "--json", "--config", str(config)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "PLATEWATCH_DATA_DIR": str(folder / "data")},
                start_new_session=True,
            )

    def log(self, name: str) -> str:
        """What a process said."""
        return (self.folder / name / "log").read_text()

    def publish(self, reads: Sequence[PlateRead]) -> None:
        """Publish reads, as the edge does."""
        self.send([message_of(read) for read in reads])

    def send(self, messages: Sequence[Message]) -> None:
        """Publish messages."""
        producer = open_producer(self.kafka, self.kafka.bootstrap_servers, acks="all", linger_ms=5)
        for message in messages:
            headers = [(name, value.encode()) for name, value in message.headers]
            producer.send(self.topic, key=message.key.encode(), value=message.payload, headers=headers)
        producer.flush(timeout=20)
        producer.close(timeout=5)

    def send_raw(self, values: Sequence[bytes | None], partition: int = 0) -> None:
        """Publish whatever."""
        producer = open_producer(self.kafka, self.kafka.bootstrap_servers, acks="all")
        for value in values:
            producer.send(self.topic, key=b"x", value=value, partition=partition)
        producer.flush(timeout=20)
        producer.close(timeout=5)

    def committed(self) -> int:
        """How many messages the group is done with."""
        try:
            offsets = self._admin.list_group_offsets([self.topic])
        except KafkaError:
            return 0  # nobody was a member yet
        return sum(max(place.offset, 0) for group in offsets.values() for place in group.values())

    def dead_letters(self, count: int) -> list[Any]:
        """What is in the topic of dead letters, so many of them at least."""
        found: list[Any] = []
        consumer = open_consumer(self.kafka, self.kafka.bootstrap_servers, auto_offset_reset="earliest")
        try:
            consumer.subscribe([self.kafka.dead_reads_topic])

            def have_come() -> bool:
                for records in consumer.poll(timeout_ms=200).values():
                    found.extend(records)
                return len(found) >= count

            wait_until(have_come)
        finally:
            consumer.close()
        return found

    def stored(self) -> int:
        """How many reads are stored."""
        return int(self.ask("select count(*) from reads")[0][0])

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with self.database.connection() as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]

    def alerts(self) -> list[tuple[UUID, str]]:
        """The id and the type of every alert, update and cancel."""
        statement = "select alert_id, convert_from(payload, 'UTF8')::jsonb ->> 'type' from outbox"
        return [(one, kind) for one, kind in self.ask(statement) if kind is not None]


class ThreadMember:
    """A member in a thread of this process."""

    def __init__(self, settings: Settings) -> None:
        self.stop = threading.Event()
        self.settings = settings
        self.totals: RunTotals | None = None
        self.failure: BaseException | None = None
        self.service: MatcherService | None = None
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            with open_database(self.settings) as database:
                self.service = MatcherService(self.settings, database, lambda: self.settings.kafka)
                self.totals = self.service.run(self.stop)
        except Exception as error:  # noqa: BLE001 - told by whoever waits for it
            self.failure = error
