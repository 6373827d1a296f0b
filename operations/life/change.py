"""One disposition: judged by what stands, written with its audit row and its messages, or refused as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from alerts.build import alert_message
from alerts.life.messages import (
    confirmation_of,
    disposition_event,
    disposition_message,
    disposition_update,
    is_news,
)
from alerts.life.transitions import advanced, life_of, refusal
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.errors import Conflict, InvalidInput, NotThere, Outdated
from schemas.events import Alert
from schemas.generate import DISPOSITION_TOPIC
from schemas.permissions import check_permitted
from schemas.plates import canonical_plate
from schemas.types import Disposition, DispositionKind, Life, Surface
from storage.alerts.dispositions import FoundAlert, find_alert
from storage.alerts.numbering import number_alerts
from storage.alerts.unit_of_work import Ledger, UnitOfWork
from storage.audit.writer import write_audit
from storage.cars.answers import AnswerBeside
from storage.database import Database
from storage.sharing.foreign import ForeignDisposition

LONGEST_NOTE = 2000
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Sayer:
    """Who says something of an alert, from where.

    `actor` enters it. `person` is who found it out where that is another one, `surface` where it is entered. `knows` is
    how many dispositions of the alert they have seen: it is refused once there are others; None: whatever there are.
    `at` is when it was said, where that was earlier, as in a car without a network.
    """

    actor: Actor
    surface: Surface = Surface.COMMAND_LINE
    person: str | None = None
    knows: int | None = None
    at: datetime | None = None

    @property
    def name(self) -> str:
        """The person whose word it is."""
        return self.person or self.actor.name


@dataclass(frozen=True, slots=True)
class AlertCard:
    """An alert with all that people said of it: the first message about the vehicle, the newest, and what stands.

    `canceled` is why it was taken back, where it was and that is known. `elsewhere` is what other agencies said of
    their own alerts on the same entry, newest first, where that was looked up. So is `beside`: what officers said in
    cars that contradicts what stands, or was refused.
    """

    number: int
    first: Alert
    newest: Alert
    life: Life
    dispositions: tuple[Disposition, ...]
    canceled: str | None = None
    elsewhere: tuple[ForeignDisposition, ...] = ()
    beside: tuple[AnswerBeside, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wants to say. `details` go into the audit, `check` refuses what the vehicle contradicts.

    `alongside` is done in the transaction in which it is said.
    """

    kind: DispositionKind
    action: Action
    values: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[AlertCard], str | None] | None = None
    alongside: Callable[[UnitOfWork, Disposition], None] | None = None


def say(sayer: Sayer, database: Database, wanted: int | UUID, said: Said) -> AlertCard:
    """Add a disposition, tell the entry's owner and whoever got the alert, and write it down: all of it, or nothing.

    Of two who say something at the same time one is first; the other is refused, and told who was, and when.

    Args:
        sayer: Who says it.
        database: An open database.
        wanted: The alert's number or id, or those of an update or a cancel of it.
        said: What is said.

    Returns:
        The alert with it.

    Raises:
        NotThere: There is no such alert.
        Outdated: Something was said since, that they do not know; nothing is changed.
        Conflict: The disposition may not follow what stands; nothing is changed.
        DatabaseUnavailable: The server is down; nothing is changed, or the answer was lost.
    """
    # Before it is said whether there is such an alert.
    check_permitted(sayer.actor, said.action)
    number_alerts(database)
    found = find_alert(database, wanted)
    if found is None or not may_see(sayer.actor, found):
        raise absent(wanted)
    plate = canonical_plate(found.payload["entry"]["plate"])
    fault = None
    with Ledger(database).begin() as unit:
        # In the order in which whoever settles hits of this plate takes locks, too.
        unit.lock_plates({plate})
        found = unit.alert_to_change(found.alert_id)
        if found is None:
            raise absent(wanted)
        card = card_of(found, unit.dispositions_of(found.alert_id))
        if sayer.knows not in (None, card.life.count):
            raise Outdated(
                f"alert {card.number} has changed since it was looked at: {card.life.count} things were said of it by "
                "now; look again, then say it"
            )
        new = disposition_of(sayer, said, card.life.count + 1)
        fault = refusal(card.life, new) or (said.check and said.check(card))
        record = AuditRecord(
            sayer.actor, said.action, {"alert": card.number, "alert_id": found.alert_id, **said.details}
        )
        if fault is None:
            card = write(unit, card, new)
            unit.write_down(record)
            if said.alongside is not None:
                said.alongside(unit, new)
    if fault is not None:
        # After the transaction, which has changed nothing: the refusal stays, whatever comes next.
        _write_refusal(database, record, fault)
        raise Conflict(f"alert {card.number} cannot be {_done(said.kind)}: {fault}")
    number_alerts(database)
    return card


def disposition_of(sayer: Sayer, said: Said, number: int) -> Disposition:
    """Return what somebody says as the disposition of this number, said now unless they say when."""
    actor = sayer.actor
    return Disposition(
        kind=said.kind,
        at=sayer.at or datetime.now(UTC),
        person=sayer.name,
        actor=actor.name,
        agency_id=actor.agency_id,
        number=number,
        surface=sayer.surface,
        via=actor.via.value,
        origin=actor.origin,
        **said.values,
    )


def write(unit: UnitOfWork, card: AlertCard, new: Disposition) -> AlertCard:
    """Write a disposition that may follow, with what others are told of it; return the alert with it.

    Args:
        unit: The transaction, in which the alert is locked.
        card: The alert as it is.
        new: The disposition.
    """
    life = advanced(card.life, new)
    first = card.first
    unit.add_disposition(first.alert_id, new)
    unit.save_findings(first, life, confirmation_of(life), new.at)
    event = disposition_event(first, life, new)
    unit.send(disposition_message(event), DISPOSITION_TOPIC)
    unit.note_return(event, first.hotlist.hotlist_id)
    newest = card.newest
    if is_news(new) and not life.is_canceled:
        newest = disposition_update(newest, life, new, first=first.alert_id)
        read = newest.read
        unit.add_update(alert_message(newest), newest.hit.hit_id, newest.hit.tier, read.captured_at, first.alert_id)
    return AlertCard(card.number, first, newest, life, (*card.dispositions, new), card.canceled)


def card_of(found: FoundAlert, dispositions: list[Disposition]) -> AlertCard:
    """Return a stored alert with what people said of it.

    Raises:
        InvalidInput: What is stored is no alert.
    """
    try:
        first, newest = Alert.model_validate(found.payload), Alert.model_validate(found.newest)
    except ValueError as error:
        raise InvalidInput(f"what is stored as alert {found.alert_number} is no alert") from error
    life = life_of(dispositions, is_canceled=found.is_canceled)
    return AlertCard(found.alert_number, first, newest, life, tuple(dispositions), found.canceled)


def may_see(actor: Actor, found: FoundAlert) -> bool:
    """Return whether an alert is one of somebody's own agency; who may give commands on the machine sees all.

    Args:
        actor: Who looks.
        found: The alert.
    """
    is_at_the_machine = actor.via in (SignIn.LOCAL_USER, SignIn.SERVICE)
    return is_at_the_machine or found.payload.get("agency_id") == actor.agency_id


def absent(wanted: int | UUID) -> NotThere:
    """Return the error about an alert that is not there."""
    return NotThere(f"no alert {wanted}; see platewatch alerts. alerts end as reads do")


def checked_text(text: str | None, what: str, longest: int = LONGEST_NOTE) -> str | None:
    """Return a text that a person gave without outer blanks, None where it is empty.

    Args:
        text: As given.
        what: What it is, for the error.
        longest: Most characters.

    Raises:
        InvalidInput: It is too long.
    """
    short = (text or "").strip()
    if len(short) > longest:
        raise InvalidInput(f"the {what} has {len(short)} characters; use at most {longest}")
    return short or None


def _write_refusal(database: Database, record: AuditRecord, fault: str) -> None:
    details = {**record.details, "refused": record.action.value, "why_refused": fault}
    write_audit(database, AuditRecord(record.actor, Action.REFUSED, details))


def _done(kind: DispositionKind) -> str:
    return {
        DispositionKind.OUTCOME: "closed",
        DispositionKind.RECORD_CHECK_ASKED: "checked",
        DispositionKind.RECORD_CHECK_ANSWERED: "answered",
    }.get(kind, kind.value)
