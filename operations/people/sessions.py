"""Sessions: found by their cookie, ended by their person, an administrator or time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from operations.people.accounts import one_person
from operations.people.actors import session_actor, token_actor
from operations.people.secrets import digest
from schemas.actions import Action
from schemas.actor import Actor
from schemas.audit import AuditRecord
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Database
from storage.people import sessions as rows
from storage.people.sessions import Session

__all__ = [
    "Session",
    "end_session",
    "find_actor",
    "find_session",
    "own_sessions",
    "session_actor",
    "sign_out",
    "who_had_session",
]

NOTED_SECONDS = 20.0
"""How old what is known of a session's last use may get, so that not every request writes."""


def find_session(database: Database, settings: Settings, cookie: str) -> Session | None:
    """Return the session of a cookie while it stands, and note that it is in use; None: there is none."""
    found = rows.find_session(database, digest(cookie), _idle_since(settings))
    if found is not None and datetime.now(UTC) - found.seen_at > timedelta(seconds=NOTED_SECONDS):
        rows.note_seen(database, found.session_id)
    return found


def who_had_session(database: Database, cookie: str) -> str | None:
    """Return the name of whoever had a session by this cookie in the last days, whether it stands or not."""
    return rows.known_here(database, digest(cookie))


def find_actor(database: Database, settings: Settings, token: str, address: str) -> Actor | None:
    """Return whose token of the API it is, while it holds; None: nobody's."""
    found = rows.find_token(database, digest(token))
    if found is None:
        return None
    rows.note_used(database, found.token_id)
    return token_actor(found, address, settings.agency_id)


def sign_out(database: Database, settings: Settings, session: Session) -> None:
    """End somebody's own session."""
    record = AuditRecord(session_actor(session, settings.agency_id), Action.SIGN_OUT, {"session": session.session_id})
    with database.transaction() as connection:
        rows.end_sessions(connection, session.name, session_id=session.session_id)
        write_audit(connection, record)


def own_sessions(database: Database, settings: Settings, person_id: int) -> list[Session]:
    """Return the open sessions of whoever asks."""
    return rows.open_sessions(database, _idle_since(settings), person_id)


def end_session(actor: Actor, database: Database, settings: Settings, session_id: int) -> None:
    """End a session: one's own, or anybody's as an administrator.

    Raises:
        NotPermitted: It is another's, and the actor may not.
        InvalidInput: There is no such session.
        DatabaseUnavailable: Nothing is changed.
    """
    record = AuditRecord(actor, Action.END_SESSION, {"session": session_id})
    with database.transaction() as connection:
        known = {one.session_id: one for one in rows.open_sessions(connection, _idle_since(settings))}
        session = known.get(session_id)
        if session is None or session.name != actor.name:
            # Before it is said whether there is one: numbers of others' sessions are nobody's business.
            check_permitted(actor, Action.CHANGE_PERSON)
        if session is None:
            raise InvalidInput(f"there is no open session {session_id}")
        rows.end_sessions(connection, actor.person, session_id=session_id)
        write_audit(connection, record, person=session.name)


def end_sessions_of(actor: Actor, database: Database, name: str) -> int:
    """End all sessions of somebody; return how many there were.

    Raises:
        NotPermitted: The actor may not.
        InvalidInput: There is nobody of that name.
        DatabaseUnavailable: Nothing is changed.
    """
    if name != actor.name:
        check_permitted(actor, Action.CHANGE_PERSON)
    record = AuditRecord(actor, Action.END_SESSION, {"person": name})
    with database.transaction() as connection:
        person = one_person(connection, name)
        ended = rows.end_sessions(connection, actor.person, person_id=person.person_id)
        write_audit(connection, record, ended)
    return ended


def _idle_since(settings: Settings) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=settings.console.idle_minutes)
