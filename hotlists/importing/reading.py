"""One pass over a list's rows: those that the active version has are recognized, the others are parsed and stored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import BinaryIO, cast
from uuid import UUID

import numpy as np

from hotlists.codes.maps import codes_digest
from hotlists.fields.errors import FieldError
from hotlists.importing.difference import Comparison, Difference
from hotlists.importing.files import ListFile
from hotlists.importing.survey import EARLY_CHECK_ROWS, Counts, Survey
from hotlists.layouts.registry import parser_for
from hotlists.text.lines import Line
from hotlists.text.parsing import FOOTER_MISSING, HotlistParser, ParsedList
from schemas.errors import InvalidInput
from schemas.types import Category
from storage.hotlists.imports import Write

PARSING_REVISION = 3
"""Grows when parsers come to read the same rows differently, so that every row is read again."""

SHORT_LIST_ROWS = 20
"""In shorter lists a last row may well be the shortest."""

_BATCH_ROWS = 4096


class ListReader:
    """Reads one list's file once.

    Args:
        file: The open file.
        file_name: Its name, for errors.
        hotlist_id: The list.
        layout: Its layout.
        default_state: Jurisdiction of rows whose state field is empty.
        parser: What reads it; None: the layout's own.
        on_progress: Told the bytes done and to do, now and then.

    Raises:
        InvalidInput: The file cannot be of this layout.
    """

    def __init__(
        self,
        file: ListFile,
        file_name: str,
        hotlist_id: str,
        layout: str,
        default_state: str | None,
        parser: HotlistParser | None,
        on_progress: Callable[[int, int], None] | None,
    ) -> None:
        self._file = file
        self._on_progress = on_progress
        parse = parser or parser_for(layout)
        stream = cast(BinaryIO, file)
        self._parsed = parse(stream, file_name=file_name, hotlist_id=hotlist_id, default_state=default_state)
        self._digest = _row_digest(layout, default_state, self._parsed)
        self._shortest: int | None = None
        self._last: Line | None = None
        self.counts = Counts(file_name, layout)

    def run(self, comparison: Comparison, write: Write, withdrawn: frozenset[UUID]) -> None:
        """Read every row.

        Args:
            comparison: Told of every usable row.
            write: Takes the entries that are new or changed.
            withdrawn: Entries that a person took out of force: their rows are left out.

        Raises:
            InvalidInput: The file cannot be used, with the line where one is at fault.
        """
        for lines in self._batches():
            digests = b"".join([self._digest(line.text) for line in lines])
            places = comparison.find(np.frombuffer(digests, dtype=">u8").astype(np.uint64).reshape(-1, 2))
            known = np.flatnonzero(places >= 0)
            numbers = np.array([line.number for line in lines], dtype=np.uint32)
            comparison.add_unchanged(places[known], numbers[known])
            new = np.flatnonzero(places < 0).tolist()
            rows = [(lines[i], digests[16 * i : 16 * i + 16]) for i in new]
            self._read_new(rows, comparison, write, withdrawn)
            if self._on_progress is not None:
                self._on_progress(self._file.done, self._file.status.st_size)
        self.counts.check_layout()

    def _batches(self) -> Iterator[list[Line]]:
        # The first batch ends where the layout is judged a first time.
        size = EARLY_CHECK_ROWS
        while lines := list(islice(self._parsed.records, size)):
            if self._last is not None:
                self._note_length(len(self._last.text))
            self._last = lines[-1]
            if len(lines) > 1:
                self._note_length(min([len(line.text) for line in lines[:-1]]))
            self.counts.rows += len(lines)
            yield lines
            if size == EARLY_CHECK_ROWS and len(lines) == size:
                self.counts.check_layout()
            size = _BATCH_ROWS

    def _note_length(self, length: int) -> None:
        self._shortest = length if self._shortest is None else min(self._shortest, length)

    def _read_new(
        self, rows: list[tuple[Line, bytes]], comparison: Comparison, write: Write, withdrawn: frozenset[UUID]
    ) -> None:
        ids, numbers = bytearray(), []
        for line, digest in rows:
            try:
                entry = self._parsed.entry_of(line)
            except FieldError as error:
                self.counts.reject(line, error)
                continue
            if entry.entry_id in withdrawn:
                self.counts.withdrawn += 1
                continue
            self.counts.add(entry)
            write(entry, digest.hex())
            ids += entry.entry_id.bytes
            numbers.append(line.number)
        comparison.add_new(bytes(ids), numbers)

    def check_counts(self, difference: Difference) -> None:
        """Make sure that every row is an entry, a repeated one, a reject, or withdrawn.

        Args:
            difference: What the comparison found.

        Raises:
            InvalidInput: A row is lost or invented, which is a fault of the program; nothing may become active.
        """
        counts = self.counts
        found = difference.total + difference.duplicates + len(counts.rejects) + counts.withdrawn
        if found != counts.rows:
            raise InvalidInput(
                f"the file has {counts.rows} rows, but {difference.total} entries, {difference.duplicates} repeated "
                f"rows, {len(counts.rejects)} rejects and {counts.withdrawn} withdrawn rows were made of them; this is "
                "a fault of platewatch: nothing was imported, please report it",
                source=counts.file_name,
            )

    @property
    def as_of(self) -> datetime:
        """Date of the content: the header's, or else the file's modification time."""
        return self._parsed.as_of or datetime.fromtimestamp(self._file.status.st_mtime, UTC)

    @property
    def declared_rows(self) -> int | None:
        """Rows that the file says it has, once it was read."""
        return self._parsed.declared_rows()

    @property
    def cut_line(self) -> int | None:
        """The last line, where the file seems to end in its middle; None where it seems whole.

        It has no line end, and it cannot be used, ends within quotes, or is shorter than all others.
        """
        if self._last is None or self._file.ends_with_line_end or (self.declared_rows or 0) > FOOTER_MISSING + 1:
            return None
        rejects = self.counts.rejects
        if self._last.text.count('"') % 2 or (rejects and rejects[-1].line == self._last.number):
            return self._last.number
        is_shortest = self._shortest is not None and len(self._last.text) < self._shortest
        return self._last.number if is_shortest and self.counts.rows > SHORT_LIST_ROWS else None

    @property
    def only_unknown_codes(self) -> bool:
        """Whether every entry that is new has a code, and none of the codes is known."""
        return set(self.counts.categories) == {Category.UNMAPPED} and "" not in self.counts.unmapped

    def survey(
        self,
        difference: Difference,
        unmapped: Iterable[tuple[str, int]],
        categories: Iterable[tuple[Category, int]],
    ) -> Survey:
        """Return what the file holds.

        Args:
            difference: What the comparison found.
            unmapped: How many entries of the version have each code that is not known.
            categories: How many have each category.
        """
        return Survey(
            self.as_of,
            self.counts.rows,
            difference.total,
            difference.duplicates,
            self.counts.withdrawn,
            tuple(self.counts.rejects),
            tuple(unmapped),
            tuple(categories),
            self.counts.no_plate,
        )


def _row_digest(layout: str, default_state: str | None, parsed: ParsedList) -> Callable[[str], bytes]:
    """Return what tells a row's text and all that its entry depends on besides it, in 16 bytes."""
    parts = (str(PARSING_REVISION), layout, codes_digest(layout), default_state or "", parsed.context)
    key = hashlib.blake2b("\x1f".join(parts).encode("utf-8", "backslashreplace"), digest_size=32).digest()
    begun = hashlib.blake2b(key=key, digest_size=16)

    def digest(text: str) -> bytes:
        state = begun.copy()
        state.update(text.encode("utf-8", "surrogatepass"))
        return state.digest()

    return digest
