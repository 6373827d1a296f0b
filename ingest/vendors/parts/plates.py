"""A vendor's plate text -> plate text, or None where it says that there is none."""

from __future__ import annotations

import re
from typing import Any

from ingest.vendors.parts.values import as_text
from schemas.errors import InvalidInput
from schemas.plates import MAX_PLATE_LENGTH, WILDCARD, normalize_plate, strange_characters

_NO_PLATE = re.compile(
    r"unknown|un-?known|no[ _-]plate|not[ _-]found|n/a|unlicensed|unrecogni[sz]ed|undefined|invalid|nan"
    r"|license_plate_unknown|no[ _-]?read|0{8}-0{4}-0{4}-0{4}-0{12}|无车牌|无牌车?|未识别|车牌",
    re.IGNORECASE,
)
# People have NOPLATE, NONE and NULL on their cars; readers that mean "none" write it small.
_NO_PLATE_SMALL = re.compile(r"none|null|nil|noplate|[Nn]o[Pp]late|None|Null|na")


def plate_text(value: Any) -> str | None:
    """Return the text of a plate as the reader wrote it, with `?` for what is no letter and no digit.

    Args:
        value: What stands where the plate does.

    Returns:
        None where the reader saw no plate, or could not read it.

    Raises:
        InvalidInput: It is longer than a plate's.
    """
    text = as_text(value)
    if text is None or _NO_PLATE.fullmatch(text) or _NO_PLATE_SMALL.fullmatch(text):
        return None
    for sign in strange_characters(text):
        if not sign.isalnum():
            # Dropping an unread character's mark would name another plate.
            text = text.replace(sign, WILDCARD)
    plain = normalize_plate(text)
    if not plain.strip(WILDCARD):
        return None
    if len(plain) > MAX_PLATE_LENGTH:
        raise InvalidInput(f"a plate of {len(plain)} characters; at most {MAX_PLATE_LENGTH} were expected")
    return text
