"""Looking at what rules sent, and trying again what was given up."""

from __future__ import annotations

from datetime import UTC, datetime

from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from storage.alerts.deliveries import Deliveries, Delivery, DeliveryState
from storage.alerts.outbox import DeadLetter, dead_letters, retry_dead_letters
from storage.database import Database

__all__ = [
    "DeliveryState",
    "retry_deliveries",
    "retry_refused_messages",
    "view_deliveries",
    "view_refused_messages",
]


def view_deliveries(actor: Actor, database: Database, limit: int, state: DeliveryState | None = None) -> list[Delivery]:
    """Return the newest deliveries, newest first.

    Args:
        actor: Who looks.
        database: An open database.
        limit: Most of them.
        state: Those of one state alone; None: all.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_DELIVERIES, {"limit": limit, "state": state})
    return Deliveries(database).newest(limit, state, record)


def retry_deliveries(actor: Actor, database: Database, number: int | None) -> int:
    """Have a run try again what was given up, as after a correction of the configuration.

    Args:
        actor: Who asks.
        database: An open database.
        number: The delivery; None: all that were given up.

    Returns:
        How many are tried again.

    Raises:
        InvalidInput: No such delivery was given up.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.RETRY_DELIVERIES, {"delivery": number})
    count = Deliveries(database).retry(number, datetime.now(UTC), record)
    if number is not None and not count:
        raise InvalidInput(f"no delivery {number} was given up; see platewatch deliveries list --dead")
    return count


def view_refused_messages(actor: Actor, database: Database) -> list[DeadLetter]:
    """Return the messages that Kafka refused for good, oldest first.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return dead_letters(database, AuditRecord(actor, Action.VIEW_DELIVERIES, {"refused_by": "kafka"}))


def retry_refused_messages(actor: Actor, database: Database, number: int | None) -> int:
    """Have the relay publish again what Kafka refused, as after a change of its limits or of what we may write.

    Args:
        actor: Who asks.
        database: An open database.
        number: The message; None: all.

    Returns:
        How many are published again.

    Raises:
        InvalidInput: There is no such message.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.RETRY_DELIVERIES, {"message": number, "refused_by": "kafka"})
    count = retry_dead_letters(database, number, record)
    if number is not None and not count:
        raise InvalidInput(f"kafka refused no message {number}; see platewatch deliveries refused")
    return count
