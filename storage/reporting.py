"""Figures of a span of time, for what an agency publishes or hands in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import class_row, dict_row

from storage import statements
from storage.database import Connection
from storage.sql import load_queries

_SQL = load_queries("reporting", "audit/person")

FIGURES = (
    *("reads", "lists", "hits_by_list", "hits_by_reader", "hits_by_category", "manual_entries"),
    *("searches", "refused_searches", "deliveries_by_agency", "reads_by_day", "cameras", "camera_count", "list_count"),
    *("confirmed_by_list", "not_correlating_by_list", "undecided_by_list", "outcomes_by_list", "findings", "outcomes"),
    *("manual_findings", "matches_by_class", "accesses_by_agency", "users", "audits_noted", "trainings"),
    *("stops_by_reason", "stops_by_race", "stops_by_ethnicity", "stops_by_gender", "stops_by_age"),
)
"""What can be counted."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts."""

    label: str
    number: int


@dataclass(frozen=True, slots=True)
class Stop:
    """What an officer records of a stop; texts are codes of the state's form, or words."""

    record_id: str
    stopped_on: date
    ori: str
    location: str
    jurisdiction_code: str
    initial_reason: str
    race: str
    ethnicity: str
    age: int | None
    gender: str
    speaks_english: bool | None
    action_taken: str
    is_person_searched: bool
    is_vehicle_searched: bool
    followed_notification: bool
    notification_reason: str | None


def figures(connection: Connection, name: str, since: datetime, until: datetime, zone: str = "UTC") -> list[Figure]:
    """Return what one query counts in a span of time.

    Args:
        connection: Its connection; the audit is written on it, too.
        name: One of `FIGURES`.
        since: The span's begin, aware.
        until: Its end, exclusively.
        zone: By whose clock days begin.
    """
    values = {"since": since, "until": until, "zone": zone}
    return statements.all(connection, _SQL[name], values, row=class_row(Figure))


def access_log(connection: Connection, since: datetime, until: datetime, limit: int) -> list[dict[str, Any]]:
    """Return each access of a span, oldest first."""
    values = {"since": since, "until": until, "limit": limit}
    return statements.all(connection, _SQL["access_log"], values, row=dict_row)


def query_text(name: str) -> str:
    """Return the statement that counts a figure, for whoever wants to know what a number is."""
    return _SQL[name].decode()


def add_stop(connection: Connection, stop: Stop, recorded_by: str) -> bool:
    """Keep a stop; return whether its number was free."""
    return statements.execute(connection, _SQL["add_stop"], asdict(stop) | {"recorded_by": recorded_by}) > 0


def stops_between(connection: Connection, since: date, until: date) -> list[Stop]:
    """Return the stops of a span of days, in order."""
    return statements.all(connection, _SQL["stops_between"], {"since": since, "until": until}, row=class_row(Stop))
