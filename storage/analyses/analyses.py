"""Questions about many vehicles: asked, approved, answered once, and opened one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from storage import statements
from storage.database import Connection, Database
from storage.reads.sought import SoughtReads
from storage.sql import load_queries
from storage.values import jsonb, optional, storable

_SQL = load_queries("reads/search", "analyses/analyses")


@dataclass(frozen=True, slots=True)
class Analysis:
    """A question, who asked and who approved it, and how many results it has; they are opened one by one."""

    analysis_id: int
    kind: str
    question: Mapping[str, Any]
    purpose: str | None
    case_number: str | None
    warrant: str | None
    offense: str | None
    requested_by: str
    requested_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    ran_at: datetime | None
    summary: Mapping[str, Any] | None
    results: int
    opened: int


@dataclass(frozen=True, slots=True)
class AnalysisReason:
    """Why a question is asked, as it was given."""

    purpose: str | None
    case_number: str | None
    warrant: str | None
    offense: str | None


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """A result; its plates are seen by whoever has opened it, and by nobody else."""

    number: int
    plates: Sequence[str]
    content: Mapping[str, Any]
    opened_by: Sequence[str]


def request_analysis(
    on: Connection, kind: str, question: Mapping[str, Any], reason: AnalysisReason, person: str
) -> int:
    """Note a question, in the caller's transaction; return its number."""
    values = {
        "kind": kind,
        "question": jsonb(dict(question)),
        "purpose": optional(reason.purpose),
        "case_number": optional(reason.case_number),
        "warrant": optional(reason.warrant),
        "offense": optional(reason.offense),
        "person": storable(person),
    }
    return statements.scalar(on, _SQL["request"], values, kind=int) or 0


def analyses(on: Database | Connection, analysis_id: int | None = None) -> list[Analysis]:
    """Return the questions by number, or one of them."""
    return statements.all(on, _SQL["all"], {"analysis_id": analysis_id}, row=class_row(Analysis))


def lock_analysis(on: Connection, analysis_id: int) -> None:
    """Keep others from changing a question until commit."""
    statements.execute(on, _SQL["lock"], {"analysis_id": analysis_id})


def approve_analysis(on: Connection, analysis_id: int, person: str) -> bool:
    """Approve a question; False where it was, or has run."""
    return statements.execute(on, _SQL["approve"], {"analysis_id": analysis_id, "person": storable(person)}) > 0


def keep_results(
    on: Connection,
    analysis_id: int,
    summary: Mapping[str, Any],
    results: Sequence[tuple[Sequence[str], Mapping[str, Any], datetime]],
) -> bool:
    """Keep what came out, each (plates, content, newest read); False where the question has run already."""
    values = {"analysis_id": analysis_id, "summary": jsonb(dict(summary))}
    if not statements.execute(on, _SQL["ran"], values):
        return False
    for number, (plates, content, captured_at) in enumerate(results, 1):
        row = {"number": number, "plates": list(plates), "content": jsonb(dict(content)), "captured_at": captured_at}
        statements.execute(on, _SQL["keep"], {"analysis_id": analysis_id, **row})
    return True


def results_of(on: Connection, analysis_id: int, number: int | None = None) -> list[AnalysisResult]:
    """Return a question's results, or one of them."""
    values = {"analysis_id": analysis_id, "number": number}
    return statements.all(on, _SQL["results"], values, row=class_row(AnalysisResult))


def note_opened(on: Connection, analysis_id: int, number: int, person: str) -> None:
    """Note that somebody sees a result's plates; of each person the first time stays noted."""
    statements.execute(on, _SQL["open"], {"analysis_id": analysis_id, "number": number, "person": storable(person)})


def passes_between(on: Database | Connection, sought: SoughtReads, limit: int) -> list[tuple[str, float, str]]:
    """Return passes as (camera, seconds since 1970, plate in canonical form), in no order, `limit` at most.

    Args:
        on: An open database, or the connection whose transaction it is part of.
        sought: Between which two times, where.
        limit: Most passes.
    """
    values = sought.values | {"limit": limit}
    return [(a, b, c) for a, b, c in statements.all(on, _SQL["passes"], values, prepare=False)]
