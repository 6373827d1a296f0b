"""Messages of vendors, made up in the shapes that theirs have."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import simplejpeg

from ingest.vendors.adapter import Parsed, VendorMessage
from ingest.vendors.registry import adapter_of
from schemas.settings import IngestSource

NOW = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)


def jpeg(width: int = 48, height: int = 24) -> bytes:
    """Return a small picture."""
    return simplejpeg.encode_jpeg(np.full((height, width, 3), 90, np.uint8), quality=80)


JPEG = jpeg()
JPEG_TEXT = base64.b64encode(JPEG).decode()


def source_of(vendor: str, **settings: Any) -> IngestSource:
    """Return a source of a vendor in New York's zone."""
    return IngestSource(**{"id": "gate", "vendor": vendor, "timezone": "America/New_York", **settings})


def message_of(body: Any, content_type: str = "application/json", **extra: Any) -> VendorMessage:
    """Return a message; of anything but bytes and text, as JSON."""
    data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return VendorMessage("gate", content_type, data, NOW, **extra)


def parsed(vendor: str, body: Any, content_type: str = "application/json", **settings: Any) -> Parsed:
    """Validate and parse a message of a vendor."""
    adapter, source, message = adapter_of(vendor), source_of(vendor, **settings), message_of(body, content_type)
    adapter.validate(message, source)
    return adapter.parse(message, source)


def multipart(
    *parts: tuple[str, str, bytes], boundary: str = "cut", end: bytes = b"--", line: bytes = b"\r\n"
) -> bytes:
    """Return a form of parts, each a name, a content type and what is in it."""
    body = b""
    for name, kind, content in parts:
        head = f'Content-Disposition: form-data; name="{name}"; filename="{name}"'.encode()
        body += b"--" + boundary.encode() + line + head + line + f"Content-Type: {kind}".encode() + line + line
        body += content + line
    return body + b"--" + boundary.encode() + end + line
