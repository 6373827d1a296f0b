"""What others are told of a disposition: the entry's owner all, and whoever got the alert whether it was confirmed."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from alerts.life.transitions import told
from schemas import ids
from schemas.events import (
    NOBODY_YET,
    Alert,
    AlertType,
    ConfirmationEvent,
    DispositionEntryEvent,
    DispositionEvent,
    RecordCheckEvent,
)
from schemas.generate import DISPOSITION_CE_TYPE
from schemas.messages import Message, cloud_event_headers
from schemas.types import Disposition, DispositionKind, Life, RecordAnswer, RecordCheck

_ANSWERS: Final = {
    RecordAnswer.VALID: "its agency says that the entry stands",
    RecordAnswer.NOT_VALID: "ITS AGENCY SAYS THAT THE ENTRY DOES NOT STAND",
}


def confirmation_of(life: Life) -> ConfirmationEvent:
    """Return who has confirmed an alert, as it travels with everything that is sent about it."""
    verdict, check = life.verdict, life.check
    answer = None if check is None else check.answer
    shared = {
        "record_check": "not_asked" if check is None else "asked" if answer is None else answer.value,
        "outcome": None if life.outcome is None else life.outcome.outcome,
    }
    words = [NOBODY_YET if verdict is None else told(verdict)]
    if answer in _ANSWERS:
        words.append(_ANSWERS[answer])
    if life.outcome is not None:
        words.append(told(life.outcome))
    values: dict[str, object] = {**shared, "words": "; ".join(words)}
    if verdict is not None:
        values |= {
            "status": verdict.kind.value,
            "by": verdict.person,
            "agency_id": verdict.agency_id,
            "at": verdict.at,
            "rejection": verdict.rejection,
        }
    return ConfirmationEvent.model_validate(values)


def is_news(disposition: Disposition) -> bool:
    """Return whether those who got the alert have to know: verdicts, outcomes, and answers of the entering agency."""
    if disposition.kind is DispositionKind.RECORD_CHECK_ANSWERED:
        return disposition.answer in _ANSWERS
    return disposition.kind in (DispositionKind.CONFIRMED, DispositionKind.REJECTED, DispositionKind.OUTCOME)


def disposition_update(newest: Alert, life: Life, disposition: Disposition, *, first: UUID) -> Alert:
    """Return the update that tells whoever got an alert what a person has said of it.

    Args:
        newest: The alert, or its newest update.
        life: What stands with the disposition.
        disposition: What was said last.
        first: The first alert about the vehicle. One disposition of it gives one update, with one id.
    """
    return newest.model_copy(
        update={
            "alert_id": ids.alert_id(newest.hit.hit_id, f"update disposition {first} {disposition.number}"),
            "type": AlertType.UPDATE,
            "created_at": disposition.at,
            "updates": first,
            "reason": _reason(disposition),
            "confirmation": confirmation_of(life),
        }
    )


def _reason(disposition: Disposition) -> str:
    if disposition.answer is not None:
        return _ANSWERS[disposition.answer]
    return told(disposition)


def disposition_event(alert: Alert, life: Life, disposition: Disposition) -> DispositionEvent:
    """Return what the entry's owner gets of a disposition.

    Args:
        alert: The first alert about the vehicle.
        life: What stands with the disposition.
        disposition: What was said.
    """
    entry, theirs = alert.entry, alert.entry.given_by
    return DispositionEvent(
        disposition_id=ids.disposition_id(alert.alert_id, disposition.number),
        alert_id=alert.alert_id,
        number=disposition.number,
        kind=disposition.kind,
        at=disposition.at,
        by=disposition.person,
        agency_id=disposition.agency_id,
        surface=disposition.surface.value,
        supersedes=disposition.supersedes,
        rejection=disposition.rejection,
        outcome=disposition.outcome,
        standing=life.standing,
        canceled=life.is_canceled,
        confirmation=confirmation_of(life),
        record_check=None if life.check is None else record_check_event(life.check),
        entry=DispositionEntryEvent(
            # As its owner knows it, also where that is another agency.
            entry_id=entry.entry_id if theirs is None else theirs.entry_id,
            hotlist_id=alert.hotlist.hotlist_id if theirs is None else theirs.hotlist_id,
            given_by=theirs,
            plate=entry.plate,
            jurisdiction=entry.jurisdiction,
            category=entry.category,
            source_entry_id=entry.source_entry_id,
            source_code=entry.source_code,
            originating_agency=entry.originating_agency,
            case_number=entry.case_number,
        ),
    )


def record_check_event(check: RecordCheck) -> RecordCheckEvent:
    """Return the wire form of a record check."""
    return RecordCheckEvent(
        asked_at=check.asked_at,
        priority=check.priority,
        due_at=check.due_at,
        answer=check.answer,
        answered_at=check.answered_at,
    )


def disposition_message(event: DispositionEvent) -> Message:
    """Return the message of a disposition. Those of one alert have one key, so that they keep their order."""
    return Message(
        message_id=event.disposition_id,
        key=str(event.alert_id),
        payload=event.model_dump_json().encode(),
        headers=cloud_event_headers(
            event.disposition_id, kind=DISPOSITION_CE_TYPE, agency_id=event.agency_id, moment=event.at
        ),
    )
