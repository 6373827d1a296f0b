"""The configuration of one of three brokers: users log in over TLS, brokers show one another certificates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.integration.cluster.certificates import BROKER_NAME, Certificates

HOST = "127.0.0.1"
ADMIN = "admin"
MECHANISM = "SCRAM-SHA-256"
SESSION_MS = 3000
"""How long a broker may be silent before others lead its partitions."""

_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


@dataclass(frozen=True, slots=True)
class NodePorts:
    """TCP ports of one node, all on loopback."""

    clients: int
    internal: int
    controller: int


def node_properties(number: int, nodes: Sequence[NodePorts], certificates: Certificates, log_dir: str) -> str:
    """Return the text of a node's server.properties.

    Args:
        number: Which node, from 1.
        nodes: The ports of all of them, in order.
        certificates: Of all of them.
        log_dir: Its data folder.

    Source:
        https://kafka.apache.org/43/configuration/broker-configs/,
        https://kafka.apache.org/43/security/encryption-and-authentication-using-ssl/
    """
    own = nodes[number - 1]
    size = str(len(nodes))
    majority = str(len(nodes) // 2 + 1)
    clients = "listener.name.client"
    properties = {
        "process.roles": "broker,controller",
        "node.id": str(number),
        "controller.quorum.voters": ",".join(f"{n}@{HOST}:{ports.controller}" for n, ports in enumerate(nodes, 1)),
        "controller.listener.names": "CONTROLLER",
        "listeners": (
            f"CLIENT://{HOST}:{own.clients},INTERNAL://{HOST}:{own.internal},CONTROLLER://{HOST}:{own.controller}"
        ),
        "advertised.listeners": f"CLIENT://{HOST}:{own.clients},INTERNAL://{HOST}:{own.internal}",
        "listener.security.protocol.map": "CLIENT:SASL_SSL,INTERNAL:SSL,CONTROLLER:SSL",
        "inter.broker.listener.name": "INTERNAL",
        **certificates.properties(),
        # Brokers and controllers know one another by their certificates; clients by user and password.
        "ssl.client.auth": "required",
        f"{clients}.ssl.client.auth": "none",
        "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
        f"{clients}.sasl.enabled.mechanisms": MECHANISM,
        f"{clients}.scram-sha-256.sasl.jaas.config": _SCRAM,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": f"User:{BROKER_NAME};User:{ADMIN}",
        "log.dirs": log_dir,
        "auto.create.topics.enable": "false",
        "default.replication.factor": size,
        "min.insync.replicas": majority,
        "unclean.leader.election.enable": "false",
        "num.partitions": "3",
        "offsets.topic.num.partitions": "3",
        "offsets.topic.replication.factor": size,
        "transaction.state.log.num.partitions": "2",
        "transaction.state.log.replication.factor": size,
        "transaction.state.log.min.isr": majority,
        "share.coordinator.state.topic.replication.factor": size,
        "share.coordinator.state.topic.min.isr": majority,
        "broker.session.timeout.ms": str(SESSION_MS),
        "broker.heartbeat.interval.ms": "500",
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        "num.network.threads": "2",
        "num.io.threads": "2",
        "log.cleaner.dedupe.buffer.size": "8388608",
    }
    return "".join(f"{key}={value}\n" for key, value in properties.items())
