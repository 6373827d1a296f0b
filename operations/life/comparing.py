"""The first step of a confirmation: what a person sees, beside the entry. Nothing is said of the alert by it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from alerts.life.comparing import Contradiction, fault_of_plate
from operations.life.change import AlertCard, Sayer
from operations.life.deciding import Look, contradictions_of, kind_of_word, plate_of_text, state_of_word
from operations.life.looking import find_card
from schemas.audit import Action, AuditRecord
from storage.audit.writer import write_audit
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a person saw beside the entry.

    `fault` is why the plate that they saw is not the listed one, in words; None: it is. `contradictions` are those of
    the vehicle, whoever saw them: confirming takes a reason for each. `is_another_state` says that one of them is the
    plate's state as the person saw it, for which there is no reason: it is another plate.
    """

    card: AlertCard
    fault: str | None
    contradictions: tuple[Contradiction, ...]

    @property
    def is_another_state(self) -> bool:
        """Whether the person saw another state's plate."""
        return any(one.feature == "state" and one.seen_by == "person" for one in self.contradictions)


def compare_alert(sayer: Sayer, database: Database, wanted: int | UUID, look: Look) -> Comparison:
    """Compare what a person sees with the entry, before they confirm; the look stands in the audit, not what was seen.

    Args:
        sayer: Who looks.
        database: An open database.
        wanted: The alert's number or id.
        look: What they see.

    Raises:
        InvalidInput: There is no such alert, or what is seen cannot be: no plate, no state, no kind of vehicle.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(sayer.actor, Action.VIEW_ALERT)
    plate, state, kind = plate_of_text(look.plate), state_of_word(look.state), kind_of_word(look.kind)
    card = find_card(sayer.actor, database, wanted)
    fault = fault_of_plate(plate, card.first.entry.plate)
    found = contradictions_of(card, look, state, kind)
    write_audit(
        database,
        record,
        alert=card.number,
        alert_id=card.first.alert_id,
        compared="agrees" if fault is None else "differs",
        contradictions=sorted({one.feature for one in found}) or None,
    )
    return Comparison(card, fault, found)
