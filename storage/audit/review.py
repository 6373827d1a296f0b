"""What a supervisor has to look at in the audit, found by the database."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg.rows import class_row

from storage import statements
from storage.database import Connection
from storage.sql import load_queries

_SQL = load_queries("audit/review", "audit/person")


@dataclass(frozen=True, slots=True)
class ReviewSpan:
    """What is looked at: lookups of people in a span, and for repeats from `back_to` on.

    `zone` is the agency's, whose hours from `from_hour` until `to_hour` are off-hours; `actions` are the lookups,
    `programs` how those sign in who are no person. `least` is from how many times on one plate counts as repeated.
    """

    since: datetime
    until: datetime
    back_to: datetime
    zone: str
    from_hour: int
    to_hour: int
    actions: list[str]
    programs: list[str]
    least: int
    limit: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """One plate that one person asked for again and again."""

    person: str
    plate: str
    times: int
    days: int
    without_case: int
    cases: int
    at_night: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Nights:
    """How many of a person's lookups were made off-hours, and on how many days."""

    person: str
    times: int
    at_night: int
    days: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a person gave as purpose and case, and how often."""

    person: str
    purpose: str | None
    case_number: str | None
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Refusals:
    """What a person was refused, in words."""

    person: str
    why: str | None
    times: int
    last_at: datetime


def repeats(connection: Connection, span: ReviewSpan) -> list[Repeat]:
    """Return plates that were asked for again and again without a case, or under ever another one."""
    return statements.all(connection, _SQL["repeats"], asdict(span), row=class_row(Repeat))


def nights(connection: Connection, span: ReviewSpan) -> list[Nights]:
    """Return who made lookups off-hours."""
    return statements.all(connection, _SQL["nights"], asdict(span), row=class_row(Nights))


def purposes(connection: Connection, span: ReviewSpan) -> list[Said]:
    """Return what was said of why."""
    return statements.all(connection, _SQL["purposes"], asdict(span), row=class_row(Said))


def refusals(connection: Connection, span: ReviewSpan) -> list[Refusals]:
    """Return what was refused, by person."""
    return statements.all(connection, _SQL["refusals"], asdict(span), row=class_row(Refusals))
