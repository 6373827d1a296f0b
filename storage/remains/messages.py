"""Plates that stand in messages of other vendors' readers, whatever these are: JSON, XML, forms or lines."""

from __future__ import annotations

import re
from collections.abc import Iterable

# "plate": "ABC 1234", <licensePlate>ABC1234</, plate_num=ABC1234&, PlateNumber : ABC-1234.
_NAMED = re.compile(
    rb"""plate[a-z0-9_.]{0,30}["']?[ \t]{0,4}[:=>][ \t\r\n]{0,8}["']?([a-z0-9][a-z0-9 .-]{3,11})(?=["'<&,;}\r\n]|$)""",
    re.IGNORECASE,
)
_SIGNS = re.compile(rb"[^A-Z0-9]")


def plates_in(body: bytes) -> set[str]:
    """Return what a message says that plates are: texts of letters and digits, in capitals, without separators.

    Args:
        body: The message, in UTF-8 or a code like it.
    """
    found = {_SIGNS.sub(b"", match[1].upper()).decode("ascii") for match in _NAMED.finditer(body)}
    # Words and numbers beside plates are called that, too: plate_type, plate_index.
    return {text for text in found if not text.isalpha() and not text.isdigit()}


def texts_in(body: bytes, texts: Iterable[str]) -> set[str]:
    """Return those of some texts that stand in a message.

    Args:
        body: The message.
        texts: In capitals.
    """
    capitals = body.upper()
    return {text for text in texts if text.encode() in capitals} | (plates_in(body) & set(texts))
