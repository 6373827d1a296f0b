"""A document and its payload as one body that the holder of a key has signed; the document has the payload's digest."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from typing import Any

from schemas.errors import InvalidInput
from services.signing import SigningKey, VerifyingKey, document_bytes

MAGIC = b"PWSIGN1\n"
MOST_DOCUMENT_BYTES = 4 << 20
_LENGTH = struct.Struct(">I")
_SIGNATURE_BYTES = 64
DIGEST = "payload_sha256"
KEY = "key_id"


def signed_envelope(document: Mapping[str, Any], payload: bytes, key: SigningKey) -> bytes:
    """Return a body that says a document and carries its payload.

    Args:
        document: What is said, without `key_id` and `payload_sha256`.
        payload: Whatever belongs to it.
        key: Who says it.
    """
    whole = {**document, KEY: key.key_id, DIGEST: hashlib.sha256(payload).hexdigest()}
    said = document_bytes(whole)
    return b"".join((MAGIC, _LENGTH.pack(len(said)), said, key.sign(MAGIC + said), payload))


def key_of_envelope(body: bytes) -> str | None:
    """Return which key a body says it is signed with; None where it says none. Nothing of it is checked."""
    try:
        found = json.loads(_parts(body)[0]).get(KEY)
    except (InvalidInput, ValueError, AttributeError, RecursionError):
        return None
    return found if isinstance(found, str) else None


def opened_envelope(body: bytes, keys: Mapping[str, VerifyingKey]) -> tuple[dict[str, Any], bytes]:
    """Return the document and the payload of a body, once it is known that one of the keys' holders signed both.

    Args:
        body: As it came.
        keys: Whose word counts, by id.

    Raises:
        InvalidInput: It is none, is signed by nobody who counts, or was changed.
    """
    said, signature, payload = _parts(body)
    key = keys.get(key_of_envelope(body) or "")
    if key is None:
        raise InvalidInput("it is signed with a key that is not known here")
    if not key.verifies(signature, MAGIC + said):
        raise InvalidInput("its signature does not fit: it was changed on its way, or somebody else made it")
    document = json.loads(said)
    if document.get(DIGEST) != hashlib.sha256(payload).hexdigest():
        raise InvalidInput("its rows are not those that were signed: they were changed or cut off on their way")
    return document, payload


def _parts(body: bytes) -> tuple[bytes, bytes, bytes]:
    begin = len(MAGIC) + _LENGTH.size
    if len(body) < begin or not body.startswith(MAGIC):
        raise InvalidInput("it is no signed answer of Platewatch, or cut off")
    (length,) = _LENGTH.unpack_from(body, len(MAGIC))
    end = begin + length
    if length > MOST_DOCUMENT_BYTES or len(body) < end + _SIGNATURE_BYTES:
        raise InvalidInput("it is cut off")
    return body[begin:end], body[end : end + _SIGNATURE_BYTES], body[end + _SIGNATURE_BYTES :]
