"""Asking where the vehicles of a list, or of one entry, were seen in the last days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from operations.past.matching import PastMatching, PastOutcome
from operations.reasons import asked_for
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Database
from storage.reads.past import ActiveList, ListedEntry, PastReads

ENTRIES_AT_ONCE = 50_000


def match_past_of_list(
    actor: Actor,
    database: Database,
    settings: Settings,
    hotlist_id: str,
    *,
    days: int | None = None,
    purpose: str | None = None,
    case_number: str | None = None,
    warrant: str | None = None,
    offense: str | None = None,
) -> list[PastOutcome]:
    """Match an active list's entries with the stored reads of the last days; store the hits and raise the alerts.

    The audit has it before anything is stored or returned, so without how much was found.

    Args:
        actor: Who asks.
        database: An open database.
        settings: The configuration.
        hotlist_id: The list.
        days: How far back; None: the settings'.
        purpose: Why; required, as the case number is, unless the law profile says otherwise.
        case_number: The case or call it belongs to.
        warrant: The warrant's number, where the law asks for one.
        offense: The type of the offense, by the FBI's code or name, where the purpose does not name it.

    Returns:
        What each part of the list came to.

    Raises:
        InvalidInput: There is no such active list, or purpose or case number say nothing, or the law
            does not permit the purpose.
        DatabaseUnavailable: What was stored before stays so; do the same again.
        ConfigurationError: The law profile does not fit, or the image store cannot be used.
    """
    check_permitted(actor, Action.HISTORICAL)
    history = PastReads(database)
    lists = {one.progress.hotlist_id: one for one in history.active_lists()}
    if hotlist_id not in lists:
        raise InvalidInput(f"no active hotlist '{hotlist_id}'; see platewatch hotlist list")
    details = {"hotlist": hotlist_id, "days": days}
    record = _asked(actor, database, settings, purpose, case_number, warrant, offense, details)
    return _match(record, database, settings, _parts(history, lists[hotlist_id]), lists.values(), days)


def match_past_of_entry(
    actor: Actor,
    database: Database,
    settings: Settings,
    entry_id: UUID,
    *,
    days: int | None = None,
    purpose: str | None = None,
    case_number: str | None = None,
    warrant: str | None = None,
    offense: str | None = None,
) -> list[PastOutcome]:
    """Match one active entry with the stored reads of the last days; otherwise as `match_past_of_list`.

    Raises:
        InvalidInput: There is no such active entry, or purpose or case number say nothing, or the law
            does not permit the purpose.
        DatabaseUnavailable: What was stored before stays so; do the same again.
        ConfigurationError: The law profile does not fit, or the image store cannot be used.
    """
    check_permitted(actor, Action.HISTORICAL)
    history = PastReads(database)
    found = history.entry(entry_id)
    if found is None:
        raise InvalidInput(f"no active entry {entry_id}; see platewatch hotlist show --json")
    details = {"entry": entry_id, "plate": found.entry.plate, "days": days}
    record = _asked(actor, database, settings, purpose, case_number, warrant, offense, details)
    return _match(record, database, settings, [[found]], history.active_lists(), days)


def _asked(
    actor: Actor,
    database: Database,
    settings: Settings,
    purpose: str | None,
    case_number: str | None,
    warrant: str | None,
    offense: str | None,
    details: dict[str, Any],
) -> AuditRecord:
    days = details["days"] or settings.matching.historical_days
    return asked_for(
        actor,
        database,
        settings,
        Action.HISTORICAL,
        purpose,
        case_number,
        back_to=datetime.now(UTC) - timedelta(days=days),
        warrant=warrant,
        offense=offense,
        **details,
    )


def _parts(history: PastReads, one: ActiveList) -> Iterator[Sequence[ListedEntry]]:
    after: UUID | None = None
    while part := history.entries(one.progress.hotlist_id, 0, one.version_id, after_entry=after, limit=ENTRIES_AT_ONCE):
        yield part
        after = part[-1].entry.entry_id


def _match(
    record: AuditRecord,
    database: Database,
    settings: Settings,
    parts: Iterable[Sequence[ListedEntry]],
    lists: Iterable[ActiveList],
    days: int | None,
) -> list[PastOutcome]:
    matching = PastMatching(database, settings)
    dates = {one.progress.hotlist_id: one.as_of for one in lists if one.as_of is not None}
    outcomes: list[PastOutcome] = []
    for part in parts:
        outcomes.append(matching.match(part, dates, days=days, audit=None if outcomes else record))
    if not outcomes:
        write_audit(database, record)
    return outcomes
