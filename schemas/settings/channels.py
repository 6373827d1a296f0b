"""Where rules may send alerts: the log, a mailbox, another program over HTTPS, another Kafka topic."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from schemas.settings.section import AbsolutePath, Identifier, Section

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
Address = Annotated[str, Field(pattern=r"^[^@\s<>,;\x00-\x1f]+@[^@\s<>,;\x00-\x1f]+$", max_length=254)]


class ChannelBase(Section):
    """One way out for alerts that a rule sends. Secrets stand in files, never here."""

    name: Identifier
    """What rules call it."""
    give_up_hours: Annotated[float, Field(gt=0, le=720)] = 24.0
    """A delivery that does not succeed for so long becomes a dead letter."""


class LogChannel(ChannelBase):
    """A line in the log, without the plate."""

    kind: Literal["log"] = "log"
    """How it sends."""


class KafkaChannel(ChannelBase):
    """Another topic of the broker that alerts go to; what is refused there is a dead letter of the outbox."""

    kind: Literal["kafka"] = "kafka"
    """How it sends."""
    topic: Annotated[str, Field(pattern=r"^[a-zA-Z0-9._-]{1,249}$")]
    """The topic."""


class WebhookChannel(ChannelBase):
    """A signed POST to another program (Standard Webhooks: HMAC-SHA256 over id, time and body)."""

    kind: Literal["webhook"] = "webhook"
    """How it sends."""
    url: str
    """Where to: https://host/path; http on this machine alone."""
    secret_file: AbsolutePath
    """File that holds the secret both sides share: 24 to 64 bytes as base64, after `whsec_`."""
    ca_file: AbsolutePath | None = None
    """PEM file of the authorities to trust instead of the system's."""
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 10.0
    """How long the other side may take to answer."""
    with_picture: bool = False
    """Send the picture of the plate with the alert."""

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise ValueError(f"channel '{self.name}': url is not a URL") from error
        if not host or parts.scheme not in ("https", "http"):
            raise ValueError(f"channel '{self.name}': url has to begin with https:// and a host")
        if parts.scheme == "http" and host not in _LOOPBACK:
            raise ValueError(f"channel '{self.name}': url is not encrypted; use https, or http on this machine alone")
        if parts.username is not None or parts.password is not None:
            raise ValueError(f"channel '{self.name}': url holds a login; what is sent is signed instead")
        return self


class MailChannel(ChannelBase):
    """Mail by SMTP; with the plate only where the rule says so."""

    kind: Literal["mail"] = "mail"
    """How it sends."""
    host: Annotated[str, Field(min_length=1)]
    """The mail server."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    """Its port: 587 for starttls, 465 for tls."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is encrypted; none on this machine alone."""
    sender: Address
    """The sender's address."""
    to: Annotated[tuple[Address, ...], Field(min_length=1, max_length=50)]
    """The recipients' addresses."""
    username: str | None = None
    """User at the mail server."""
    password_file: AbsolutePath | None = None
    """File that holds the user's password."""
    ca_file: AbsolutePath | None = None
    """PEM file of the authorities to trust instead of the system's."""
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 20.0
    """How long the server may be silent."""

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.security == "none" and self.host not in _LOOPBACK:
            raise ValueError(f"channel '{self.name}': security 'none' is for a mail server on this machine alone")
        if (self.username is None) != (self.password_file is None):
            raise ValueError(f"channel '{self.name}': username and password_file belong together")
        if self.username is not None and self.security == "none":
            raise ValueError(f"channel '{self.name}': a password needs security 'starttls' or 'tls'")
        return self


ChannelSettings = Annotated[LogChannel | KafkaChannel | WebhookChannel | MailChannel, Field(discriminator="kind")]
"""One way out for alerts; `kind` says how."""
