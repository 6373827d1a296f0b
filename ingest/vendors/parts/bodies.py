"""A message's body -> trees and pictures, by what is in it more than by what its headers say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from ingest.vendors.adapter import VendorMessage
from ingest.vendors.parts.json_text import read_json
from ingest.vendors.parts.line_text import read_event, read_lines
from ingest.vendors.parts.multipart import Part, is_multipart, split_parts
from ingest.vendors.parts.pictures import is_picture
from ingest.vendors.parts.text import decode_text
from ingest.vendors.parts.values import as_text
from ingest.vendors.parts.xml_text import read_xml
from schemas.errors import InvalidInput

_PLATE_NAME = re.compile(r"plate(?!.?recogni)|cutout|crop|lpr?_?small", re.IGNORECASE)
_MAX_FIELDS = 100
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_FORM = re.compile(r"[\w.\[\]%-]{1,100}=[^\s<>{}]*(?:&|%7B|%3C|%5B)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamedPicture:
    """A picture that came as a part: its names, and its bytes as they came."""

    name: str
    data: bytes


@dataclass(slots=True)
class Opened:
    """What is in a message: trees of JSON or XML, pictures beside them, and what is wrong with the rest."""

    trees: list[Any] = field(default_factory=list)
    pictures: list[NamedPicture] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def objects(self) -> list[Mapping[str, Any]]:
        """Return the trees that are objects, also those of a list."""
        found: list[Mapping[str, Any]] = []
        for tree in self.trees:
            found += [each for each in (tree if isinstance(tree, list) else [tree]) if isinstance(each, Mapping)]
        return found

    def plate_and_context(self) -> tuple[bytes | None, bytes | None]:
        """Return the picture whose name says that it shows the plate, and the largest of the others."""
        plate = next((each for each in self.pictures if _PLATE_NAME.search(each.name)), None)
        others = [each for each in self.pictures if each is not plate]
        context = max(others, key=lambda each: len(each.data), default=None)
        return plate.data if plate else None, context.data if context else None


def open_message(message: VendorMessage) -> Opened:
    """Take a message apart.

    Args:
        message: As it came.

    Raises:
        InvalidInput: Nothing in it can be understood; says why.
    """
    opened = Opened()
    if not message.body.strip():
        raise InvalidInput("an empty message")
    if not is_multipart(message.content_type, message.body):
        _open(message.body, message.content_type, "the message", opened)
        return opened
    found = split_parts(message.body, message.content_type)
    if found.damage:
        opened.notes.append(found.damage)
    problems: list[InvalidInput] = []
    for number, part in enumerate(found.parts, 1):
        if not part.body.strip():
            continue
        try:
            _open(part.body, part.content_type, _name(part, number), opened)
        except InvalidInput as error:
            problems.append(error)
    if problems and not opened.trees:
        raise problems[0]
    opened.notes += [problem.message for problem in problems]
    if not opened.trees:
        pictures = len(opened.pictures)
        damage = f"; {found.damage}" if found.damage else ""
        raise InvalidInput(f"{len(found.parts)} parts with {pictures} pictures, but no JSON and no XML{damage}")
    return opened


def _name(part: Part, number: int) -> str:
    return as_text(f"{part.name} {part.filename}"[:200]) or f"part {number}"


def _open(body: bytes, content_type: str, name: str, opened: Opened) -> None:
    if is_picture(body):
        opened.pictures.append(NamedPicture(name, body))
        return
    charset = _CHARSET.search(content_type)
    text = decode_text(body, charset[1] if charset else "").strip(" \t\r\n\x00\ufeff")
    try:
        opened.trees += _trees(text, body, content_type)
    except InvalidInput as error:
        raise InvalidInput(f"{name}: {error.message}") from error


def _trees(text: str, body: bytes, content_type: str) -> list[Any]:
    if not text:
        return []
    if text[0] in "{[":
        return read_json(text)
    if text[0] == "<":
        return [_xml(text, body)]
    event = read_event(text)
    if event is not None:
        head, data = event
        return [{**head, "Data": read_json(data)[0]} if data else head]
    if "urlencoded" in content_type.casefold() or _FORM.match(text):
        return _form(text)
    lines = read_lines(text)
    if lines is not None:
        return [lines]
    # JSON of a bare value, or what was cut off at its beginning: the reader says what is wrong.
    if text[0] in '"0123456789-tfn':
        return read_json(text)
    raise InvalidInput(f"{len(body)} bytes that are neither JSON nor XML nor a picture")


def _xml(text: str, body: bytes) -> dict[str, Any]:
    try:
        return read_xml(body.strip(b" \t\r\n\x00"))
    except InvalidInput:
        # Devices declare one encoding and write another: what the bytes are was found out by looking at them.
        return read_xml(re.sub(r"^<\?xml[^>]{0,200}\?>", "", text))


def _form(text: str) -> list[Any]:
    try:
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise InvalidInput(f"a form of more than {_MAX_FIELDS} fields") from error
    documents: list[Any] = []
    for _, value in fields:
        if value.strip()[:1] in ("{", "["):
            documents += read_json(value)
        elif value.strip()[:1] == "<":
            documents.append(read_xml(value.strip()))
    return documents or [dict(fields)]
