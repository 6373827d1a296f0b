"""What leaves: reads as a file for other programs, and the package of evidence."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Final

from fastapi import APIRouter, Form
from fastapi.responses import Response, StreamingResponse

from console.files import attached, download
from console.search.form import SearchForm, Typed
from console.search.page import checked, refused_page
from console.search.understanding import Asked
from console.visitors import SignedIn, Visitor
from operations.searches.evidence import MOST_READS, pack_evidence
from operations.searches.exporting import export_reads
from schemas.actions import Action
from schemas.errors import InvalidInput, StorageFull, TransientError
from schemas.export_forms import ExportForm
from schemas.permissions import check_permitted

router = APIRouter()
AT_ONCE: Final = 3
"""Files that are made, or on their way, at a time: each may be a gigabyte of the disk."""
TURN_SECONDS = 5.0
"""How long somebody waits for a turn."""
_CHUNK: Final = 1 << 18
_SUFFIXES: Final = {
    ExportForm.CSV: "csv",
    ExportForm.JSON: "json",
    ExportForm.GEOJSON: "geojson",
    ExportForm.ONVIF: "xml",
}
_turns = threading.BoundedSemaphore(AT_ONCE)


@router.post("/search/export")
def export(visitor: SignedIn, form: Typed, kind: Annotated[ExportForm, Form(alias="as")]) -> Response:
    """Send all reads that fit as a file."""
    check_permitted(visitor.actor, Action.EXPORT)
    asked = checked(visitor, form)
    if not isinstance(asked, Asked):
        return asked
    site = visitor.site
    try:
        _refuse_look_alikes(asked)
        with _turn():
            made = export_reads(visitor.actor, site.database, site.settings, asked.query, asked.why, kind)
    except InvalidInput as error:
        return refused_page(visitor, form, error)
    return download(made.text, _name("reads", form, _SUFFIXES[kind]))


@router.post("/search/evidence")
def evidence(visitor: SignedIn, form: Typed) -> Response:
    """Send the package of evidence of all reads that fit."""
    check_permitted(visitor.actor, Action.MAKE_EVIDENCE)
    asked = checked(visitor, form)
    if not isinstance(asked, Asked):
        return asked
    name = _name("evidence", form, "zip")
    try:
        _refuse_look_alikes(asked)
        package = _Sent(visitor, asked, name)
    except InvalidInput as error:
        return refused_page(visitor, form, error)
    headers = {**attached(name), "Content-Length": str(package.size)}
    return StreamingResponse(iter(package), media_type="application/zip", headers=headers)


class _Sent:
    """A package on its way: a file that has no name on the disk, so that nothing is left of it, whatever happens."""

    def __init__(self, visitor: Visitor, asked: Asked, name: str) -> None:
        site = visitor.site
        query = replace(asked.query, after=None, limit=MOST_READS)
        _take_turn()
        try:
            self._file: IO[bytes] = tempfile.TemporaryFile(dir=site.settings.data_dir)  # noqa: SIM115 - closed by `_end`
        except OSError as error:
            _turns.release()
            raise _full(error) from error
        try:
            pack_evidence(visitor.actor, site.database, site.settings, query, asked.why, self._file, Path(name))
            self.size = self._file.seek(0, 2)
            self._file.seek(0)
        except OSError as error:
            self._end()
            raise _full(error) from error
        except BaseException:
            self._end()
            raise

    def __iter__(self) -> Iterator[bytes]:
        try:
            while chunk := self._file.read(_CHUNK):
                yield chunk
        finally:
            self._end()

    def _end(self) -> None:
        if not self._file.closed:
            self._file.close()
            _turns.release()

    def __del__(self) -> None:
        # Whoever went away before the first byte.
        if hasattr(self, "_file"):
            self._end()


def _full(error: OSError) -> StorageFull:
    return StorageFull(f"the package could not be written ({error.strerror}); make room in the data directory")


def _take_turn() -> None:
    if not _turns.acquire(timeout=TURN_SECONDS):
        raise TransientError(f"{AT_ONCE} files are made just now; try again in a moment")


@contextmanager
def _turn() -> Iterator[None]:
    _take_turn()
    try:
        yield
    finally:
        _turns.release()


def _refuse_look_alikes(asked: Asked) -> None:
    if asked.alike:
        raise InvalidInput(
            "look-alikes show how sure each read is, which files have no place for; search for the plate itself"
        )


def _name(kind: str, form: SearchForm, suffix: str) -> str:
    case = re.sub(r"[^A-Za-z0-9-]+", "-", form["case"]).strip("-")[:40]
    return f"{kind}-{case or 'no-case'}-{datetime.now().astimezone():%Y%m%d-%H%M%S}.{suffix}"
