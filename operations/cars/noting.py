"""What patrol cars write down of their displays, in the audit here: who signed on, and who saw which alert."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from alerts.life.spoken import origin_of
from operations.cars.answering import MOST_ANSWERS, Received
from schemas.actions import Action
from schemas.actor import Actor, SignIn
from schemas.audit import AuditRecord
from schemas.errors import InvalidInput
from schemas.events import CarNote, Noted, problems_in
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.cars.answers import take_note
from storage.database import Database

_ACTIONS: Final = {
    Noted.SIGNED_ON: Action.SIGN_IN,
    Noted.SIGNED_OFF: Action.SIGN_OUT,
    Noted.ALERT_SHOWN: Action.VIEW_ALERT,
    Noted.ALERT_OPENED: Action.VIEW_ALERT,
    Noted.NOT_READING: Action.NOTE_CAR,
    Noted.READING: Action.NOTE_CAR,
}


def take_notes(database: Database, settings: Settings, car_id: str, sent: Any) -> Received:
    """Write what a car noted into the audit, once each.

    Args:
        database: An open database.
        settings: The configuration.
        car_id: The car that has shown its token.
        sent: `CarNote`s as JSON objects.

    Raises:
        InvalidInput: There are too many, or it is no list.
        DatabaseUnavailable: The server is down; the car sends all of it again.
    """
    if not isinstance(sent, list) or len(sent) > MOST_ANSWERS:
        raise InvalidInput(f"expected notes, at most {MOST_ANSWERS} at a time")
    stored: list[str] = []
    refused: list[tuple[str, str]] = []
    with database.transaction() as connection:
        for document in sent:
            try:
                note = CarNote.model_validate(document)
            except ValidationError as error:
                name = str(document.get("note_id", ""))[:80] if isinstance(document, Mapping) else ""
                refused.append((name, problems_in(error)))
                continue
            if note.car_id != car_id:
                refused.append((str(note.note_id), "the note is another car's"))
                continue
            if take_note(connection, note.note_id):
                write_audit(connection, _record(note, settings))
            stored.append(str(note.note_id))
    return Received(tuple(stored), tuple(refused))


def _record(note: CarNote, settings: Settings) -> AuditRecord:
    # What has happened is written down whatever its person may do by now.
    origin = origin_of(note.car_id, note.unit or "-")
    actor = Actor(note.person or f"car {note.car_id}", SignIn.CAR, origin, settings.agency_id)
    details = {
        **{"car": note.car_id, "unit": note.unit, "what": note.what.value, "at": note.at, "words": note.words or None},
        **{"alert_id": note.alert_id, "sign_on": note.sign_on},
    }
    return AuditRecord(actor, _ACTIONS[note.what], details)
