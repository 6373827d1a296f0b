"""XML as a tree of the kind that JSON gives, by local names: namespaces differ from one firmware to the next."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from ingest.vendors.parts.json_text import MAX_DEPTH, MAX_VALUES
from schemas.errors import InvalidInput

TEXT = "#text"
"""Key of an element's own text where it has attributes or children besides."""


def read_xml(data: bytes | str) -> dict[str, Any]:
    """Return a document as `{root: value}`.

    An element with nothing but text is its text; one with children or attributes is an object: children by name (a list
    where a name comes more than once), attributes as `@name`, text as `#text`.

    Args:
        data: The document.

    Raises:
        InvalidInput: It is no XML, ends too early, has a document type (by which it could grow without bounds or name
            files), is nested too deeply or has too many elements.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = expat.errors.messages.get(error.code, "malformed")
        raise InvalidInput(f"no XML ({reason} at line {error.lineno}, column {error.offset + 1})") from error
    except (LookupError, ValueError) as error:
        raise InvalidInput("no XML (its encoding is unknown)") from error
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []
        self._count = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _refuse(self, *_: object) -> None:
        raise InvalidInput("XML with a document type (DOCTYPE), which is not read; send it without")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1 + len(attributes)
        if self._count > MAX_VALUES:
            raise InvalidInput(f"more than {MAX_VALUES} elements in one message")
        if len(self._open) >= MAX_DEPTH:
            raise InvalidInput(f"XML nested more than {MAX_DEPTH} deep")
        found = {f"@{_local(key)}": value for key, value in attributes.items() if not key.startswith("xmlns")}
        self._open.append((_local(name), dict(found), []))

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1][2].append(text)

    def _end(self, _: str) -> None:
        name, inner, texts = self._open.pop()
        text = "".join(texts).strip()
        value: Any = inner
        if not inner:
            value = text
        elif text:
            inner[TEXT] = text
        target = self._open[-1][1] if self._open else self.root
        if name not in target:
            target[name] = value
        elif isinstance(target[name], list):
            target[name].append(value)
        else:
            target[name] = [target[name], value]


def _local(name: str) -> str:
    return name.rpartition(":")[2]
