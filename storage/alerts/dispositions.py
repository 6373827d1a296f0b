"""Dispositions: what people say of alerts. Rows are added, never changed, and end with their alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from schemas import ids
from schemas.events import Alert, ConfirmationEvent, DispositionEvent
from schemas.plates import canonical_plate
from schemas.types import (
    AlertOutcome,
    CheckPriority,
    Disposition,
    DispositionKind,
    Life,
    RecordAnswer,
    Rejection,
    Surface,
)
from storage import statements
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import jsonb, optional, storable

_SQL = load_queries("alerts/dispositions")


@dataclass(frozen=True, slots=True)
class FoundAlert:
    """The first alert about a vehicle: `payload` is it, `newest` its newest update or itself, both as JSON objects.

    `canceled` is why it was taken back, where that is known.
    """

    alert_id: UUID
    alert_number: int
    hit_id: UUID
    captured_at: datetime
    payload: dict[str, Any]
    newest: dict[str, Any]
    is_canceled: bool
    canceled: str | None


def find_alert(on: Database | Connection, wanted: int | UUID) -> FoundAlert | None:
    """Return the first alert about a vehicle, or None.

    Args:
        on: An open database, or a connection with the caller's transaction.
        wanted: Its number or id, or those of an update or a cancel of it.
    """
    is_number = isinstance(wanted, int)
    values = {"number": wanted if is_number else None, "alert_id": None if is_number else wanted}
    return statements.one(on, _SQL["find"], values, row=kwargs_row(FoundAlert))


def lock_alert(connection: Connection, alert_id: UUID) -> None:
    """Let nobody else say anything of an alert until the commit."""
    statements.execute(connection, _SQL["lock"], {"alert_id": alert_id})


def dispositions_of(on: Database | Connection, alert_ids: Sequence[UUID]) -> dict[UUID, list[Disposition]]:
    """Return the dispositions of first alerts in their order; an alert without any is not in it.

    Args:
        on: An open database, or a connection with the caller's transaction.
        alert_ids: The first alerts.
    """
    found: dict[UUID, list[Disposition]] = {}
    rows = statements.all(on, _SQL["history"], {"alert_ids": list(alert_ids)}, row=kwargs_row(_row))
    for alert_id, disposition in rows:
        found.setdefault(alert_id, []).append(disposition)
    return found


def canceled_among(on: Database | Connection, alert_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of some first alerts that were taken back."""
    return set(statements.scalars(on, _SQL["canceled"], {"alert_ids": list(alert_ids)}, kind=UUID))


def add_disposition(connection: Connection, alert_id: UUID, disposition: Disposition) -> None:
    """Add a disposition; its number has to be the next one.

    Args:
        connection: With the caller's transaction, in which the alert is locked.
        alert_id: The first alert.
        disposition: What was said.
    """
    values = {
        "disposition_id": ids.disposition_id(alert_id, disposition.number),
        "alert_id": alert_id,
        "number": disposition.number,
        "kind": disposition.kind.value,
        "at": disposition.at,
        "person": storable(disposition.person),
        "actor": storable(disposition.actor),
        "via": disposition.via,
        "origin": storable(disposition.origin),
        "agency_id": disposition.agency_id,
        "surface": disposition.surface.value,
        "supersedes": disposition.supersedes,
        "rejection": disposition.rejection,
        "outcome": disposition.outcome,
        "priority": disposition.priority,
        "answer": disposition.answer,
        "minutes": disposition.minutes,
        "plate_seen": optional(disposition.plate_seen),
        "state_seen": optional(disposition.state_seen),
        "despite": jsonb([[storable(part) for part in pair] for pair in disposition.despite]),
        "note": optional(disposition.note),
    }
    statements.execute(connection, _SQL["add"], values)
    statements.execute(connection, _SQL["note_change"], {"alert_id": alert_id})


def note_return(connection: Connection, event: DispositionEvent, hotlist_id: str) -> None:
    """Have a disposition go to the agency that gave the entry; nothing where it is our own.

    Args:
        connection: With the caller's transaction.
        event: The disposition, as its entry's owner gets it.
        hotlist_id: The list here.
    """
    owner = event.entry.given_by
    if owner is None:
        return
    values = {
        "disposition_id": event.disposition_id,
        "agency_id": storable(owner.agency_id),
        "agreement_id": storable(owner.agreement_id),
        "hotlist_id": storable(hotlist_id),
        "plate": storable(canonical_plate(event.entry.plate)),
        "payload": storable(event.model_dump_json()),
    }
    statements.execute(connection, _SQL["note_return"], values)


def save_findings(
    connection: Connection, alert: Alert, life: Life, confirmation: ConfirmationEvent, at: datetime
) -> None:
    """Note what stands of an alert: with it, for all that is sent about it, and beside it, for when it has ended.

    Args:
        connection: With the caller's transaction.
        alert: The first alert.
        life: What stands.
        confirmation: Who has confirmed it.
        at: When that came to be, aware.
    """
    document = jsonb(confirmation.model_dump(mode="json"))
    statements.execute(connection, _SQL["set_confirmation"], {"alert_id": alert.alert_id, "confirmation": document})
    values = {
        "alert_id": alert.alert_id,
        "entry_id": alert.entry.entry_id,
        "hotlist_id": storable(alert.hotlist.hotlist_id),
        "category": alert.entry.category.value,
        "originating_agency": optional(alert.entry.originating_agency),
        "case_number": optional(alert.entry.case_number),
        "raised_at": alert.created_at,
        "standing": life.standing.value,
        "rejection": None if life.verdict is None else life.verdict.rejection,
        "outcome": None if life.outcome is None else life.outcome.outcome,
        "record_answer": None if life.check is None else life.check.answer,
        "confirmed_by": optional(life.confirmed_by),
        "found_at": at,
    }
    statements.execute(connection, _SQL["save_finding"], values)


def _row(*, alert_id: UUID, despite: Sequence[Sequence[str]], **values: Any) -> tuple[UUID, Disposition]:
    kinds = {
        "kind": DispositionKind,
        "surface": Surface,
        "rejection": Rejection,
        "outcome": AlertOutcome,
        "priority": CheckPriority,
        "answer": RecordAnswer,
    }
    for name, kind in kinds.items():
        values[name] = None if values[name] is None else kind(values[name])
    return alert_id, Disposition(despite=tuple((feature, reason) for feature, reason in despite), **values)
