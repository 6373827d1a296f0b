"""A report as text, as a table for a spreadsheet, and as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from operations.reports.filing import FiledLine, FiledReport
from operations.reports.forms import BY_HAND, HIDDEN, NOT_RECORDED, Form
from schemas.events import utc
from schemas.printable import printable
from schemas.spreadsheets import safe_cell

ACCESS_COLUMNS = (*("happened_at", "person", "organization", "action", "plate", "purpose", "case_number", "results"),)
"""What an access log has of each access, each in a column of its own."""


def written(filed: FiledReport, form: Form) -> str:
    """Return a report in a form.

    Args:
        filed: The report.
        form: Which one.
    """
    writers: Mapping[Form, Callable[[FiledReport], str]] = {
        Form.TEXT: lambda one: "".join(f"{printable(line)}\n" for line in text_lines(one)),
        Form.CSV: report_csv,
        Form.JSON: lambda one: json.dumps(report_record(one), ensure_ascii=False, indent=1) + "\n",
    }
    return writers[form](filed)


def report_record(filed: FiledReport) -> dict[str, Any]:
    """Return a report as JSON has it, with the query of each figure."""
    report = filed.report
    return {
        "report": filed.name,
        "title": report.title,
        "jurisdiction": report.jurisdiction,
        "agency_id": filed.agency_id,
        "since": utc(filed.since),
        "until": utc(filed.until),
        "made_at": utc(filed.made_at),
        "citation": report.citation,
        "as_of": report.as_of.isoformat(),
        "confidence": report.confidence.value,
        "note": report.note,
        "lines": [_line_record(line) for line in filed.lines],
    }


def _line_record(line: FiledLine) -> dict[str, Any]:
    return {
        "text": line.line.text,
        "query": line.line.query and line.line.query.value,
        "sql": line.sql,
        "figures": None if line.figures is None else [{"label": label, "number": n} for label, n in line.figures],
        "records": [
            {key: utc(value) if isinstance(value, datetime) else value for key, value in one.items()}
            for one in line.records
        ],
        "not_recorded": line.line.not_recorded,
        "by_hand": line.line.by_hand,
        "partial": line.is_partial,
    }


def report_csv(filed: FiledReport) -> str:
    """Return a report as a table; no spreadsheet takes a cell for a formula. Accesses have columns of their own."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = ACCESS_COLUMNS if any(line.records for line in filed.lines) else ()
    writer.writerow(["line", "label", "number", "query", "note", *columns])
    for line in filed.lines:
        query = "" if line.line.query is None else line.line.query.value
        note = "some of it has ended" if line.is_partial else ""
        rows: list[tuple[object, ...]] = [
            (label, HIDDEN if number is None else number, query, note) for label, number in line.figures or ()
        ]
        rows += [(access_text(one), 1, query, note, *_access_cells(one)) for one in line.records]
        if line.line.query is None:
            kind = NOT_RECORDED if line.line.not_recorded else BY_HAND
            rows = [("", kind, "", line.line.not_recorded or line.line.by_hand)]
        for row in rows or [("", 0, query, note)]:
            writer.writerow([safe_cell(cell) for cell in (line.line.text, *row)])
    return text.getvalue()


def text_lines(filed: FiledReport) -> Iterator[str]:
    """Yield a report as people read it."""
    report = filed.report
    yield f"{report.title}; {filed.agency_id}, {filed.since:%Y-%m-%d} until {filed.until:%Y-%m-%d} (exclusively)"
    yield f"{report.citation}, as of {report.as_of}, {report.confidence.value}; due {report.due}"
    if report.note:
        yield report.note
    for line in filed.lines:
        yield ""
        yield line.line.text + (" (some of it has ended already)" if line.is_partial else "")
        if line.line.query is None:
            kind = NOT_RECORDED if line.line.not_recorded else BY_HAND
            yield f"    {kind}: {line.line.not_recorded or line.line.by_hand}"
            continue
        for label, number in line.figures or ():
            yield f"    {label}: {HIDDEN if number is None else number}"
        for one in line.records:
            yield f"    {access_text(one)}"
        if not line.figures and not line.records:
            yield "    nothing"


def access_text(one: Mapping[str, Any]) -> str:
    """Return an access in one line."""
    parts = (utc(one["happened_at"]), one["person"], one["organization"], one["action"], one["plate"])
    why = (one["purpose"], one["case_number"], None if one["results"] is None else f"{one['results']} results")
    return "; ".join(str(part) for part in (*parts, *why) if part is not None)


def _access_cells(one: Mapping[str, Any]) -> Iterator[object]:
    for name in ACCESS_COLUMNS:
        value = one[name]
        yield utc(value) if isinstance(value, datetime) else value
