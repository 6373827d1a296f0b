"""From a file to an active list: survey, then activate. Until the last moment the version before stays active."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from hotlists.parsing import HotlistParser, ParsedList
from hotlists.sources import parser_for
from hotlists.survey import Survey, active_rows, survey
from schemas.errors import InvalidInput
from schemas.types import HotlistEntry
from storage.hotlists import HotlistStore, ImportOutcome

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called now and then with the bytes done and the bytes to do, both passes together."""

_PROGRESS_ROWS = 2000
_HASH_BLOCK = 1 << 20
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import found and did. `outcome` is None in a dry run."""

    hotlist_id: str
    source: str
    file_name: str
    as_of: datetime
    survey: Survey
    outcome: ImportOutcome | None


def import_file(
    store: HotlistStore | None,
    path: Path,
    source: str,
    *,
    hotlist_id: str | None = None,
    dry_run: bool = False,
    as_of: datetime | None = None,
    default_state: str | None = None,
    on_progress: Progress | None = None,
) -> ImportReport:
    """Read a list's file and make it the active version.

    Args:
        store: Where the lists are; may be None in a dry run.
        path: A plain file.
        source: Its layout, as in `hotlists.sources.PARSERS`.
        hotlist_id: The list's name; default: the layout's, or for csv the file's.
        dry_run: Only read and report.
        as_of: Date of the content, aware; default: the file's header, then its modification time.
        default_state: Jurisdiction (like US-VA) of rows whose state field is empty.
        on_progress: Told how far the work is.

    Returns:
        What the file holds and what changed.

    Raises:
        InvalidInput: The file cannot be used, with the line where one is at fault; nothing was changed.
        DatabaseUnavailable: The server went away; the version before is still active.
    """
    parse = parser_for(source)
    name = hotlist_id or default_name(source, path)
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"'{name}' cannot name a hotlist; use up to 63 lower case letters, digits, dashes and underscores"
        )
    if store is not None and not dry_run:
        _check_not_another_list(store, name, source)
    with _open(path) as stream:
        reading = _Reading(stream, path.name, parse, name, default_state, 1 if dry_run else 2, on_progress)
        found = survey(reading.again(), path.name, source, reading.count_row)
        content_date = as_of or found.as_of or datetime.fromtimestamp(reading.before.st_mtime, UTC)
        outcome = None
        if store is not None and not dry_run:
            outcome = store.activate(
                name,
                source=source,
                file_name=path.name,
                file_sha256=reading.sha256(),
                as_of=content_date,
                entries=reading.entries(found),
                rejects=found.rejects,
            )
    log.debug(
        "hotlist %s read: %d rows, %d entries, %d rejected, %d repeated",
        name,
        found.rows,
        found.entries,
        len(found.rejects),
        found.duplicates,
    )
    return ImportReport(name, source, path.name, content_date, found, outcome)


def default_name(source: str, path: Path) -> str:
    """Return the name of a list that was given none: its layout, or for csv the file's name made plain."""
    if source != "csv":
        return source
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:63] or "list"


def _check_not_another_list(store: HotlistStore, name: str, source: str) -> None:
    # A regional file that happens to be called ncic.csv must not replace the national list.
    for active in store.lists():
        if active.hotlist_id == name and active.source != source:
            raise InvalidInput(
                f"the list '{name}' is a '{active.source}' list; give this '{source}' list another name, or remove "
                "that one first"
            )


def _open(path: Path) -> BinaryIO:
    try:
        stream = path.open("rb")
    except FileNotFoundError as error:
        raise InvalidInput("no such file", source=str(path)) from error
    except IsADirectoryError as error:
        raise InvalidInput("this is a folder; give one file", source=str(path)) from error
    except OSError as error:
        raise InvalidInput(f"the file cannot be read ({error.strerror})", source=str(path)) from error
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise InvalidInput(
            "this is no plain file; save the list to one first, since it is read twice", source=str(path)
        )
    return stream


class _Reading:
    """One file that is read more than once, and has to be the same each time."""

    def __init__(
        self,
        stream: BinaryIO,
        file_name: str,
        parse: HotlistParser,
        hotlist_id: str,
        default_state: str | None,
        passes: int,
        on_progress: Progress | None,
    ) -> None:
        self._stream = stream
        self._file_name = file_name
        self._parse = parse
        self._hotlist_id = hotlist_id
        self._default_state = default_state
        self._on_progress = on_progress
        self._rows = 0
        self._started = 0
        self._passes = passes
        self.before = os.fstat(stream.fileno())

    def again(self) -> ParsedList:
        """Read from the beginning."""
        self._stream.seek(0)
        self._started += 1
        return self._parse(
            self._stream,
            source_name=self._file_name,
            hotlist_id=self._hotlist_id,
            default_state=self._default_state,
        )

    def entries(self, found: Survey) -> Iterator[HotlistEntry]:
        """Yield the entries to activate; fails when the file changed since the survey."""
        for entry in active_rows(self.again().rows, found.superseded):
            self.count_row()
            yield entry
        self._check_unchanged()

    def sha256(self) -> str:
        """Return the file's digest in hexadecimal."""
        self._stream.seek(0)
        digest = hashlib.sha256()
        while block := self._stream.read(_HASH_BLOCK):
            digest.update(block)
        return digest.hexdigest()

    def count_row(self) -> None:
        """Tell how far the work is, every so many rows."""
        self._rows += 1
        if self._on_progress is not None and self._rows % _PROGRESS_ROWS == 0:
            size = self.before.st_size
            self._on_progress(size * (self._started - 1) + self._stream.tell(), size * self._passes)

    def _check_unchanged(self) -> None:
        after = os.fstat(self._stream.fileno())
        if (after.st_size, after.st_mtime_ns) != (self.before.st_size, self.before.st_mtime_ns):
            raise InvalidInput(
                "the file changed while it was read; import it again when it is written", source=self._file_name
            )
