"""Questions about many vehicles and what they found, as tables, text and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from cli.terminal.tables import add_cells, plain_table
from cli.terminal.times import shown_time
from schemas.events import utc
from schemas.printable import printable

if TYPE_CHECKING:
    from operations.analyses.asking import Analysis, Shown


def questions_table(found: Sequence[Analysis]) -> Table:
    """Return a row for each question: who asked, who approved it, what became of it."""
    table = plain_table("No.", "Kind", "Case", "Asked by", "Asked", "Approved by", "Ran", "Results", "Opened")
    for one in found:
        ran = "" if one.ran_at is None else shown_time(one.ran_at)
        cells = (
            *(str(one.analysis_id), one.kind, one.case_number or "", one.requested_by, shown_time(one.requested_at)),
            *(one.approved_by or "", ran, str(one.results), str(one.opened)),
        )
        add_cells(table, *cells)
    return table


def results_table(results: Sequence[Shown]) -> Table:
    """Return a row for each result, with how likely it is by chance."""
    table = plain_table("No.", "Plates", "What", "By chance")
    for one in results:
        said = {name: value for name, value in one.content.items() if name != "p_value"}
        words = ", ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in said.items())
        chance = f"p {one.content['p_value']:.2g}"
        table.add_row(
            str(one.number), Text(printable(" ".join(one.plates)), style="bold"), Text(printable(words)), chance
        )
    return table


def summary_text(one: Analysis) -> str:
    """Return what came out of a question as a whole."""
    if one.summary is None:
        return "has not run"
    return ", ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in one.summary.items())


def result_record(one: Shown) -> dict[str, Any]:
    """Return a result for a program."""
    return {"result": one.number, "plates": list(one.plates), "is_open": one.is_open, **one.content}


def question_record(one: Analysis) -> dict[str, Any]:
    """Return a question for a program."""
    return {
        "analysis": one.analysis_id,
        "kind": one.kind,
        "question": one.question,
        "purpose": one.purpose,
        "case_number": one.case_number,
        "requested_by": one.requested_by,
        "requested_at": utc(one.requested_at),
        "approved_by": one.approved_by,
        "ran_at": _moment(one.ran_at),
        "summary": one.summary,
        "results": one.results,
        "opened": one.opened,
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else utc(value)


def _plain(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
