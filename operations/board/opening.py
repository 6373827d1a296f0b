"""Opening the board: the alerts that stand, most urgent first, and where what comes goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from alerts.cards.card import Card
from operations.board.making import CardMaker
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from storage.alerts.changes import changed_since, newest_change
from storage.alerts.numbering import number_alerts
from storage.audit.writer import write_audit
from storage.database import Database

MOST_CARDS: Final = 200
"""Cards on a board at most; the less urgent ones are left out, and counted."""
_MOST_READ: Final = 2000


@dataclass(frozen=True, slots=True)
class Board:
    """The cards that stand, most urgent first. `cursor` is the last change that is in them: follow from there.

    `left_out` counts those that were too many.
    """

    cards: tuple[Card, ...]
    cursor: int
    left_out: int


def open_board(actor: Actor, database: Database, cards: CardMaker, within: timedelta) -> Board:
    """Return the agency's alerts in which something changed lately; the look stands in the audit before.

    Args:
        actor: Who looks; they see their agency's alerts alone.
        database: An open database.
        cards: What makes cards.
        within: How long ago the last change may be.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_ALERTS)
    number_alerts(database)
    with database.transaction() as connection:
        # First: what changes while the rest is read is read again by whoever follows from here, and never missed.
        cursor = newest_change(connection)
        found = changed_since(connection, actor.agency_id, datetime.now(UTC) - within, _MOST_READ)
        made = sorted((card for _, card in cards.of_changed(found)), key=lambda card: card.order)
        shown = tuple(made[:MOST_CARDS])
        numbers = [card.number for card in shown]
        write_audit(connection, record, len(shown), board="opened", alerts=numbers, left_out=len(made) - len(shown))
    return Board(shown, cursor, len(made) - len(shown))
