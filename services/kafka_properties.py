"""The configuration of the local broker: one KRaft node for broker and controller, all on loopback."""

from __future__ import annotations

from collections.abc import Mapping

from services.kafka_access import BrokerAccess
from services.kafka_ports import HOST, Ports

CLIENTS = "CLIENTS"
CONTROLLER = "CONTROLLER"
NODE_ID = 1
RETENTION_DAYS = 21
SEGMENT_HOURS = 24
CHECK_MS = 30_000
BROKER_DEFAULT_MESSAGE_BYTES = 1_048_588
BATCH_OVERHEAD_BYTES = 65_536


def server_properties(
    ports: Ports,
    log_dir: str,
    access: BrokerAccess,
    *,
    max_message_bytes: int,
    overrides: Mapping[str, str] | None = None,
) -> str:
    """Return the text of server.properties.

    Records live at most 21 days, the limit that Virginia sets for reads: Kafka deletes whole segments once their
    newest record is too old, so the time that one segment takes to fill is taken off the retention.

    Args:
        ports: Where it listens.
        log_dir: Data folder, relative to the server's working directory.
        access: Who may use it.
        max_message_bytes: Largest message that a producer may send.
        overrides: Settings that win over ours.

    Returns:
        Java properties.

    Source:
        https://kafka.apache.org/43/configuration/broker-configs/; retention: Code of Virginia 2.2-5517.
    """
    properties = {
        "process.roles": "broker,controller",
        "node.id": str(NODE_ID),
        # A static quorum of one: the ports may change between two starts without a vote about it.
        "controller.quorum.voters": f"{NODE_ID}@{HOST}:{ports.controller}",
        "controller.listener.names": CONTROLLER,
        "listeners": f"{CLIENTS}://{HOST}:{ports.broker},{CONTROLLER}://{HOST}:{ports.controller}",
        "advertised.listeners": f"{CLIENTS}://{HOST}:{ports.broker}",
        "listener.security.protocol.map": f"{CLIENTS}:SASL_PLAINTEXT,{CONTROLLER}:SASL_PLAINTEXT",
        "inter.broker.listener.name": CLIENTS,
        "log.dirs": log_dir,
        "message.max.bytes": str(max(BROKER_DEFAULT_MESSAGE_BYTES, max_message_bytes + BATCH_OVERHEAD_BYTES)),
        "log.retention.hours": str(RETENTION_DAYS * 24 - SEGMENT_HOURS),
        "log.roll.hours": str(SEGMENT_HOURS),
        # Where reads end within minutes, their alerts do.
        "log.retention.check.interval.ms": str(CHECK_MS),
        # One node has no replica to recover from: what it acknowledged is on the disk.
        "log.flush.interval.messages": "1",
        "log.cleaner.dedupe.buffer.size": "8388608",
        "num.network.threads": "2",
        "num.io.threads": "4",
        "auto.create.topics.enable": "false",
        **_single_node(),
        **access.properties(CLIENTS, CONTROLLER),
        **(overrides or {}),
    }
    return "".join(f"{key}={value}\n" for key, value in properties.items())


def _single_node() -> dict[str, str]:
    """Return what makes one node start fast, also after a crash, and need no other."""
    return {
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "2",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "2",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        # After kill -9 the controller admits the new broker only when the old one's session is over (9 s by default).
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        # There is no other voter to wait for.
        "controller.quorum.election.timeout.ms": "150",
        "controller.quorum.election.backoff.max.ms": "100",
        "controller.quorum.fetch.timeout.ms": "400",
    }
