"""A broker that answers at our port and is another data directory's gets neither our clients nor our alerts."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from pipeline.alerting.relaying import RelayStage
from schemas.errors import BrokerUnavailable
from schemas.settings import AlertSettings, KafkaSettings, RetentionSettings, Settings
from services.kafka.client import open_admin
from services.kafka.local import LocalKafka
from services.owner_lock import OwnerLock
from storage.database import Database
from storage.leadership import Leadership
from tests.integration.kafka.conftest import Broker, wait_until

DAY_MS = 86_400_000


@pytest.fixture
def at_its_port(kafka_broker: Broker, tmp_path: Path) -> LocalKafka:
    """A data directory whose kept port and secret are those of a broker that runs, as in a copy of its directory."""
    local = LocalKafka(tmp_path, KafkaSettings())
    (local.folder / "data").mkdir(parents=True)
    port = int(kafka_broker.server.rpartition(":")[2])
    (local.folder / "ports.json").write_text(json.dumps({"broker": port, "controller": port + 1}))
    (local.folder / "secret").write_text(kafka_broker.settings.options["sasl_plain_password"])
    return local


def cluster_id_of(broker: Broker) -> str:
    admin = open_admin(broker.settings, [broker.server])
    try:
        return str(admin.describe_cluster()["cluster_id"])
    finally:
        admin.close()


def test_only_the_broker_of_its_own_cluster_is_attached_to(
    at_its_port: LocalKafka, kafka_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.kafka.local.START_TIMEOUT_SECONDS", 0.5)
    own = at_its_port.folder / "data" / "meta.properties"
    with OwnerLock(at_its_port.folder / "owner.lock") as owner:
        assert owner.acquire()
        for text in ("version=1\n", "cluster.id=another-cluster-of-ours\n"):
            own.write_text(text)
            with pytest.raises(BrokerUnavailable, match="another process runs the local broker, but it did not answer"):
                at_its_port.start()
        own.write_text(f"version=1\ncluster.id={cluster_id_of(kafka_broker)}\n")
        assert at_its_port.start() == kafka_broker.server
        at_its_port.stop()
        (at_its_port.folder / "secret").write_text("another")
        with pytest.raises(BrokerUnavailable, match="did not answer"):
            at_its_port.start()


def test_a_topic_keeps_alerts_for_as_many_days_as_the_configuration_says(
    kafka_broker: Broker, database: Database, topic: str
) -> None:
    settings = Settings(alerts=AlertSettings(topic=topic), retention=RetentionSettings(reads_days=2))
    kafka = kafka_broker.settings.model_copy(update={"bootstrap_servers": (kafka_broker.server,)})
    admin = open_admin(kafka_broker.settings, [kafka_broker.server])
    try:
        with Leadership(database) as leadership:
            stage = RelayStage(database, settings, lambda: kafka, leadership)
            try:
                stage.step(threading.Event())
            finally:
                stage.end()
        wait_until(lambda: topic in admin.list_topics())
        (described,) = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)]).values()
        values = {key: setting["value"] for key, setting in described[topic].items()}
    finally:
        admin.close()
    # The newest record of a full segment may be as old as the segment took to fill.
    assert DAY_MS < int(values["retention.ms"]) + int(values["segment.ms"]) <= 2 * DAY_MS
