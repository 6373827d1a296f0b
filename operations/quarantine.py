"""Messages that could not be understood: looked at, tried again, given up. They hold plates, so looks are audited."""

from __future__ import annotations

from operations.reasons import check_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import NotThere
from storage.database import Database
from storage.quarantine.quarantine import Quarantine, QuarantinedMessage


def list_quarantine(
    actor: Actor, database: Database, limit: int, source_id: str | None = None
) -> list[QuarantinedMessage]:
    """Return the newest quarantined messages.

    Args:
        actor: Who looks.
        database: An open database.
        limit: Most messages.
        source_id: Those of one source alone; None: of all.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_QUARANTINE, {"limit": limit, "source": source_id})
    return Quarantine(database).newest(limit, source_id, audit=record)


def show_quarantined(actor: Actor, database: Database, number: int) -> QuarantinedMessage:
    """Return one message with its body.

    Args:
        actor: Who looks.
        database: An open database.
        number: The message.

    Raises:
        NotThere: There is no such message.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_QUARANTINE, {"message": number})
    found = Quarantine(database).get(number, audit=record)
    if found is None:
        raise _absent(number)
    return found


def retry_quarantined(actor: Actor, database: Database, number: int | None) -> int:
    """Have a run try messages again, as after an update or a corrected configuration.

    Args:
        actor: Who asks.
        database: An open database.
        number: The message; None: all.

    Returns:
        How many are tried again.

    Raises:
        NotThere: There is no such message.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.RETRY_QUARANTINED, {"message": number})
    count = Quarantine(database).ask_retry(number, audit=record)
    if number is not None and not count:
        raise _absent(number)
    return count


def discard_quarantined(actor: Actor, database: Database, number: int, reason: str) -> None:
    """Delete a message for good.

    Args:
        actor: Who does.
        database: An open database.
        number: The message.
        reason: Why, in words; stands in the audit.

    Raises:
        NotThere: There is no such message.
        InvalidInput: The reason says nothing.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.DISCARD_QUARANTINED, {"message": number, "reason": reason})
    check_reason(database, record, reason)
    if not Quarantine(database).remove(number, audit=record):
        raise _absent(number)


def _absent(number: int) -> NotThere:
    return NotThere(f"no quarantined message {number}; see platewatch quarantine list")
