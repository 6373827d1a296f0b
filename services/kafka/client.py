"""How every part of Platewatch opens kafka-python clients: options passed through, errors in our own words."""

from __future__ import annotations

import logging
import socket
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.settings import KafkaSettings
from services.kafka.diagnosis import why_not
from services.kafka.partitions import KeyPartitioner
from services.loopback import is_loopback
from services.private_files import read_secret

with warnings.catch_warnings():
    # kafka-python 3.0 reads its protocol tables with importlib.resources.read_text, deprecated in 3.11 and 3.12 only.
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
    from kafka import errors as kafka_errors
    from kafka.admin import (
        ACL,
        ACLFilter,
        ACLOperation,
        ACLPermissionType,
        ACLResourcePatternType,
        ConfigResource,
        ConfigResourceType,
        ResourcePattern,
        ResourcePatternFilter,
        ResourceType,
        UserScramCredentialDeletion,
        UserScramCredentialUpsertion,
    )
    from kafka.consumer.subscription_state import ConsumerRebalanceListener
    from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
    from kafka.errors import KafkaError
    from kafka.net.compat import KafkaNetClient
    from kafka.structs import MemberState, OffsetAndMetadata, TopicPartition

__all__ = [
    "ACL",
    "ACLFilter",
    "ACLOperation",
    "ACLPermissionType",
    "ACLResourcePatternType",
    "ConfigResource",
    "ConfigResourceType",
    "ConsumerRebalanceListener",
    "CooperativeStickyAssignor",
    "KafkaError",
    "MemberState",
    "OffsetAndMetadata",
    "ResourcePattern",
    "ResourcePatternFilter",
    "ResourceType",
    "TopicPartition",
    "UserScramCredentialDeletion",
    "UserScramCredentialUpsertion",
    "check_encrypted",
    "check_reachable",
    "close_consumer",
    "close_producer",
    "forbidden_topics",
    "is_proxied",
    "kafka_errors",
    "open_admin",
    "open_consumer",
    "open_producer",
    "split_server",
]

log = logging.getLogger(__name__)

DEFAULT_PORT = 9092
REACH_TIMEOUT_SECONDS = 3.0
BOOTSTRAP_TIMEOUT_MS = 10_000
_KNOWN_OPTIONS = {*KafkaProducer.DEFAULT_CONFIG, *KafkaConsumer.DEFAULT_CONFIG, *KafkaAdminClient.DEFAULT_CONFIG}

_ENCRYPTED = {"SSL", "SASL_SSL"}
_FILE_OPTIONS = {"ssl_cafile", "ssl_certfile", "ssl_keyfile", "ssl_crlfile"}

_UNCOUNTED = {"metrics_enabled": False}
"""Its own figures, which nobody here asks for, take kafka-python a quarter of what it does beside messages."""

_WRONG_OPTION = (
    kafka_errors.KafkaConfigurationError,
    ValueError,
    TypeError,
    AssertionError,
    OSError,
    RuntimeError,  # a codec's library that is not installed
)


def open_producer(settings: KafkaSettings, servers: Sequence[str], **defaults: Any) -> Any:
    """Return a connected KafkaProducer; see `_open`."""
    return _open(KafkaProducer, settings, servers, {"partitioner": KeyPartitioner(), **_UNCOUNTED, **defaults})


def open_consumer(settings: KafkaSettings, servers: Sequence[str], **defaults: Any) -> Any:
    """Return a connected KafkaConsumer; see `_open`."""
    return _open(KafkaConsumer, settings, servers, {**_UNCOUNTED, **defaults})


def open_admin(settings: KafkaSettings, servers: Sequence[str], **defaults: Any) -> Any:
    """Return a connected KafkaAdminClient; see `_open`."""
    return _open(KafkaAdminClient, settings, servers, defaults)


def _open(client: Any, settings: KafkaSettings, servers: Sequence[str], defaults: dict[str, Any]) -> Any:
    """Open one client.

    Args:
        client: kafka-python's class.
        settings: The section `kafka`; those of its `options` that this class knows win over `defaults`.
        servers: Bootstrap servers, `HOST:PORT` each.
        defaults: kafka-python's own option names.

    Returns:
        The client; it knows the cluster.

    Raises:
        BrokerUnavailable: No broker answers.
        ConfigurationError: An option does not exist or does not fit, or another machine would be reached without TLS.
    """
    _check_options(settings)
    check_encrypted(settings, servers)
    options = {
        "bootstrap_timeout_ms": BOOTSTRAP_TIMEOUT_MS,
        **defaults,
        **{name: value for name, value in settings.options.items() if name in client.DEFAULT_CONFIG},
        **_password(settings),
        "bootstrap_servers": list(servers),
    }
    if not is_proxied(settings):
        check_reachable(servers)
    try:
        return _connected(client, options, settings)
    except _WRONG_OPTION as error:
        raise ConfigurationError(f"kafka.options: {error}") from error
    except KafkaError as error:
        seconds = options["bootstrap_timeout_ms"] / 1000
        raise BrokerUnavailable(
            f"kafka at {', '.join(servers)} did not answer as a broker within {seconds:g} s: "
            f"{_why_not(settings, options, servers, error)}"
        ) from error


def _why_not(settings: KafkaSettings, options: dict[str, Any], servers: Sequence[str], error: KafkaError) -> str:
    if is_proxied(settings):
        return f"{error}; check the proxy, the port, security_protocol and, with SASL, user and password"
    return why_not(options, [split_server(server) for server in servers])


def _password(settings: KafkaSettings) -> dict[str, str]:
    """Return the option that the password's file gives: read for every client, since passwords change.

    Raises:
        ConfigurationError: It cannot be read.
    """
    path = settings.password_file
    return {} if path is None else {"sasl_plain_password": read_secret(path, "kafka.password_file")}


def _check_options(settings: KafkaSettings) -> None:
    """Find what kafka-python would only show as a broker that never answers.

    Raises:
        ConfigurationError: An option does not exist, or names a file that does not.
    """
    for name in sorted(settings.options):
        if name not in _KNOWN_OPTIONS:
            raise ConfigurationError(f"kafka.options: kafka-python has no option '{name}'; remove it or correct it")
        path = settings.options[name] if name in _FILE_OPTIONS else None
        if path is not None and not Path(path).is_file():
            raise ConfigurationError(f"kafka.options.{name}: no such file: {path}; correct the path")


def _connected(client: Any, options: dict[str, Any], settings: KafkaSettings) -> Any:
    """Construct a client; when that fails, close the connections that it opened, which kafka-python leaves open."""
    opened: list[Any] = []

    def connect(**configs: Any) -> Any:
        opened.append(KafkaNetClient(**configs))
        return opened[-1]

    made: Any = None
    try:
        made = client(**{"kafka_client": connect, **options})
        # A broker on loopback may name others: the real ones at a tunnel's end.
        check_encrypted(settings, [f"{broker.host}:{broker.port}" for broker in opened[-1].cluster.brokers()])
    except BaseException:
        if made is not None:
            made.close()
        for connection in opened:
            connection.close()
        raise
    return made


def close_producer(producer: Any, seconds: float) -> None:
    """Close a producer for good: what no broker has acknowledged by then is given up, and not sent later either.

    kafka-python 3.0 raises instead where a broker is away, goes on sending in the background, out of the order that
    whoever sends it anew keeps, and says so once more when the producer is collected.

    Args:
        producer: A KafkaProducer of `open_producer`.
        seconds: How long what is on its way may take.
    """
    try:
        producer.close(timeout=seconds)
    except KafkaError as error:
        log.debug("producer did not close cleanly (%s), and is given up", type(error).__name__)
        sender = getattr(producer, "_sender", None)
        if sender is not None:
            sender.force_close()
            sender.join(seconds)
        producer._closed = True


def close_consumer(consumer: Any, seconds: float) -> None:
    """Close a consumer; one of a group leaves it, so that its partitions are free at once. Nothing is committed.

    Args:
        consumer: A KafkaConsumer of `open_consumer`.
        seconds: How long the broker has for it.
    """
    try:
        consumer.close(autocommit=False, timeout_ms=int(seconds * 1000))
    except KafkaError as error:
        log.debug("consumer did not close cleanly", exc_info=error)


def forbidden_topics(consumer: Any) -> frozenset[str]:
    """Return the topics that a consumer asked for and may not see, as the broker said last.

    A consumer that subscribed to such a topic never has a partition of it, and kafka-python 3.0 says nothing.

    Args:
        consumer: A KafkaConsumer of `open_consumer`.
    """
    cluster = getattr(getattr(consumer, "_client", None), "cluster", None)
    return frozenset(getattr(cluster, "unauthorized_topics", ()))


def check_encrypted(settings: KafkaSettings, servers: Sequence[str]) -> None:
    """Make sure that alerts do not cross a network in clear text.

    Args:
        settings: The section `kafka` of the configuration.
        servers: Brokers, `HOST:PORT` each.

    Raises:
        ConfigurationError: One of them is on another machine, and its connections would not be encrypted.
    """
    protocol = str(settings.options.get("security_protocol", "PLAINTEXT"))
    if settings.allow_unencrypted or protocol in _ENCRYPTED:
        return
    # What a name means at a proxy's other end is not known here.
    remote = [server for server in servers if is_proxied(settings) or not is_loopback(split_server(server)[0])]
    if remote:
        raise ConfigurationError(
            f"kafka at {', '.join(remote)} is another machine, and kafka.options.security_protocol is '{protocol}', "
            "which does not encrypt; set it to SASL_SSL or SSL, or permit clear text with "
            "kafka.allow_unencrypted = true"
        )


def is_proxied(settings: KafkaSettings) -> bool:
    """Return whether connections go through a proxy, so that a server's own port tells nothing."""
    return bool(settings.options.get("proxy_url") or settings.options.get("socks5_proxy"))


def check_reachable(servers: Sequence[str], timeout_seconds: float = REACH_TIMEOUT_SECONDS) -> None:
    """Make sure that at least one server accepts TCP connections.

    kafka-python itself retries in silence until its timeout, whatever the cause; this says at once what is wrong.

    Args:
        servers: `HOST:PORT` each; the port defaults to 9092.
        timeout_seconds: How long to try, all servers together.

    Raises:
        BrokerUnavailable: None does; names the servers and the cause.
        ConfigurationError: A server's text is not `HOST:PORT`.
    """
    addresses = [split_server(server) for server in servers]
    deadline = time.monotonic() + timeout_seconds
    cause: OSError | None = None
    for address in addresses:
        try:
            socket.create_connection(address, timeout=max(deadline - time.monotonic(), 0.2)).close()
        except OSError as error:
            cause = error
        else:
            return
    reason = (cause.strerror or str(cause)).lower() if cause is not None else "no server is configured"
    raise BrokerUnavailable(
        f"kafka at {', '.join(servers)} is not reachable ({reason}); check the address and that the broker runs"
    ) from cause


def split_server(server: str) -> tuple[str, int]:
    """Return host and port of `HOST`, `HOST:PORT` or `[IPV6]:PORT`.

    Raises:
        ConfigurationError: The text is none of these.
    """
    host, colon, port = server.rpartition(":")
    if not colon or server.endswith("]"):
        host, port = server, str(DEFAULT_PORT)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigurationError(f"'{server}' is not a Kafka server; expected HOST:PORT")
    return host, int(port)
