"""What the law has an agency report, with the figures that can be counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from operations.reports.mounts import by_mount, mounts_of
from policy.decisions import Policy, open_policy
from policy.duties import ReportField, ReportQuery
from policy.purposes import in_words, purposes_in
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.reporting import Figure, figures

ENDING = frozenset(
    {ReportQuery.READS, ReportQuery.HITS_BY_LIST, ReportQuery.HITS_BY_READER, ReportQuery.HITS_BY_CATEGORY}
)
"""Figures of what ends after the law's time: report before that, or add the parts up."""


COUNTED_BY = {ReportQuery.SEARCHES_BY_PURPOSE: "searches", ReportQuery.CAMERAS_BY_MOUNT: "cameras"}
"""What is added up from another figure."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One thing that the report has to say. `figures` is None where a person writes it.

    `is_partial` says that some of what it counts has ended already: `since` lies before what is kept.
    """

    field: ReportField
    figures: tuple[Figure, ...] | None
    is_partial: bool = False


def law_report(
    actor: Actor, database: Database, settings: Settings, since: datetime, until: datetime, now: datetime
) -> list[ReportLine]:
    """Return what the profile's report has to say about a span of time; the look is written down.

    Args:
        actor: Who asks.
        database: An open database.
        settings: The configuration; it says which law.
        since: The span's begin, aware.
        until: Its end, exclusively.
        now: The present, aware.

    Raises:
        InvalidInput: The law's report is not known, or the span is none.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    policy = open_policy(settings)
    rule = policy.profile.report
    if rule is None:
        raise InvalidInput(f"no report is known for {policy.profile.jurisdiction}; see platewatch law show")
    if since >= until:
        raise InvalidInput("the span ends before it begins; give an earlier begin (--since) or a later end (--until)")
    record = AuditRecord(actor, Action.VIEW_REPORT, {"since": since, "until": until})
    mounts = mounts_of(database, settings)
    with database.transaction() as connection:
        lines = [_line(connection, field, policy, mounts, since, until, now) for field in rule.fields]
        write_audit(connection, record, len(lines))
    return lines


def _line(
    connection: Connection,
    field: ReportField,
    policy: Policy,
    mounts: Mapping[str, str | None],
    since: datetime,
    until: datetime,
    now: datetime,
) -> ReportLine:
    if field.query in (None, ReportQuery.ACCESS_LOG):
        return ReportLine(field, None)
    kept = policy.retention.reads if field.query in ENDING else policy.retention.audit
    found = figures(connection, COUNTED_BY.get(field.query, field.query.value), since, until)
    if field.query is ReportQuery.SEARCHES_BY_PURPOSE:
        found = add_up_purposes(found)
    elif field.query is ReportQuery.CAMERAS_BY_MOUNT:
        found = by_mount(found, mounts)
    is_partial = field.query is not ReportQuery.LISTS and since < now - kept
    return ReportLine(field, tuple(found), is_partial)


def add_up_purposes(searches: list[Figure]) -> list[Figure]:
    """Return searches added up by the purposes that their words name.

    Args:
        searches: By what was said.
    """
    counts: Counter[str] = Counter()
    for search in searches:
        named = purposes_in(search.label)
        counts[in_words(named) if named else "no purpose that is known"] += search.number
    return [Figure(label, number) for label, number in sorted(counts.items())]
