"""The broker that alerts are sent to."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from schemas.settings.section import FilePath, Section


class KafkaSettings(Section):
    """Kafka. With neither `bootstrap_servers` nor `local`, alerts wait in the outbox."""

    bootstrap_servers: tuple[str, ...] = ()
    """External Kafka, as host:port."""
    local: bool = False
    """Run a real Apache Kafka on loopback under Platewatch's own supervisor."""
    options: dict[str, Any] = Field(default_factory=dict)
    """kafka-python's own option names, passed through to every client (security_protocol, sasl_mechanism, ...)."""
    password_file: FilePath | None = None
    """File that holds the password (`sasl_plain_password`), read for every new connection."""
    allow_unencrypted: bool = False
    """Permit brokers on another machine without TLS."""
    max_message_bytes: Annotated[int, Field(ge=1024)] = 900_000
    """Larger alerts go to the dead letters instead of to the broker."""
    delivery_timeout_seconds: Annotated[float, Field(gt=0)] = 20.0
    """How long a message may take before it is tried again."""
    cache_dir: FilePath | None = None
    """Where the local broker's jars are kept; default: those of the installation, else the user's cache folder."""
