"""What of a message may be kept as text: no secrets, and no pictures, which are kept as pictures."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

REMOVED = "<removed>"
MAX_KEPT = 65_536
"""Longest payload that is kept, in characters."""

_LONGEST_TEXT = 2_000
_LONGEST_KEY = 200
_SAMPLE = 4_096
"""A text that begins with so much base64 is a picture to its end."""

_SECRET_KEY = re.compile(
    r"licen[sc]e_?-?key|pass_?-?w(or)?d|passphrase|\bpwd\b|secret|token|api_?-?key|access_?-?key|private_?-?key"
    r"|authori[sz]ation|credential|cookie|session_?-?(id|key)|bearer|^pass$|^auth$|_pwd$|^pin$|activation_?-?code",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"\b([a-z][a-z0-9+.-]{1,20}://)[^/\s?#\"'<>]*@", re.IGNORECASE)
_QUERY = re.compile(
    r"([?&;](?:amp;)?(?:[\w.-]*(?:token|passw(?:or)?d|pwd|secret|api_?key|signature|credential|auth|sig|key-pair-id|policy)"
    r"[\w.-]*|key|pass|user|username)=)[^&\s\"'<>;]+",
    re.IGNORECASE,
)
_INLINE = re.compile(
    r"((?:\"|')?(?:password|passwd|pwd|license_?key|api_?key|secret|token|authorization)(?:\"|')?\s*[:=]\s*)"
    r"(?:\"[^\"]*\"|'[^']*'|(?:(?:Bearer|Basic|Digest)\s+)?[^\s,;&}\"']+)",
    re.IGNORECASE,
)
_BASE64 = re.compile(r"(?:data:[\w/+.-]+;base64,)?[A-Za-z0-9+/_\-\s]{200,}={0,2}\s*")


def kept_payload(documents: list[Any], pictures: list[tuple[str, int]]) -> str:
    """Return a message as JSON text that may be kept beside its reads.

    Args:
        documents: Its trees of JSON or XML.
        pictures: Name and size of the pictures that came beside them.
    """
    kept = [redacted(document) for document in documents]
    whole: Any = kept[0] if len(kept) == 1 else kept
    if pictures:
        sizes = [{"name": redacted_text(name)[:200], "bytes": size} for name, size in pictures]
        whole = {"message": whole, "pictures": sizes}
    text = json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # PostgreSQL takes no zero and no half of a surrogate pair in a text.
    text = text.replace("\\u0000", "").encode("utf-8", "replace").decode("utf-8")
    if len(text) <= MAX_KEPT:
        return text
    return json.dumps({"too_long": len(text), "begins": text[: MAX_KEPT // 4]}, ensure_ascii=False)


def redacted(value: Any) -> Any:
    """Return a tree without what looks like a secret or a picture; its depth is bounded where it was read."""
    if isinstance(value, dict):
        kept = {}
        for key, inner in value.items():
            shown, is_secret = _key(str(key))
            kept[shown] = REMOVED if is_secret and _says_something(inner) else redacted(inner)
        return kept
    if isinstance(value, list):
        return [redacted(inner) for inner in value]
    return redacted_text(value) if isinstance(value, str) else value


def redacted_text(text: str) -> str:
    """Return a text without passwords of URLs and the like; of a picture in base64, its size."""
    if len(text) >= 200 and _BASE64.fullmatch(text[:_SAMPLE]):
        return f"<{len(text) * 3 // 4} bytes>"
    if len(text) > _LONGEST_TEXT:
        text = f"{text[:_LONGEST_TEXT]} <{len(text)} characters>"
    if "://" in text:
        text = _USERINFO.sub(rf"\1{REMOVED}@", text)
    if "=" in text or ":" in text:
        text = _QUERY.sub(rf"\1{REMOVED}", text)
        text = _INLINE.sub(rf"\1{REMOVED}", text)
    return text.replace("\x00", "")


def _key(key: str) -> tuple[str, bool]:
    """Return a key as it is kept, and whether it names a secret; a reader's messages have the same ones every time."""
    return _known_key(key) if len(key) <= _LONGEST_KEY else _new_key(key)


def _new_key(key: str) -> tuple[str, bool]:
    return redacted_text(key)[:200], _SECRET_KEY.search(key) is not None


_known_key = lru_cache(maxsize=4096)(_new_key)


def _says_something(value: Any) -> bool:
    return not isinstance(value, bool) and value not in (None, "")
