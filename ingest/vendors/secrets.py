"""Secrets in messages that nobody could parse: found by how they look, since nothing else is known of them."""

from __future__ import annotations

import re

_LOGIN = re.compile(rb"(://)[^/@\s\"'<>]{1,200}@")
_NAMED = re.compile(
    rb"([\"']?(?:license_?key|licence_?key|pass(?:word|wd)?|secret|token|api_?key|access_?key)[\"']?\s*[:=]\s*[\"']?)"
    rb"[^\"'&,}<>\s]{1,500}",
    re.IGNORECASE,
)
_ELEMENT = re.compile(rb"(<(?:\w+:)?(?:licenseKey|password|secret|token|apiKey)>)[^<]{1,500}", re.IGNORECASE)


def without_secrets(body: bytes) -> bytes:
    """Return a message without logins in URLs, and without what is named like a password or a key.

    What is left can be parsed as before: only values are replaced.

    Args:
        body: As it came.
    """
    body = _LOGIN.sub(rb"\1***@", body)
    body = _ELEMENT.sub(rb"\1***", body)
    return _NAMED.sub(rb"\1***", body)
