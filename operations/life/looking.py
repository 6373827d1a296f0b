"""Looking at one alert, which is seen from then on; and at what stands of many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from alerts.life.transitions import life_of
from operations.life.change import AlertCard, Said, Sayer, absent, card_of, disposition_of, may_see, write
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.events import AlertType
from schemas.permissions import check_permitted
from schemas.plates import canonical_plate
from schemas.types import DispositionKind, Life, Standing
from storage.alerts.dispositions import canceled_among, dispositions_of, find_alert
from storage.alerts.numbering import number_alerts
from storage.alerts.unit_of_work import Ledger
from storage.cars.answers import answers_beside
from storage.database import Database
from storage.sharing.foreign import heard

MOST_SAID = 50
"""Most dispositions of other agencies that are shown with an alert."""


def show_alert(
    sayer: Sayer,
    database: Database,
    wanted: int | UUID,
    *,
    leave_new: bool = False,
    purpose: str | None = None,
    case_number: str | None = None,
) -> AlertCard:
    """Return an alert with all that was said of it; a new one is seen from then on. The look stands in the audit.

    Args:
        sayer: Who looks.
        database: An open database.
        wanted: The alert's number or id, or those of an update or a cancel of it.
        leave_new: Leave a new alert new, for whoever looks for another reason than to act on it.
        purpose: Why.
        case_number: The case it belongs to.

    Raises:
        InvalidInput: There is no such alert.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(sayer.actor, Action.VIEW_ALERT)
    number_alerts(database)
    found = find_alert(database, wanted)
    if found is None or not may_see(sayer.actor, found):
        raise absent(wanted)
    plate = canonical_plate(found.payload["entry"]["plate"])
    with Ledger(database).begin() as unit:
        unit.lock_plates({plate})
        found = unit.alert_to_change(found.alert_id)
        if found is None:
            raise absent(wanted)
        card = card_of(found, unit.dispositions_of(found.alert_id))
        is_first = card.life.standing is Standing.NEW and not leave_new
        if is_first:
            said = Said(DispositionKind.SEEN, Action.VIEW_ALERT)
            card = write(unit, card, disposition_of(sayer, said, card.life.count + 1))
        details = {"alert": card.number, "alert_id": found.alert_id, "seen": is_first}
        unit.write_down(AuditRecord(sayer.actor, Action.VIEW_ALERT, details, purpose, case_number))
    elsewhere = heard(database, MOST_SAID, entry_ids=[card.first.entry.entry_id])
    beside = answers_beside(database, card.first.alert_id)
    return replace(card, elsewhere=tuple(elsewhere), beside=tuple(beside))


def find_card(actor: Actor, database: Database, wanted: int | UUID) -> AlertCard:
    """Return an alert with all that was said of it, for an operation that writes the look down itself.

    Args:
        actor: Who looks.
        database: An open database.
        wanted: The alert's number or id, or those of an update or a cancel of it.

    Raises:
        InvalidInput: There is no such alert.
        DatabaseUnavailable: The server is down.
    """
    number_alerts(database)
    found = find_alert(database, wanted)
    if found is None or not may_see(actor, found):
        raise absent(wanted)
    return card_of(found, dispositions_of(database, [found.alert_id]).get(found.alert_id, []))


def lives_of(database: Database, payloads: Sequence[dict[str, Any]]) -> list[Life]:
    """Return what stands of alerts, one for each: part of the look that showed them, which is written down already.

    Args:
        database: An open database.
        payloads: Alerts, updates or cancels as JSON objects.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    firsts = [first_alert(payload) for payload in payloads]
    said, canceled = dispositions_of(database, firsts), canceled_among(database, firsts)
    return [life_of(said.get(first, ()), is_canceled=first in canceled) for first in firsts]


def first_alert(payload: dict[str, Any]) -> UUID:
    """Return the id of the first alert about a vehicle, from any message about it as a JSON object."""
    name = {AlertType.UPDATE: "updates", AlertType.CANCEL: "cancels"}.get(payload.get("type", ""), "alert_id")
    return UUID(str(payload[name]))
