"""A signed POST to another program."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Sequence
from uuid import UUID

import httpx

from alerts.routing.channels.outcome import Attempt, Fate, Sending
from schemas.errors import ConfigurationError
from schemas.settings.channels import WebhookChannel
from services.http.deadline import Deadline
from services.private_files import read_secrets

PREFIX = "whsec_"
_REFUSED = (400, 401, 403, 404, 405, 410, 413, 415, 422)
"""The other side says no to this very message or to whoever sends it: trying again changes nothing by itself."""


def send_webhook(channel: WebhookChannel, sending: Sending) -> Attempt:
    """Post an alert; the other side has it once it answers 2xx.

    Source:
        Standard Webhooks 1.0 (https://www.standardwebhooks.com): headers, signature scheme `v1`.

    Raises:
        ConfigurationError: The secret or ca_file cannot be used.
    """
    body = webhook_body(channel, sending)
    keys = signing_keys(channel)
    try:
        verify = ssl.create_default_context(cafile=None if channel.ca_file is None else str(channel.ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"channel '{channel.name}': ca_file {channel.ca_file} cannot be used") from error
    headers = {"content-type": "application/json", "user-agent": "platewatch"}
    headers |= signature_headers(sending.delivery_id, int(time.time()), body, keys)
    try:
        with (
            httpx.Client(verify=verify, timeout=channel.timeout_seconds, follow_redirects=False) as client,
            Deadline(client).within(channel.timeout_seconds),
            client.stream("POST", channel.url, content=body, headers=headers) as response,
        ):
            # What it answers besides is not read to its end: it may be without one.
            return _judged(response.status_code)
    except httpx.TimeoutException:
        return Attempt(Fate.FAILED, f"no answer within {channel.timeout_seconds:g} s")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Attempt(Fate.FAILED, f"it cannot be reached ({' '.join(str(error).split()) or type(error).__name__})")


def webhook_body(channel: WebhookChannel, sending: Sending) -> bytes:
    """Return what is posted: the alert as subscribers of its topic get it, with its number here and whom it is for."""
    alert = sending.alert if channel.with_picture else sending.alert.model_copy(update={"plate_picture": None})
    document = {
        "type": f"alert.{alert.type.value}",
        "alert_number": sending.number,
        "unit": sending.unit or None,
        "data": alert.model_dump(mode="json"),
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def signature_headers(message_id: UUID, timestamp: int, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """Return the headers by which the other side knows who sent a message, and when.

    Args:
        message_id: The same for every attempt.
        timestamp: Now, in seconds since 1970.
        body: What is posted.
        keys: The secrets both sides share: each signs, so that the other side may know either while one is exchanged.
    """
    signed = b".".join((str(message_id).encode(), str(timestamp).encode(), body))
    signatures = [base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in keys]
    return {
        "webhook-id": str(message_id),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def signing_keys(channel: WebhookChannel) -> list[bytes]:
    """Return the secrets of a channel, read anew for every message: one, or two while it is exchanged.

    Raises:
        ConfigurationError: The file cannot be read, or holds no secret of that form.
    """
    return [_key(channel, text) for text in read_secrets(channel.secret_file, f"channel '{channel.name}': secret_file")]


def _key(channel: WebhookChannel, text: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not 24 <= len(key) <= 64:
        raise ConfigurationError(
            f"channel '{channel.name}': secret_file holds no 24 to 64 bytes as base64; make one with: "
            f"echo {PREFIX}$(head -c 32 /dev/urandom | base64)"
        )
    return key


def _judged(status: int) -> Attempt:
    if 200 <= status < 300:
        return Attempt(Fate.SENT)
    return Attempt(Fate.REFUSED if status in _REFUSED else Fate.FAILED, f"it answered {status}")
