"""Objects in JSON: how a list of them begins, one object's keys and values, and whole documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from hotlists.fields.errors import FieldError
from hotlists.text.lines import MAX_LINE_BYTES, Line
from hotlists.text.peeked import Peeked, encoding_of
from schemas.errors import InvalidInput

MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024
"""A document is read as a whole; a larger list has to have one object per line."""

_OBJECTS = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{\]])')
_DOCUMENT = re.compile(r'\s*(?:\[|\{\s*[\r\n]|\{[^{}\[\]]*"entries"\s*:\s*\[)')
_BLANKS = re.compile(r"\s*")
_DEEPEST = 8


def is_json(start: str) -> bool:
    """Tell whether a list is written in JSON, by its first characters."""
    return _OBJECTS.match(start) is not None


def is_document(start: str) -> bool:
    """Tell whether JSON is one whole document rather than an object per line, by its first characters."""
    return _DOCUMENT.match(start) is not None


def flatten(text: str) -> tuple[tuple[str, ...], list[str]]:
    """Return an object's keys, with dots where they are nested, and their values as text.

    Numbers stay as they are written, but for powers of ten, which would be taken for plates (`1e6`); null is empty;
    arrays are JSON text.

    Args:
        text: One object in JSON.

    Raises:
        FieldError: It is no object, or too deep, or holds characters that no list needs.
    """
    found: dict[str, str] = {}
    try:
        value = json.loads(text, parse_int=str, parse_float=_as_number, parse_constant=str)
    except (ValueError, RecursionError) as error:
        where = f" at its character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise FieldError("row", f"the row is no JSON object{where}; one whole object per line was expected") from error
    if not isinstance(value, dict):
        raise FieldError("row", "the row is no JSON object; one whole object per line was expected")
    _collect(value, "", 1, found)
    if "\\u" in text:
        _check_characters(found)
    return tuple(found), list(found.values())


def _as_number(text: str) -> str:
    return str(float(text)) if "e" in text.lower() else text


def _collect(value: dict[str, Any], prefix: str, depth: int, found: dict[str, str]) -> None:
    if depth > _DEEPEST:
        raise FieldError("row", f"the object is nested more than {_DEEPEST} deep")
    for key, item in value.items():
        if isinstance(item, str):
            found[prefix + key] = item
        elif item is None:
            found[prefix + key] = ""
        elif isinstance(item, dict):
            _collect(item, f"{prefix}{key}.", depth + 1, found)
        else:
            try:
                found[prefix + key] = json.dumps(item, ensure_ascii=False)
            except RecursionError as error:
                raise FieldError("row", f"'{key[:40]}' is nested too deep") from error


def _check_characters(found: Mapping[str, str]) -> None:
    """Refuse what JSON can escape and no text can hold: NUL, and halves of surrogate pairs."""
    for key, text in found.items():
        try:
            raw = (key + text).encode()
        except UnicodeEncodeError as error:
            raise FieldError("row", "the row holds half a surrogate pair, which is no character") from error
        if b"\0" in raw:
            raise FieldError("row", "the row holds a NUL character")


def read_document(stream: Peeked, file_name: str) -> tuple[Iterator[Line], int | None]:
    """Return a document's objects, numbered from 1, and how many the document says there are; None: it does not say.

    Args:
        stream: The file, none of it read yet but its start.
        file_name: Its name, for errors.

    Raises:
        InvalidInput: It is no JSON, too long, or holds no objects.
    """
    raw = stream.read(MAX_DOCUMENT_BYTES + 1)
    if len(raw) > MAX_DOCUMENT_BYTES:
        raise InvalidInput(
            f"the JSON document is longer than {MAX_DOCUMENT_BYTES} bytes; write one object per line",
            source=file_name,
        )
    try:
        values = list(_values(_decoded(raw)))
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise InvalidInput(
            "the file is no JSON: one object per line, or an array of objects, was expected",
            source=file_name,
            line=line,
        ) from error
    total = None
    objects: list[Any] = []
    for value in values:
        if isinstance(value, dict) and isinstance(value.get("entries"), list):
            declared = str(value.get("totalResults", ""))
            total = int(declared) if declared.isdecimal() and len(declared) < 10 else total
            objects += value["entries"]
        else:
            objects += value if isinstance(value, list) else [value]
    if not objects:
        raise InvalidInput("the JSON document holds no objects", source=file_name)
    return _numbered(objects, file_name), total


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode(encoding_of(raw)).removeprefix("\ufeff")
    except UnicodeDecodeError:
        # JSON is UTF-8; programs on Windows write it otherwise all the same.
        return raw.decode("cp1252", "replace")


def _values(text: str) -> Iterator[Any]:
    """Yield the values that stand one after another in a text."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=_as_number, parse_constant=str)
    position = _after_blanks(text, 0)
    while position < len(text):
        value, end = decoder.raw_decode(text, position)
        yield value
        position = _after_blanks(text, end)


def _after_blanks(text: str, position: int) -> int:
    found = _BLANKS.match(text, position)
    return found.end() if found else position


def _numbered(objects: list[Any], file_name: str) -> Iterator[Line]:
    for number, value in enumerate(objects, start=1):
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
        if len(text) > MAX_LINE_BYTES:
            raise InvalidInput(
                f"an object is longer than {MAX_LINE_BYTES} bytes; this is no hotlist", source=file_name, line=number
            )
        yield Line(number, text)
