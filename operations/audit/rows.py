"""Rows of the audit as others read them: a record of each, and a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from schemas.actor import SignIn
from schemas.actor_kinds import kind_of
from schemas.events import utc
from schemas.spreadsheets import safe_cell
from storage.audit.reader import AuditEntry

COLUMNS = (
    *("audit_id", "happened_at", "actor", "kind", "via", "origin", "agency_id", "action", "purpose", "case_number"),
    *("plate", "cameras", "results", "details"),
)
_SURFACES = {
    SignIn.LOCAL_USER: "command line",
    SignIn.SERVICE: "service",
    SignIn.AGREEMENT: "agreement",
    SignIn.TOKEN: "API",
    SignIn.CAR: "car",
}


def surface_of(entry: AuditEntry) -> str:
    """Return where somebody did it: at the command line, in the console, as a program."""
    return _SURFACES.get(entry.actor.via, "console")


def cameras_of(entry: AuditEntry) -> list[str]:
    """Return the cameras whose reads were looked through, where a row says so."""
    found: object = next(
        (entry.details[name] for name in ("camera", "cameras", "cameras_searched") if entry.details.get(name)), []
    )
    return [str(one) for one in found] if isinstance(found, list) else [str(found)]


def plate_of(entry: AuditEntry) -> str | None:
    """Return the plate or the pattern that a row is about, where it is about one."""
    found = entry.details.get("plate") or entry.details.get("pattern")
    return None if found is None else str(found)


def row_record(entry: AuditEntry) -> dict[str, Any]:
    """Return a row as JSON has it."""
    return {
        "audit_id": entry.audit_id,
        "happened_at": utc(entry.happened_at),
        "actor": entry.actor.name,
        "kind": kind_of(entry.actor.via).value,
        "via": entry.actor.via.value,
        "origin": entry.actor.origin,
        "agency_id": entry.actor.agency_id,
        "action": entry.action.value,
        "purpose": entry.purpose,
        "case_number": entry.case_number,
        "details": entry.details,
        "results": entry.results,
    }


def csv_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """Yield rows as lines of a CSV file, the heading first; no spreadsheet takes a cell for a formula."""
    yield _line(COLUMNS)
    for entry in entries:
        record = row_record(entry) | {
            "plate": plate_of(entry),
            "cameras": " ".join(cameras_of(entry)),
            "details": json.dumps(entry.details, ensure_ascii=False),
        }
        yield _line([record[name] for name in COLUMNS])


def _line(cells: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()
