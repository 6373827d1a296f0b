"""A report as a law asks for it: each line counted, left to a person, or said to be not recorded."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from operations.reports.counting import COUNTED_BY, add_up_purposes, is_partial
from operations.reports.mounts import by_mount, mounts_of
from operations.sharing.zones import zone_name
from policy.decisions import effective_retention
from policy.duties import ReportQuery
from policy.reports import LawReport, LawReportLine, load_report
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.reporting import Figure, access_log, figures, query_text

MOST_ACCESSES = 100_000
SMALLEST_SHOWN = 5
"""In a public report numbers below this one are hidden where they are about what happened to people."""


@dataclass(frozen=True, slots=True)
class FiledLine:
    """A line with what it came to.

    `figures` is None where nothing is counted; of a figure that is hidden the number is None. `records` are an access
    log's. `is_partial`: some of what it counts has ended already. `sql` is what counted it.
    """

    line: LawReportLine
    figures: tuple[tuple[str, int | None], ...] | None = None
    records: tuple[dict[str, Any], ...] = ()
    is_partial: bool = False
    sql: str | None = None


@dataclass(frozen=True, slots=True)
class FiledReport:
    """A report of a span of time."""

    name: str
    report: LawReport
    agency_id: str
    since: datetime
    until: datetime
    made_at: datetime
    lines: Sequence[FiledLine]


def file_report(
    actor: Actor, database: Database, settings: Settings, name: str, since: datetime, until: datetime, now: datetime
) -> FiledReport:
    """Count what a report says of a span of time; the look is written down.

    Args:
        actor: Who asks.
        database: An open database.
        settings: The configuration.
        name: One of `policy.reports.reports`.
        since: The span's begin, aware.
        until: Its end, exclusively.
        now: The present, aware.

    Raises:
        InvalidInput: There is no such report, or the span is none.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_REPORT, {"report": name, "since": since, "until": until})
    report = load_report(name)
    if since >= until:
        raise InvalidInput("the span ends before it begins; give an earlier begin (--since) or a later end (--until)")
    retention = effective_retention(settings)
    mounts = mounts_of(database, settings)
    with database.transaction() as connection:
        lines = [_line(connection, one, settings, mounts, since, until) for one in report.lines]
        write_audit(connection, record, sum(len(one.records) or len(one.figures or ()) for one in lines))
    lines = [dataclasses.replace(one, is_partial=is_partial(one.line.query, retention, since, now)) for one in lines]
    return FiledReport(name, report, settings.agency_id, since, until, now, lines)


def _line(
    connection: Connection,
    line: LawReportLine,
    settings: Settings,
    mounts: Mapping[str, str | None],
    since: datetime,
    until: datetime,
) -> FiledLine:
    if line.query is None:
        return FiledLine(line)
    if line.query is ReportQuery.ACCESS_LOG:
        found = access_log(connection, since, until, MOST_ACCESSES + 1)
        if len(found) > MOST_ACCESSES:
            raise InvalidInput(f"more than {MOST_ACCESSES} accesses in that span; give a shorter one, and add them up")
        return FiledLine(line, records=tuple(found), sql=query_text("access_log"))
    name = COUNTED_BY.get(line.query, line.query.value)
    counted = figures(connection, name, since, until, zone_name(settings))
    if line.query is ReportQuery.SEARCHES_BY_PURPOSE:
        counted = add_up_purposes(counted)
    elif line.query is ReportQuery.CAMERAS_BY_MOUNT:
        counted = by_mount(counted, mounts)
    numbers = hidden(counted) if line.is_small_hidden else tuple((one.label, one.number) for one in counted)
    return FiledLine(line, numbers, sql=query_text(name))


def hidden(counted: Sequence[Figure]) -> tuple[tuple[str, int | None], ...]:
    """Hide small numbers; where one alone is small the next one goes with it, or a sum would give it away."""
    small = {one.label for one in counted if 0 < one.number < SMALLEST_SHOWN}
    others = sorted((one.number, one.label) for one in counted if one.label not in small and one.number)
    if len(small) == 1 and others:
        small.add(others[0][1])
    return tuple((one.label, None if one.label in small else one.number) for one in counted)
