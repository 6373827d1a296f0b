"""Taking an alert, confirming or rejecting it, and saying what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from alerts.cards.steps import fault_before_acting
from alerts.life.comparing import Contradiction, contradictions, fault_of_plate, unexplained
from matcher.judging.vehicle import compare_vehicles
from operations.life.change import AlertCard, Said, Sayer, checked_text, say
from policy.duties import ConfirmRule
from policy.reasons import fault_of_reason
from schemas.audit import Action
from schemas.convert import vehicle_from_event
from schemas.errors import InvalidInput
from schemas.jurisdictions import parse_jurisdiction
from schemas.types import AlertOutcome, ComparedWith, DispositionKind, Rejection, VehicleDescription
from schemas.vehicle_classes import VehicleKind, kind_named
from storage.database import Database

LONGEST_PLATE = 40


@dataclass(frozen=True, slots=True)
class Look:
    """What a person sees: the plate, its state, and of the vehicle what they want to say.

    `despite` is, by feature, why a contradiction is none: each one has to be named for itself. `compared` is with what
    the plate was compared, where that is said.
    """

    plate: str
    state: str | None = None
    kind: str | None = None
    make: str | None = None
    color: str | None = None
    year: int | None = None
    despite: Mapping[str, str] = field(default_factory=dict)
    compared: ComparedWith | None = None


def acknowledge_alert(
    sayer: Sayer, database: Database, wanted: int | UUID, *, note: str | None = None, supersedes: int | None = None
) -> AlertCard:
    """Say that somebody takes care of an alert.

    Args:
        sayer: Who does.
        database: An open database.
        wanted: The alert's number or id.
        note: What else there is to say.
        supersedes: The number of somebody else's acknowledgment whose place this takes.

    Raises:
        InvalidInput: There is no such alert; somebody has it already, or it is further; it was canceled.
        DatabaseUnavailable: The server is down.
    """
    values = {"note": checked_text(note, "note"), "supersedes": supersedes}
    said = Said(DispositionKind.ACKNOWLEDGED, Action.ACKNOWLEDGE_ALERT, values, {"supersedes": supersedes})
    return say(sayer, database, wanted, said)


def confirm_alert(
    sayer: Sayer,
    database: Database,
    wanted: int | UUID,
    look: Look,
    *,
    law: ConfirmRule | None = None,
    note: str | None = None,
    supersedes: int | None = None,
) -> AlertCard:
    """Say that a named person has compared plate and vehicle, and that they are the listed ones.

    The plate as seen has to be the listed one. Where state, class, make, color or year contradict the entry, whether a
    reader or the person saw it, that is refused with all of them; a second step names each one with the reason for
    which it is none.

    Args:
        sayer: Who confirms.
        database: An open database.
        wanted: The alert's number or id.
        look: What the person sees.
        law: What the law asks for before a stop; stands in the audit with the confirmation.
        note: What else there is to say.
        supersedes: The number of the disposition whose place this takes, where a verdict stands.

    Raises:
        InvalidInput: There is no such alert; plate or vehicle contradict the entry; a verdict stands; it was canceled.
        DatabaseUnavailable: The server is down.
    """
    state = state_of_word(look.state)
    kind = kind_of_word(look.kind)
    despite = {feature: _reason(feature, reason) for feature, reason in look.despite.items()}
    values = {
        "plate_seen": plate_of_text(look.plate),
        "state_seen": state,
        "despite": tuple(sorted(despite.items())),
        "note": checked_text(note, "note"),
        "supersedes": supersedes,
    }
    details = {
        "supersedes": supersedes,
        "despite": sorted(despite) or None,
        "person": sayer.person,
        "compared": look.compared,
        "law": None if law is None else law.source,
    }
    said = Said(
        DispositionKind.CONFIRMED,
        Action.CONFIRM_ALERT,
        values,
        details,
        partial(_fault_of_look, look=look, state=state, kind=kind),
    )
    return say(sayer, database, wanted, said)


def reject_alert(
    sayer: Sayer,
    database: Database,
    wanted: int | UUID,
    rejection: Rejection,
    *,
    plate: str | None = None,
    note: str | None = None,
    supersedes: int | None = None,
) -> AlertCard:
    """Say that an alert is not about the listed vehicle, or that it is not there.

    Args:
        sayer: Who rejects it.
        database: An open database.
        wanted: The alert's number or id.
        rejection: Why.
        plate: The plate as seen, where it is another one; kept here alone, and as long as the alert.
        note: What else there is to say.
        supersedes: The number of the disposition whose place this takes, where a verdict stands.

    Raises:
        InvalidInput: There is no such alert, or a verdict stands; the plate as seen is the listed one of a misread.
        DatabaseUnavailable: The server is down.
    """
    values = {
        "rejection": rejection,
        "plate_seen": None if plate is None else plate_of_text(plate),
        "note": checked_text(note, "note"),
        "supersedes": supersedes,
    }
    details = {"rejection": rejection.value, "supersedes": supersedes, "person": sayer.person}
    check = partial(_fault_of_rejection, rejection=rejection, plate=plate)
    return say(sayer, database, wanted, Said(DispositionKind.REJECTED, Action.REJECT_ALERT, values, details, check))


def close_alert(
    sayer: Sayer,
    database: Database,
    wanted: int | UUID,
    outcome: AlertOutcome,
    *,
    law: ConfirmRule | None = None,
    note: str | None = None,
    supersedes: int | None = None,
) -> AlertCard:
    """Say what came of an alert, which closes it.

    Args:
        sayer: Who says it.
        database: An open database.
        wanted: The alert's number or id.
        outcome: What came of it.
        law: What the law asks for before anybody acts.
        note: What else there is to say.
        supersedes: The number of the outcome whose place this takes, where it is closed.

    Raises:
        InvalidInput: There is no such alert; it is closed; nobody has said yet whether its plate is right, and the
            outcome says so; or it was rejected and the outcome is one of the listed vehicle; or the law has the
            entering agency asked before, and nobody has.
        DatabaseUnavailable: The server is down.
    """
    values = {"outcome": outcome, "note": checked_text(note, "note"), "supersedes": supersedes}
    details = {"outcome": outcome.value, "supersedes": supersedes, "person": sayer.person}
    check = partial(_fault_of_outcome, outcome=outcome, law=law)
    return say(sayer, database, wanted, Said(DispositionKind.OUTCOME, Action.CLOSE_ALERT, values, details, check))


def contradictions_of(
    card: AlertCard, look: Look | None = None, state: str | None = None, kind: VehicleKind | None = None
) -> tuple[Contradiction, ...]:
    """Return in what a vehicle contradicts its entry, as the reader saw it, and as a person did.

    Args:
        card: The alert.
        look: What a person says of the vehicle; None: the reader's alone.
        state: The state that a person saw, like US-VA.
        kind: The kind of vehicle that a person saw.
    """
    seen = None if look is None else VehicleDescription(year=look.year, make=look.make, color=look.color)
    compared = compare_vehicles(seen, vehicle_from_event(card.newest.entry.vehicle))
    return contradictions(card.newest, state_seen=state, kind_seen=kind, vehicle_seen=compared)


def _fault_of_outcome(card: AlertCard, *, outcome: AlertOutcome, law: ConfirmRule | None) -> str | None:
    fault = fault_before_acting(card.life, outcome, law)
    return fault and f"{fault}; note that (platewatch alerts check), or say what came of it otherwise"


def _fault_of_look(card: AlertCard, *, look: Look, state: str | None, kind: VehicleKind | None) -> str | None:
    if look.compared is ComparedWith.PICTURE and card.newest.plate_picture is None:
        return "the alert has no picture to compare with; look at the vehicle"
    fault = fault_of_plate(look.plate, card.first.entry.plate)
    if fault is not None:
        return fault
    found = contradictions_of(card, look, state, kind)
    wrong_state = [one for one in found if one.feature == "state" and one.seen_by == "person"]
    if wrong_state:
        return f"{wrong_state[0].words}: that is another plate; reject the alert (wrong state)"
    left = unexplained(found, look.despite)
    if left:
        return f"{_listed(left)}. look again; then reject it, or say of each one why it is none ({_features(left)})"
    unknown = sorted(set(look.despite) - {one.feature for one in found})
    if unknown:
        return f"nothing contradicts the entry in {', '.join(unknown)}; leave that out"
    return None


def _fault_of_rejection(card: AlertCard, *, rejection: Rejection, plate: str | None) -> str | None:
    if rejection is not Rejection.MISREAD or plate is None:
        return None
    if fault_of_plate(plate, card.first.entry.plate) is None:
        return "the plate as seen is the listed one, so it was not misread; say what is wrong, or confirm it"
    return None


def _listed(found: Iterable[Contradiction]) -> str:
    return "; ".join(one.words for one in found)


def _features(found: Iterable[Contradiction]) -> str:
    return ", ".join(dict.fromkeys(one.feature for one in found))


def plate_of_text(text: str) -> str:
    """Return a plate as a person saw it; InvalidInput where there is none."""
    short = checked_text(text, "plate as seen", LONGEST_PLATE)
    if short is None:
        raise InvalidInput("the plate as seen is empty; read it from the vehicle or from the picture")
    return short


def state_of_word(text: str | None) -> str | None:
    """Return the state that a person names, like US-VA; InvalidInput where there is no such state."""
    if text is None:
        return None
    state = parse_jurisdiction(text)
    if state is None:
        raise InvalidInput(f"'{text}' is no state that is known; give a code or a name, like VA or Virginia")
    return state


def kind_of_word(text: str | None) -> VehicleKind | None:
    """Return the kind of vehicle that a person names; InvalidInput where there is none."""
    if text is None:
        return None
    kind = kind_named(text)
    if kind is None:
        raise InvalidInput(f"'{text}' is no kind of vehicle; give one of {', '.join(VehicleKind)}")
    return kind


def _reason(feature: str, reason: str) -> str:
    fault = fault_of_reason(reason)
    if fault is not None:
        raise InvalidInput(f"the reason why {feature} contradicts nothing {fault}; say in words what you saw")
    return checked_text(reason, f"reason about {feature}") or ""
