"""What every way to sign in ends with: a new session; and what every wrong attempt ends with: a count."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from operations.people.actors import person_actor, stranger
from operations.people.secrets import digest, new_secret
from schemas.actions import Action
from schemas.actor import SignIn
from schemas.audit import AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.people import attempts, people, sessions
from storage.people.people import Person

ADDRESS_FACTOR = 10
"""An address is locked after so many times the failures of a name: a station's people share one."""


class SignInRefused(InvalidInput):
    """Somebody is not let in; says nothing of what was wrong that would help to guess."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun, and the cookie's value that it is known by."""

    session_id: int
    name: str
    ends_at: datetime
    cookie: str = field(repr=False)


def device_of(database: Database, name: str, cookie: str | None) -> str | None:
    """Return what a browser's failures are counted by if it is one where this person was signed in; else None.

    Whoever knows a name can have it locked, and whoever shares an address, that address. Neither may keep somebody out
    of a browser where they were signed in before: failures there count by themselves, and only those.

    Source:
        OWASP, Slow Down Online Guessing Attacks with Device Cookies.

    Args:
        database: An open database.
        name: Who signs in.
        cookie: The cookie of an earlier session, which the browser keeps for this.
    """
    if cookie is None:
        return None
    known = digest(cookie)
    return known.hex() if sessions.known_here(database, known) == name else None


def check_locked(on: Database | Connection, name: str, address: str, device: str | None = None) -> None:
    """Refuse a name, or an address, that was wrong too often lately; of a browser that is known, itself alone.

    Raises:
        SignInRefused: It was; says until when.
    """
    until = attempts.locked_until(on, _subjects(name, address, device))
    if until is not None:
        raise _locked(until)


def count_attempt(database: Database, settings: Settings, name: str, address: str, device: str | None = None) -> int:
    """Count an attempt before it is known whether it is right, so that many at once are no more than some one by one.

    Raises:
        SignInRefused: There were too many; says until when.
    """
    console = settings.console
    locked = timedelta(minutes=console.locked_minutes)
    count = attempts.note_failure(database, _subjects(name, address, device)[0], console.failures, locked)
    if count > console.failures:
        raise _locked(datetime.now(UTC) + locked)
    return count


def _locked(until: datetime) -> SignInRefused:
    return SignInRefused(
        f"too many wrong attempts; try again after {until.astimezone():%H:%M}, or have an administrator reset you"
    )


def refuse(
    database: Database,
    settings: Settings,
    name: str,
    address: str,
    via: SignIn,
    person: Person | None,
    why: str,
    counted: int | None = None,
    device: str | None = None,
) -> NoReturn:
    """Count a wrong attempt, write it down, and say no.

    Args:
        database: An open database.
        settings: The configuration.
        name: What was typed, or stands for it.
        address: Where it came from.
        via: How it was tried.
        person: Whose name it is; None: nobody's.
        why: What was wrong, for the audit alone.
        counted: The how manieth attempt it was, where `count_attempt` has counted it.
        device: What a browser that is known counts by (`device_of`).

    Raises:
        SignInRefused: Always.
    """
    console = settings.console
    locked = timedelta(minutes=console.locked_minutes)
    actor = stranger(via, address, settings.agency_id) if person is None else person_actor(person, via, address)
    record = AuditRecord(actor, Action.SIGN_IN_FAILED, {"why": why})
    with database.transaction() as connection:
        counts_by, *of_address = _subjects(name, address, device)
        count = counted or attempts.note_failure(connection, counts_by, console.failures, locked)
        for subject in of_address:
            attempts.note_failure(connection, subject, console.failures * ADDRESS_FACTOR, locked)
        write_audit(connection, record)
        if count == console.failures:
            details = {"failures": count, "minutes": console.locked_minutes}
            write_audit(connection, AuditRecord(actor, Action.LOCK_OUT, details))
    raise SignInRefused("that is not right; look at the name, the password and the code, and try again")


def let_in(
    connection: Connection,
    settings: Settings,
    person: Person,
    via: SignIn,
    address: str,
    earlier: str | None,
    device: str | None = None,
) -> SignedIn:
    """Begin a session, in the caller's transaction, and write it down.

    Whatever session the browser had before ends: a cookie that somebody planted is worth nothing afterwards.

    Args:
        connection: The connection.
        settings: The configuration.
        person: Who it is.
        via: How that is known.
        address: Where they are.
        earlier: The cookie that came with the request.
        device: What a browser that is known counts by; else the name's failures are forgotten.

    Raises:
        SignInRefused: The person is disabled.
    """
    if person.disabled_at is not None:
        raise SignInRefused("that is not right; look at the name, the password and the code, and try again")
    now = datetime.now(UTC)
    if earlier is not None:
        before = sessions.find_session(connection, digest(earlier), datetime.fromtimestamp(0, UTC))
        if before is not None:
            sessions.end_sessions(connection, person.name, session_id=before.session_id)
    attempts.forget_failures(connection, _subjects(person.name, address, device)[:1])
    sessions.forget_sessions(connection, now - timedelta(days=7))
    people.note_sign_in(connection, person.person_id)
    cookie = new_secret()
    ends_at = now + timedelta(hours=settings.console.session_hours)
    number = sessions.begin_session(connection, digest(cookie), person.person_id, via, address, ends_at)
    write_audit(connection, AuditRecord(person_actor(person, via, address), Action.SIGN_IN, {"session": number}))
    return SignedIn(number, person.name, ends_at, cookie)


def forget_failures(connection: Connection, name: str, address: str) -> None:
    """Forget the wrong attempts of a name: its person was let in."""
    attempts.forget_failures(connection, _subjects(name, address)[:1])


def _subjects(name: str, address: str, device: str | None = None) -> list[str]:
    """Return what failures are counted by. A name only as its digest: people type passwords there."""
    if device is not None:
        return [f"device:{device}"]
    return [f"name:{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()}", f"address:{address}"]
