"""What `platewatch hotlist` prints: JSON records and tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from cli.common import console, errors
from cli.terminal.times import shown_time
from hotlists.feeds.freshness import ListAge
from hotlists.importing.importer import ImportReport
from policy.decisions import Policy
from schemas.events import utc
from schemas.types import Category, HotlistEntry, RejectedRow

if TYPE_CHECKING:
    from storage.hotlists.lists import HotlistSummary
    from storage.hotlists.versions import VersionSummary

REJECTS_SHOWN = 5
"""Most rejected rows that an import's report repeats; the list keeps all of them."""


def canceled_text(canceled: int) -> str:
    """Return how many alerts a change took back, to end a sentence with; empty for none."""
    if not canceled:
        return ""
    return "; 1 open alert was canceled" if canceled == 1 else f"; {canceled} open alerts were canceled"


def report_record(report: ImportReport, policy: Policy, canceled: int = 0) -> dict[str, Any]:
    """Return an import's report as a JSON record; `silent` counts entries by categories that may not notify."""
    found, outcome = report.survey, report.outcome
    record: dict[str, Any] = {
        "hotlist": report.hotlist_id,
        "source": report.layout,
        "file": report.file_name,
        "as_of": utc(report.as_of),
        "dry_run": outcome is None,
        "rows": found.rows,
        "entries": found.entries,
        "duplicates": found.duplicates,
        "withdrawn": found.withdrawn,
        "rejected": len(found.rejects),
        "no_plate": found.no_plate,
        "unmapped": dict(found.unmapped),
        "silent": {
            category.value: count for category, count in silent_categories(dict(found.categories), policy).items()
        },
        "rejects": [reject_record(row) for row in found.rejects[:REJECTS_SHOWN]],
    }
    if outcome is not None:
        record |= {
            "version": outcome.version_id,
            "added": outcome.added,
            "removed": outcome.removed,
            "changed": outcome.changed,
            "unchanged": outcome.unchanged,
            "canceled_alerts": canceled,
        }
    return record


def reject_record(row: RejectedRow) -> dict[str, Any]:
    """Return a rejected row as a JSON record."""
    return {"line": row.line, "column": row.column, "reason": row.reason, "raw": row.raw}


def silent_categories(categories: Mapping[Category, int], policy: Policy) -> dict[Category, int]:
    """Return those of a list's categories whose hits raise no alert, with how many entries they have."""
    return {category: count for category, count in categories.items() if not policy.may_notify(category)}


def print_silent(categories: Mapping[Category, int], policy: Policy) -> None:
    """Say on standard error which of a list's categories raise no alert, and why."""
    for category, count in silent_categories(categories, policy).items():
        name = category.value.replace("_", " ")
        errors.print(f"{count} entries: {name}: {policy.notify_reason(category)}", style="yellow", markup=False)


def print_report(report: ImportReport, policy: Policy, canceled: int = 0) -> None:
    """Print an import's report: the result on standard output, what to look at on standard error."""
    found, outcome = report.survey, report.outcome
    if outcome is None:
        console.print(f"dry run, nothing was changed: {found.entries} entries for the list '{report.hotlist_id}'")
    else:
        changes = f"{outcome.added} added, {outcome.changed} changed, {outcome.removed} removed"
        console.print(
            f"list '{report.hotlist_id}' is active: {outcome.total} entries ({changes}), content of "
            f"{report.as_of:%Y-%m-%d %H:%M} UTC{canceled_text(canceled)}"
        )
    if found.duplicates:
        errors.print(f"{found.duplicates} repeated rows: the later one of each counts", style="yellow")
    if found.withdrawn:
        errors.print(f"{found.withdrawn} rows are left out: their entries were withdrawn by a person", style="yellow")
    for code, count in found.unmapped[:REJECTS_SHOWN]:
        label = f"category '{code}' is not known" if code else "no category is given"
        errors.print(f"{count} entries: {label}; loaded as 'unmapped'", style="yellow", markup=False)
    print_silent(dict(found.categories), policy)
    if found.no_plate:
        errors.print(
            f"{found.no_plate} rows have a word for no plate (NULL, NO TAG and the like); they are among the rejected",
            style="yellow",
            markup=False,
        )
    _print_first_rejects(found.rejects, report)


def _print_first_rejects(rejects: tuple[RejectedRow, ...], report: ImportReport) -> None:
    if not rejects:
        return
    errors.print(f"{len(rejects)} rows cannot be used:", style="yellow")
    for row in rejects[:REJECTS_SHOWN]:
        errors.print(f"  line {row.line}, {row.column}: {row.reason}", markup=False)
    rest = len(rejects) - REJECTS_SHOWN
    if rest > 0:
        see = f"; see platewatch hotlist rejects {report.outcome.version_id}" if report.outcome is not None else ""
        errors.print(f"  and {rest} more{see}")


def summary_record(summary: HotlistSummary, age: ListAge | None, now: datetime) -> dict[str, Any]:
    """Return an active list as a JSON record; its age is at `now`."""
    return {
        "hotlist": summary.hotlist_id,
        "source": summary.layout,
        "version": summary.version_id,
        "entries": summary.entries,
        "rejected": summary.rejected,
        "as_of": utc(summary.as_of) if summary.as_of else None,
        "age_seconds": round((now - summary.as_of).total_seconds(), 1) if summary.as_of else None,
        "activated_at": utc(summary.activated_at),
        "file": summary.file_name,
        "max_age_hours": age.max_age_hours if age else None,
        "late": age.is_late if age else False,
        "held": summary.held,
    }


def version_record(version: VersionSummary) -> dict[str, Any]:
    """Return a version as a JSON record."""
    return {
        "version": version.version_id,
        "active": version.is_active,
        "kind": version.kind,
        "source": version.layout,
        "file": version.file_name,
        "as_of": utc(version.as_of) if version.as_of else None,
        "activated_at": utc(version.activated_at),
        "entries": version.entries,
        "added": version.added,
        "changed": version.changed,
        "removed": version.removed,
        "rejected": version.rejected,
        "made_by": version.made_by,
        "reason": version.reason,
        "restored_version": version.restored_version,
    }


def print_versions(versions: list[VersionSummary]) -> None:
    """Print a list's versions as a table."""
    table = Table("version", "made", "how", "entries", "added", "changed", "removed", "rejected", "by", "file")
    for version in versions:
        how = version.kind if version.restored_version is None else f"back to {version.restored_version}"
        table.add_row(
            f"{version.version_id}{' (active)' if version.is_active else ''}",
            shown_time(version.activated_at, seconds=False),
            Text(f"{how}: {version.reason}" if version.reason else how),
            *(str(count) for count in (version.entries, version.added, version.changed, version.removed)),
            str(version.rejected),
            Text(version.made_by or ""),
            Text(version.file_name),
        )
    console.print(table)


def _age(summary: HotlistSummary, age: ListAge | None, now: datetime) -> str:
    if summary.as_of is None:
        return ""
    hours = (now - summary.as_of).total_seconds() / 3600
    text = f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.0f} d"
    return f"{text}, LATE (at most {age.max_age_hours:g} h)" if age and age.is_late else text


def entry_record(entry: HotlistEntry, policy: Policy) -> dict[str, Any]:
    """Return an entry as a JSON record; `notifies` says whether its hits raise alerts here."""
    vehicle = entry.vehicle
    return {
        "entry_id": str(entry.entry_id),
        "hotlist": entry.hotlist_id,
        "plate": entry.plate,
        "jurisdiction": entry.jurisdiction,
        "category": entry.category.value,
        "notifies": policy.may_notify(entry.category),
        "source_entry_id": entry.source_entry_id,
        "source_code": entry.source_code,
        "year": vehicle.year if vehicle else None,
        "make": vehicle.make if vehicle else None,
        "model": vehicle.model if vehicle else None,
        "style": vehicle.style if vehicle else None,
        "color": vehicle.color if vehicle else None,
        "originating_agency": entry.originating_agency,
        "case_number": entry.case_number,
        "priority": entry.priority,
        "instructions": entry.instructions,
        "valid_from": utc(entry.valid_from) if entry.valid_from else None,
        "valid_until": utc(entry.valid_until) if entry.valid_until else None,
        "extra": dict(entry.extra),
        "line": entry.source_line,
    }


def print_entries(entries: list[HotlistEntry], policy: Policy) -> None:
    """Print entries as a table."""
    table = Table("plate", "state", "category", "vehicle", "case", "until", "line")
    for entry in entries:
        cells = (
            entry.plate,
            entry.jurisdiction or "",
            entry.category.value if policy.may_notify(entry.category) else f"{entry.category.value} (silent)",
            entry.vehicle.summary() if entry.vehicle else "",
            entry.case_number or entry.source_entry_id or "",
            shown_time(entry.valid_until, seconds=False) if entry.valid_until else "",
            str(entry.source_line or ""),
        )
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)


def print_rejects(rejects: list[RejectedRow]) -> None:
    """Print rejected rows as a table."""
    table = Table("line", "column", "reason", "row")
    for row in rejects:
        table.add_row(str(row.line), Text(row.column or ""), Text(row.reason), Text(row.raw))
    console.print(table if rejects else "every row of this list could be used")


def print_summaries(summaries: list[HotlistSummary], ages: Mapping[str, ListAge], now: datetime) -> None:
    """Print the active lists as a table; their age is at `now`."""
    table = Table("list", "layout", "entries", "rejected", "content of", "age", "file")
    for summary in summaries:
        table.add_row(
            Text(summary.hotlist_id),
            summary.layout,
            str(summary.entries),
            str(summary.rejected),
            shown_time(summary.as_of, seconds=False) if summary.as_of else "unknown",
            _age(summary, ages.get(summary.hotlist_id), now),
            Text(summary.file_name),
        )
    for summary in summaries:
        if summary.held:
            errors.print(f"{summary.hotlist_id}: a newer version is held: {summary.held}", style="yellow", markup=False)
    console.print(table if summaries else "no list is active; import one with platewatch hotlist import")
