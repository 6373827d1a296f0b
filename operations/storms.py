"""Storms of alerts: looked at, and ended by a person who has what they hold sent, or not."""

from __future__ import annotations

from dataclasses import dataclass

from operations.reasons import check_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.events import Alert
from storage.alerts.numbering import number_alerts
from storage.alerts.storms import Storm, end_storm, held_alerts, standing_storms
from storage.database import Database


@dataclass(frozen=True, slots=True)
class HeldStorm:
    """A storm that stands, with the newest of the alerts that it holds."""

    storm: Storm
    newest: tuple[Alert, ...]


def view_held(actor: Actor, database: Database, limit: int) -> list[HeldStorm]:
    """Return the storms that stand, each with the newest alerts that it holds.

    Args:
        actor: Who looks.
        database: An open database.
        limit: Most alerts of each storm.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    found = standing_storms(database, AuditRecord(actor, Action.VIEW_HELD, {"limit": limit}))
    return [
        HeldStorm(storm, tuple(map(Alert.model_validate, held_alerts(database, storm.storm_number, limit))))
        for storm in found
    ]


def release_held(actor: Actor, database: Database, storm: int) -> int:
    """End a storm and send what it holds; what comes later counts anew.

    Args:
        actor: Who does.
        database: An open database.
        storm: The storm's number.

    Returns:
        How many alerts are sent.

    Raises:
        InvalidInput: No such storm stands.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.RELEASE_HELD, {"storm": storm})
    count = end_storm(database, storm, by=actor.name, release=True, audit=record)
    if count is None:
        raise _absent(storm)
    number_alerts(database)
    return count


def discard_held(actor: Actor, database: Database, storm: int, reason: str) -> int:
    """End a storm and send nothing of what it holds; its hits stay stored as long as their reads.

    Args:
        actor: Who does.
        database: An open database.
        storm: The storm's number.
        reason: Why, in words; stands in the audit.

    Returns:
        How many alerts nobody is told of.

    Raises:
        InvalidInput: No such storm stands, or the reason says nothing.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.DISCARD_HELD, {"storm": storm, "reason": reason})
    check_reason(database, record, reason)
    count = end_storm(database, storm, by=actor.name, release=False, audit=record)
    if count is None:
        raise _absent(storm)
    return count


def _absent(storm: int) -> InvalidInput:
    return InvalidInput(f"no storm {storm} stands; see platewatch alerts held")
