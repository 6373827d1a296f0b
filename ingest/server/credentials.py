"""Who may post: a token per source, kept as its SHA-256, or the vendor's own signature."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence

from starlette.requests import Request

from ingest.server.answers import Refusal

MOST_TOKEN_CHARACTERS = 1024
SIGNED_WITHIN_SECONDS = 300.0
"""A signature that is older may be somebody's who has recorded it."""
SIGNING_VENDORS = frozenset({"verkada"})
"""Vendors that sign what they send, in a way that is documented."""

_ASK = {"www-authenticate": 'Basic realm="platewatch", charset="UTF-8"'}


def new_token() -> str:
    """Return a token that nobody can guess: 256 bits."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """Return what the configuration holds of a token. It is random, so that a plain digest hides it."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def check_token(request: Request, expected_sha256: str, whose: str = "source") -> None:
    """Make sure that a request shows a source's token.

    It is looked for as `Authorization: Bearer`, as the password of `Authorization: Basic`, as `X-Api-Key`, and as
    `?token=`: cameras and vendors can each do one of these at least. Digest authentication cannot be offered: the
    server would have to keep the token itself.

    Args:
        request: The request.
        expected_sha256: Its digest; while the token is exchanged two, separated by a comma.
        whose: Whose token it is.

    Raises:
        Refusal: It shows none, or another one.
    """
    was_shown = is_right = False
    for token in _shown(request):
        was_shown = True
        if len(token) <= MOST_TOKEN_CHARACTERS:
            shown = token_digest(token)
            for expected in expected_sha256.split(","):
                is_right |= hmac.compare_digest(shown, expected.strip())
    if not is_right:
        found = f"another token than this {whose}'s" if was_shown else "no token"
        raise Refusal(401, f"{found}; send the {whose}'s as a bearer token, password, X-Api-Key or ?token=", _ASK)


def _shown(request: Request) -> Iterator[str]:
    for value in request.headers.getlist("authorization")[:2]:
        scheme, _, credentials = value.strip().partition(" ")
        if scheme.lower() == "bearer":
            yield credentials.strip()
        elif scheme.lower() == "basic":
            try:
                pair = base64.b64decode(credentials.strip(), validate=True).decode("utf-8", "surrogateescape")
            except (binascii.Error, ValueError):
                continue
            yield pair.partition(":")[2]
    for name in ("x-api-key", "x-token"):
        if (key := request.headers.get(name)) is not None:
            yield key.strip()
    if (key := request.query_params.get("token")) is not None:
        yield key


def check_signatures(
    vendor: str, headers: Mapping[str, str], body: bytes, known: Sequence[str], now: float | None = None
) -> None:
    """Make sure that a vendor signed what came.

    Args:
        vendor: One of `SIGNING_VENDORS`.
        headers: The request's.
        body: Its body, as it came.
        known: The secret that both know; while it is exchanged the one before, too.
        now: The time in seconds of the epoch; None: the clock's.

    Raises:
        Refusal: It is not signed, not with this secret, or too long ago.

    Source:
        https://apidocs.verkada.com/reference/securing-webhooks
    """
    if vendor not in SIGNING_VENDORS:
        raise Refusal(401, f"{vendor} signs nothing that could be checked")
    stamp, _, signature = headers.get("verkada-signature", "").partition("|")
    stamp, signature = stamp.strip(), signature.strip().lower()
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 15) or not signature.isascii() or not signature:
        raise Refusal(401, "no signature; expected the header Verkada-Signature: TIME|SIGNATURE")
    is_right = False
    for secret in known:
        expected = hmac.new(secret.encode(), body + b"|" + stamp.encode(), hashlib.sha256).hexdigest()
        is_right |= hmac.compare_digest(expected, signature)
    if not is_right:
        raise Refusal(401, "the signature does not fit; enter the same shared secret on both sides")
    age = abs((time.time() if now is None else now) - int(stamp))
    if age > SIGNED_WITHIN_SECONDS:
        raise Refusal(401, f"it was signed {age:.0f} seconds from now, at most {SIGNED_WITHIN_SECONDS:.0f} are taken")
