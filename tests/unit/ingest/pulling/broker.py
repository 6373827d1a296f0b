"""A real MQTT broker (rumqttd), which keeps sessions and sends again what was not acknowledged."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as mqtt
import trustme
from iotcore import Broker
from paho.mqtt.enums import CallbackAPIVersion

USER, PASSWORD = "alpr", "br0ker-secret"

_CONFIG = """
id = 0
[router]
id = 0
max_connections = 100
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10
[v4.1]
name = "plain"
listen = "127.0.0.1:{plain}"
next_connection_delay_ms = 1
[v4.1.connections]
{connections}
[v4.1.connections.auth]
{user} = "{password}"
[v4.2]
name = "tls"
listen = "127.0.0.1:{tls}"
next_connection_delay_ms = 1
[v4.2.tls]
certpath = "{folder}/server.pem"
keypath = "{folder}/server.key"
[v4.2.connections]
{connections}
[v4.2.connections.auth]
{user} = "{password}"
"""
_CONNECTIONS = """
connection_timeout_ms = 5000
max_payload_size = 40000000
max_inflight_count = 100
dynamic_filters = true
"""


@dataclass
class RunningBroker:
    """Where a broker is, and how it may be ended and started again."""

    port: int
    tls_port: int
    authority: Path
    broker: Broker

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def publish(self, topic: str, *payloads: bytes, qos: int = 1) -> None:
        """Publish, and wait until the broker has it."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        client.username_pw_set(USER, PASSWORD)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        try:
            for payload in payloads:
                client.publish(topic, payload, qos).wait_for_publish(10)
        finally:
            client.disconnect()
            client.loop_stop()


@contextlib.contextmanager
def running_broker(folder: Path) -> Iterator[RunningBroker]:
    """Run a broker on two free ports, one of them for TLS."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    (folder / "server.pem").write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    (folder / "server.key").write_bytes(certificate.private_key_pem.bytes())
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    plain, tls = free_ports(2)
    config = folder / "broker.toml"
    values = {"plain": plain, "tls": tls, "folder": folder, "user": USER, "password": PASSWORD}
    config.write_text(_CONFIG.format(connections=_CONNECTIONS, **values))
    with Broker(config_path=str(config)) as broker:
        yield RunningBroker(plain, tls, folder / "authority.pem", broker)


def free_ports(count: int) -> list[int]:
    """Return ports that nobody has now."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
