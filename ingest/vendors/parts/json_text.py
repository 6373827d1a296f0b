"""JSON as vendors write it: tolerant of what is odd, bounded in what could harm."""

from __future__ import annotations

import json
import math
from typing import Any

from schemas.errors import InvalidInput

MAX_DEPTH = 64
MAX_VALUES = 200_000
MAX_DOCUMENTS = 1_000
_LONGEST_WHOLE = 19
_BLANK = " \t\r\n,\x00\x1e"


def read_json(text: str) -> list[Any]:
    """Return the values of a text: one, or several behind each other as in JSON lines.

    NaN and infinity become None; of a doubled key the last one counts; whole numbers too long to be one become floats.

    Args:
        text: The text.

    Raises:
        InvalidInput: It is no JSON, ends too early, is nested too deeply or holds too many values.
    """
    decoder = json.JSONDecoder(parse_constant=_nothing, parse_int=_whole, parse_float=_float, strict=False)
    found: list[Any] = []
    place = _next(text, 0)
    while place < len(text):
        if len(found) == MAX_DOCUMENTS:
            raise InvalidInput(f"more than {MAX_DOCUMENTS} JSON values in one message; send fewer at a time")
        try:
            value, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            raise InvalidInput(f"no JSON ({error.msg.lower()} at line {error.lineno}, column {error.colno})") from error
        except RecursionError as error:
            raise InvalidInput(f"JSON nested more than {MAX_DEPTH} deep") from error
        found.append(value)
        place = _next(text, place)
    if not found:
        raise InvalidInput("an empty text where JSON was expected")
    check_bounds(found)
    return found


def check_bounds(value: Any) -> None:
    """Make sure that a tree is neither too deep nor too large to be walked.

    Raises:
        InvalidInput: It is.
    """
    waiting = [(value, 0)]
    seen = 0
    while waiting:
        current, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise InvalidInput(f"nested more than {MAX_DEPTH} deep")
        inner: list[Any] = []
        if isinstance(current, dict):
            inner = list(current.values())
        elif isinstance(current, list):
            inner = current
        seen += len(inner)
        if seen > MAX_VALUES:
            raise InvalidInput(f"more than {MAX_VALUES} values in one message")
        for each in inner:
            if isinstance(each, (dict, list)):
                waiting.append((each, depth + 1))


def _next(text: str, place: int) -> int:
    while place < len(text) and text[place] in _BLANK:
        place += 1
    return place


def _nothing(_: str) -> None:
    return None


def _whole(digits: str) -> int | float | None:
    return int(digits) if len(digits) <= _LONGEST_WHOLE else _float(digits)


def _float(digits: str) -> float | None:
    number = float(digits[:400])
    return number if math.isfinite(number) else None
