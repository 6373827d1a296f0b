"""A form with a file, taken from the wire in parts: the file goes to disk as it comes, the fields are few and short."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Final

import python_multipart
from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool

from hotlists.feeds.uploads import MOST_MAPPING, Incoming
from schemas.errors import InvalidInput

MOST_FIELDS: Final = 20
MOST_FIELD_BYTES: Final = MOST_MAPPING + 4096
MOST_HEADER_BYTES: Final = 8192
_BROKEN = "the file did not come whole; send it again"


class FileForm:
    """A form that comes in; use it as a context, so that the file is let go of whatever happens.

    Args:
        file_field: The name of the field with the file.
        opening: Opens where the file goes, by the name that its sender gives it.
    """

    def __init__(self, file_field: str, opening: Callable[[str], AbstractContextManager[Incoming]]) -> None:
        self.fields: dict[str, str] = {}
        self.file: Incoming | None = None
        self._file_field = file_field
        self._opening = opening
        self._stack = ExitStack()
        self._is_whole = False
        self._header_name = b""
        self._header_value = b""
        self._disposition = b""
        self._name = ""
        self._is_file = False
        self._value = bytearray()

    def __enter__(self) -> FileForm:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    async def receive(self, request: Request) -> Incoming:
        """Take the whole form in.

        Args:
            request: Whose body it is.

        Raises:
            InvalidInput: It is no such form, has no file, is too large, or did not come whole.
        """
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary or len(boundary) > 100:
            raise InvalidInput("the request holds no file; choose the list's file and send it again")
        parser = python_multipart.MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part_begin,
                "on_part_data": self._on_part_data,
                "on_part_end": self._on_part_end,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_end": self._on_end,
            },
        )
        try:
            async for chunk in request.stream():
                if chunk:
                    await run_in_threadpool(parser.write, chunk)
            parser.finalize()
        except FormParserError as error:
            raise InvalidInput(_BROKEN) from error
        if not self._is_whole:
            raise InvalidInput(_BROKEN)
        if self.file is None:
            raise InvalidInput("no file was chosen; choose the list's file")
        return self.file

    def text(self, name: str) -> str:
        """Return a field's text; empty where it was not sent."""
        return self.fields.get(name, "")

    def _on_part_begin(self) -> None:
        self._disposition, self._value, self._is_file = b"", bytearray(), False

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name = self._bounded(self._header_name + data[start:end])

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value = self._bounded(self._header_value + data[start:end])

    def _on_header_end(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = self._header_value
        self._header_name = self._header_value = b""

    @staticmethod
    def _bounded(header: bytes) -> bytes:
        if len(header) > MOST_HEADER_BYTES:
            raise InvalidInput(
                f"a header of the form is longer than {MOST_HEADER_BYTES} bytes; give the file another name"
            )
        return header

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode(errors="replace")
        self._is_file = b"filename" in options and self._name == self._file_field
        if not self._is_file:
            if len(self.fields) >= MOST_FIELDS:
                raise InvalidInput(f"the form has more than {MOST_FIELDS} fields")
            return
        file_name = options[b"filename"].decode(errors="replace")
        if self.file is not None:
            raise InvalidInput("two files were sent; send one at a time")
        if file_name:  # a form without a chosen file has one without a name
            self.file = self._stack.enter_context(self._opening(file_name))

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if not self._is_file:
            if len(self._value) + end - start > MOST_FIELD_BYTES:
                raise InvalidInput(f"the field '{self._name[:40]}' is longer than {MOST_FIELD_BYTES // 1024} KiB")
            self._value += data[start:end]
        elif self.file is not None:
            self.file.write(data[start:end])
        elif end > start:
            raise InvalidInput("the file has no name; give it one")

    def _on_part_end(self) -> None:
        if not self._is_file:
            self.fields[self._name] = self._value.decode(errors="replace")

    def _on_end(self) -> None:
        self._is_whole = True
