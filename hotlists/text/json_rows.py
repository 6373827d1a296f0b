"""Lists of JSON objects: one per line (JSON Lines), or a whole document with an array of them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, BinaryIO, Final, cast

from hotlists.fields.checks import FieldError
from hotlists.fields.columns import find_fields
from hotlists.text.lines import MAX_LINE_BYTES, Line, read_lines
from hotlists.text.parsing import ParsedList
from hotlists.text.records import RowMaker, RowPlan, parse_records
from schemas.errors import InvalidInput
from schemas.types import HotlistEntry

MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024
"""A document is read as a whole; a larger list has to have one object per line."""

_PEEK_BYTES = 4096
_OBJECTS = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{\]])')
_DOCUMENT = re.compile(r'\s*(?:\[|\{\s*\n|\{[^{}\[\]]*"entries"\s*:\s*\[)')
_BLANKS = re.compile(r"\s*")
_DEEPEST = 8
_DISTINCT_SHAPES = 1024

PlanOf = Callable[[tuple[str, ...]], RowPlan]
"""Tells where the fields of an object stand among its keys."""


class Peeked(io.RawIOBase):
    """A stream whose beginning is known before it is read; it is read once, block by block, all the same.

    Args:
        stream: The stream, at its beginning.
    """

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._start = stream.read(_PEEK_BYTES)
        self.start = self._start.decode(_encoding(self._start), "replace").removeprefix("\ufeff")
        """The beginning, as text."""

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; nothing at the end."""
        if not self._start:
            return self._stream.read(size)
        if 0 <= size <= len(self._start):
            given, self._start = self._start[:size], self._start[size:]
            return given
        given, self._start = self._start, b""
        return given + self._stream.read(size - len(given) if size > 0 else size)


def _encoding(raw: bytes) -> str:
    return "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"


def parse_any(
    stream: BinaryIO,
    source_name: str,
    maker: RowMaker,
    headings: Mapping[str, str],
    needed: Collection[str] = ("plate",),
) -> ParsedList:
    """Read a list that is JSON or a delimited table, by how it begins; see `hotlists.text.parsing.HotlistParser`.

    Args:
        stream: The file, at its beginning.
        source_name: Its name, for errors.
        maker: Makes the entries.
        headings: Known headings and keys with their fields.
        needed: Fields that a table's header has to have.
    """
    peeked = Peeked(stream)
    if is_json(peeked.start):
        return parse_objects(peeked, source_name, maker, headings)
    return parse_records(cast(BinaryIO, peeked), source_name, maker, headings, needed)


def is_json(start: str) -> bool:
    """Tell whether a list is written in JSON, by its first characters."""
    return _OBJECTS.match(start) is not None


def parse_objects(
    stream: Peeked,
    source_name: str,
    maker: RowMaker,
    headings: Mapping[str, str],
) -> ParsedList:
    """Read a list of objects whose keys are known headings; see `hotlists.text.parsing.HotlistParser`.

    Args:
        stream: The file, none of it read yet but its start.
        source_name: Its name, for errors.
        maker: Makes the entries.
        headings: Known headings with their fields.
    """

    def plan_of(keys: tuple[str, ...]) -> RowPlan:
        try:
            places = find_fields(keys, headings)
        except InvalidInput as error:
            raise FieldError("row", error.message.replace("the header", "the object")) from error
        if "plate" not in places:
            raise FieldError("plate", f"no key is the plate's; the object has {', '.join(keys)[:120] or 'none'}")
        return maker.plan(keys, places)

    return objects_list(stream, source_name, maker, plan_of, context=f"{maker.context}\n{sorted(headings.items())}")


def objects_list(
    stream: Peeked,
    source_name: str,
    maker: RowMaker,
    plan_of: PlanOf,
    *,
    context: str,
    keep: Callable[[Line], bool] | None = None,
) -> ParsedList:
    """Return the list of objects whose keys' meaning is known; see `parse_objects`.

    Args:
        stream: The file, at its beginning.
        source_name: Its name, for errors.
        maker: Makes the entries.
        plan_of: Where the fields of an object stand; the same for equal keys.
        context: What the entries depend on besides their text.
        keep: Tells which lines are rows.
    """
    cached_plan = lru_cache(_DISTINCT_SHAPES)(plan_of)

    def entry_of(line: Line) -> HotlistEntry:
        keys, row = flatten(line.text)
        return maker.entry(line, cached_plan(keys), row)

    if _DOCUMENT.match(stream.start):
        records, total = _document(stream, source_name)
        return ParsedList(records, entry_of, context=context, declared_rows=lambda: total)
    lines = read_lines(cast(BinaryIO, stream), source_name)
    return ParsedList(lines if keep is None else filter(keep, lines), entry_of, context=context)


def flatten(text: str) -> tuple[tuple[str, ...], list[str]]:
    """Return an object's keys, with dots where they are nested, and their values as text.

    Numbers stay as they are written; null is empty; arrays are JSON text.

    Args:
        text: One object in JSON.

    Raises:
        FieldError: It is no object, or too deep, or holds characters that no list needs.
    """
    found: dict[str, str] = {}
    try:
        value = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        where = f" at its character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise FieldError("row", f"the row is no JSON object{where}; one whole object per line was expected") from error
    if not isinstance(value, dict):
        raise FieldError("row", "the row is no JSON object; one whole object per line was expected")
    _collect(value, "", 1, found)
    if "\\u" in text:
        _check_characters(found)
    return tuple(found), list(found.values())


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


def _document(stream: Peeked, source_name: str) -> tuple[Iterator[Line], int | None]:
    """Return a document's objects, numbered from 1, and how many the document says there are."""
    raw = stream.read(MAX_DOCUMENT_BYTES + 1)
    if len(raw) > MAX_DOCUMENT_BYTES:
        raise InvalidInput(
            f"the JSON document is longer than {MAX_DOCUMENT_BYTES} bytes; write one object per line",
            source=source_name,
        )
    try:
        values = list(_values(raw.decode(_encoding(raw)).removeprefix("\ufeff")))
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise InvalidInput(
            "the file is no JSON: one object per line, or an array of objects, was expected",
            source=source_name,
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
        raise InvalidInput("the JSON document holds no objects", source=source_name)
    return _numbered(objects, source_name), total


def _values(text: str) -> Iterator[Any]:
    """Yield the values that stand one after another in a text."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
    position = _after_blanks(text, 0)
    while position < len(text):
        value, end = decoder.raw_decode(text, position)
        yield value
        position = _after_blanks(text, end)


def _after_blanks(text: str, position: int) -> int:
    found = _BLANKS.match(text, position)
    return found.end() if found else position


def _numbered(objects: list[Any], source_name: str) -> Iterator[Line]:
    for number, value in enumerate(objects, start=1):
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
        if len(text) > MAX_LINE_BYTES:
            raise InvalidInput(
                f"an object is longer than {MAX_LINE_BYTES} bytes; this is no hotlist", source=source_name, line=number
            )
        yield Line(number, text)
