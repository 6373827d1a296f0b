"""Figures of a span of time, for what an agency publishes or hands in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from storage import statements
from storage.database import Connection
from storage.sql import load_queries

_SQL = load_queries("reporting")

FIGURES = (
    *("reads", "lists", "hits_by_list", "hits_by_reader", "hits_by_category", "manual_entries"),
    *("searches", "refused_searches", "deliveries_by_agency"),
)
"""What can be counted."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts."""

    label: str
    number: int


def figures(connection: Connection, name: str, since: datetime, until: datetime) -> list[Figure]:
    """Return what one query counts in a span of time.

    Args:
        connection: Its connection; the audit is written on it, too.
        name: One of `FIGURES`.
        since: The span's begin, aware.
        until: Its end, exclusively.
    """
    return statements.all(connection, _SQL[name], {"since": since, "until": until}, row=class_row(Figure))
