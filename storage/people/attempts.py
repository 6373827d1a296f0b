"""What was wrong lately, for the lockout, and questions that wait for one answer each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from storage import statements
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import jsonb, storable

_SQL = load_queries("people/attempts")


def locked_until(on: Database | Connection, subjects: Sequence[str]) -> datetime | None:
    """Return until when one of these is locked; None: none of them is."""
    return statements.scalar(on, _SQL["locked_until"], {"subjects": [storable(one) for one in subjects]}, kind=datetime)


def note_failure(on: Database | Connection, subject: str, most: int, locked: timedelta) -> int:
    """Count a failure and return how many there were; with `most` of them the subject is locked for a while."""
    values = {"subject": storable(subject), "most": most, "locked": locked}
    return statements.scalar(on, _SQL["note_failure"], values, kind=int) or 0


def forget_failures(on: Connection, subjects: Sequence[str]) -> None:
    """Begin to count anew; what is over for a day goes, too."""
    statements.execute(on, _SQL["forget_failures"], {"subjects": [storable(one) for one in subjects]})


def ask(on: Database | Connection, digest: bytes, kind: str, content: dict[str, Any], ends_at: datetime) -> None:
    """Keep what a question was, for its answer."""
    statements.execute(on, _SQL["forget_questions"])
    values = {"digest": digest, "kind": kind, "content": jsonb(content), "ends_at": ends_at}
    statements.execute(on, _SQL["ask"], values)


def answered(on: Database | Connection, digest: bytes, kind: str) -> dict[str, Any] | None:
    """Return what the question was, once: a second answer finds nothing."""
    found = statements.one(on, _SQL["answer"], {"digest": digest, "kind": kind})
    return None if found is None else dict(found[0])
