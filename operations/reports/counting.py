"""What the law has an agency report, with the figures that can be counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from operations.reports.mounts import by_mount, mounts_of
from operations.sharing.zones import zone_name
from policy.decisions import Policy, Retention, open_policy
from policy.duties import ReportField, ReportQuery
from policy.purposes import in_words, purposes_in
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.reporting import Figure, figures

_OF_READS = frozenset(
    {
        *(ReportQuery.READS, ReportQuery.HITS_BY_LIST, ReportQuery.HITS_BY_READER, ReportQuery.HITS_BY_CATEGORY),
        *(ReportQuery.READS_BY_DAY, ReportQuery.CAMERAS, ReportQuery.CAMERAS_BY_MOUNT, ReportQuery.CAMERA_COUNT),
        *(ReportQuery.UNDECIDED_BY_LIST, ReportQuery.MATCHES_BY_CLASS),
    }
)
"""Figures of what ends with the reads: report before that, or add the parts up."""
_OF_FINDINGS = frozenset(
    {
        *(ReportQuery.CONFIRMED_BY_LIST, ReportQuery.NOT_CORRELATING_BY_LIST, ReportQuery.OUTCOMES_BY_LIST),
        *(ReportQuery.FINDINGS, ReportQuery.OUTCOMES, ReportQuery.MANUAL_FINDINGS),
    }
)
_OF_STOPS = frozenset(
    {
        *(ReportQuery.STOPS_BY_REASON, ReportQuery.STOPS_BY_RACE, ReportQuery.STOPS_BY_ETHNICITY),
        *(ReportQuery.STOPS_BY_GENDER, ReportQuery.STOPS_BY_AGE),
    }
)
_ENDLESS = frozenset({ReportQuery.LISTS, ReportQuery.LIST_COUNT, ReportQuery.TRAININGS})
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
        lines = [
            _line(connection, field, policy, zone_name(settings), mounts, since, until, now) for field in rule.fields
        ]
        write_audit(connection, record, len(lines))
    return lines


def _line(
    connection: Connection,
    field: ReportField,
    policy: Policy,
    zone: str,
    mounts: Mapping[str, str | None],
    since: datetime,
    until: datetime,
    now: datetime,
) -> ReportLine:
    if field.query in (None, ReportQuery.ACCESS_LOG):
        return ReportLine(field, None)
    found = figures(connection, COUNTED_BY.get(field.query, field.query.value), since, until, zone)
    if field.query is ReportQuery.SEARCHES_BY_PURPOSE:
        found = add_up_purposes(found)
    elif field.query is ReportQuery.CAMERAS_BY_MOUNT:
        found = by_mount(found, mounts)
    return ReportLine(field, tuple(found), is_partial(field.query, policy.retention, since, now))


def is_partial(query: ReportQuery | None, retention: Retention, since: datetime, now: datetime) -> bool:
    """Return whether some of what a figure counts has ended already.

    Args:
        query: The figure; None: a person writes it.
        retention: How long what is kept here.
        since: From when on it counts, aware.
        now: The present, aware.
    """
    if query is None or query in _ENDLESS:
        return False
    kept = retention.audit
    if query in _OF_READS:
        kept = retention.reads
    elif query in _OF_FINDINGS:
        kept = retention.findings
    elif query in _OF_STOPS:
        kept = retention.stops
    return since < now - kept


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
