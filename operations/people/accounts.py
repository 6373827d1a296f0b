"""Who may sign in and as what: added, changed, disabled, reset, and looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from operations.people.secrets import digest, new_authenticator_secret, new_secret
from operations.reasons import check_reason
from schemas.actions import Action
from schemas.actor import Actor
from schemas.audit import AuditRecord
from schemas.errors import Conflict, InvalidInput, NotThere
from schemas.permissions import check_permitted
from schemas.roles import Role
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.people import people as rows
from storage.people import sessions
from storage.people.people import Person

__all__ = ["Invitation", "Person", "add_person", "change_person", "disable_person", "reset_person", "view_people"]

LINK_HOURS = 24
"""How long a link lets somebody choose how to sign in."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
_LONGEST_FULL_NAME = 120


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that works once; it is shown to whoever made it and to nobody else."""

    name: str
    url: str = field(repr=False)
    ends_at: datetime


def add_person(
    actor: Actor,
    database: Database,
    settings: Settings,
    name: str,
    roles: Sequence[Role],
    *,
    full_name: str = "",
    agency_id: str | None = None,
    last_training_on: date | None = None,
) -> Invitation | None:
    """Add somebody, and make the link by which they choose how to sign in; a program gets tokens, and no link.

    Args:
        actor: Who adds them.
        database: An open database.
        settings: The configuration.
        name: What they sign in as.
        roles: What they are.
        full_name: What others call them.
        agency_id: Their agency; None: this one.
        last_training_on: When they were trained last.

    Raises:
        NotPermitted: The actor may not.
        InvalidInput: The name is taken or none, or there is no role.
        DatabaseUnavailable: Nothing is changed.
    """
    check_permitted(actor, Action.ADD_PERSON)
    name = _checked_name(name)
    given = frozenset(roles)
    if not given:
        raise InvalidInput(f"'{name}' has no role, expected one or more of {', '.join(Role)}")
    if Role.AGENCY_SERVICE in given and len(given) > 1:
        raise InvalidInput(f"'{name}' is a program ({Role.AGENCY_SERVICE}); it has no other role")
    agency_id = agency_id or settings.agency_id
    details = {"name": name, "roles": sorted(given), "agency": agency_id, "trained": _day(last_training_on)}
    record = AuditRecord(actor, Action.ADD_PERSON, details)
    with database.transaction() as connection:
        person_id = rows.add_person(
            connection,
            name=name,
            full_name=full_name.strip()[:_LONGEST_FULL_NAME],
            agency_id=agency_id,
            roles=given,
            added_by=actor.person,
        )
        if person_id is None:
            raise Conflict(f"there is somebody named '{name}' already; choose another name, or reset that one")
        if last_training_on is not None:
            rows.change_person(connection, person_id, last_training_on=last_training_on)
        invitation = None
        if Role.AGENCY_SERVICE not in given:
            invitation = _invite(connection, settings, name, person_id, actor)
        write_audit(connection, record)
    return invitation


def change_person(
    actor: Actor,
    database: Database,
    name: str,
    *,
    roles: Sequence[Role] | None = None,
    full_name: str | None = None,
    agency_id: str | None = None,
    last_training_on: date | None = None,
) -> Person:
    """Change what somebody is; whoever loses a role loses it at the next request.

    Raises:
        NotPermitted: The actor may not.
        InvalidInput: There is nobody of that name, or no role is left.
        DatabaseUnavailable: Nothing is changed.
    """
    given = None if roles is None else frozenset(roles)
    details = {
        "name": name,
        "roles": None if given is None else sorted(given),
        "agency": agency_id,
        "trained": _day(last_training_on),
    }
    record = AuditRecord(actor, Action.CHANGE_PERSON, details)
    if given is not None and not given:
        raise InvalidInput(f"'{name}' would have no role; disable the person instead")
    with database.transaction() as connection:
        person = one_person(connection, name)
        is_program = Role.AGENCY_SERVICE in person.roles
        if given is not None and (is_program or Role.AGENCY_SERVICE in given) and given != {Role.AGENCY_SERVICE}:
            raise InvalidInput(f"'{name}': a program ({Role.AGENCY_SERVICE}) has no other role; add another name")
        if given is not None and Role.ADMINISTRATOR not in given and name == actor.name and actor.roles is not None:
            raise InvalidInput("you would not be an administrator any more; have another one do that")
        rows.change_person(
            connection,
            person.person_id,
            full_name=full_name,
            roles=given,
            agency_id=agency_id,
            last_training_on=last_training_on,
        )
        write_audit(connection, record, was=sorted(person.roles) if given is not None else None)
        return one_person(connection, name)


def disable_person(actor: Actor, database: Database, name: str, reason: str) -> int:
    """Let somebody in no more; their sessions and tokens end at once. Returns how many of them there were.

    Raises:
        NotPermitted: The actor may not.
        InvalidInput: There is nobody of that name, they are disabled, or the reason says nothing.
        DatabaseUnavailable: Nothing is changed.
    """
    record = AuditRecord(actor, Action.DISABLE_PERSON, {"name": name, "reason": reason})
    check_reason(database, record, reason)
    with database.transaction() as connection:
        person = one_person(connection, name)
        if name == actor.name and actor.roles is not None:
            raise InvalidInput("that is yourself; have another administrator do it")
        if not rows.disable_person(connection, person.person_id, actor.person, reason):
            raise Conflict(f"'{name}' is disabled already")
        ended = _end_everything(connection, person, actor.person)
        write_audit(connection, record, ended)
    return ended


def reset_person(actor: Actor, database: Database, settings: Settings, name: str) -> Invitation | None:
    """Forget how somebody signs in, end their sessions and tokens, and make a new link; a disabled one may come back.

    Raises:
        NotPermitted: The actor may not.
        InvalidInput: There is nobody of that name.
        DatabaseUnavailable: Nothing is changed.
    """
    record = AuditRecord(actor, Action.RESET_PERSON, {"name": name})
    with database.transaction() as connection:
        person = one_person(connection, name)
        rows.reset_person(connection, person.person_id)
        ended = _end_everything(connection, person, actor.person)
        invitation = None
        if Role.AGENCY_SERVICE not in person.roles and person.subject is None:
            invitation = _invite(connection, settings, person.name, person.person_id, actor)
        write_audit(connection, record, ended)
    return invitation


def view_people(actor: Actor, database: Database) -> list[Person]:
    """Return everybody by name, for the access review too; the look is written down.

    Raises:
        NotPermitted: The actor may not.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_PEOPLE)
    with database.transaction() as connection:
        found = rows.people(connection)
        write_audit(connection, record, len(found))
    return found


def one_person(connection: Connection, name: str) -> Person:
    """Return somebody by name, and keep others from changing them until commit.

    Raises:
        InvalidInput: There is nobody of that name.
    """
    found = rows.people(connection, name=name.strip().lower())
    if not found:
        raise NotThere(f"there is nobody named '{name}'; see platewatch users list")
    rows.lock_person(connection, found[0].person_id)
    return rows.people(connection, person_id=found[0].person_id)[0]


def _invite(connection: Connection, settings: Settings, name: str, person_id: int, actor: Actor) -> Invitation:
    secret = new_secret()
    ends_at = datetime.now(UTC) + timedelta(hours=LINK_HOURS)
    rows.make_link(connection, digest(secret), person_id, new_authenticator_secret(), actor.person, ends_at)
    return Invitation(name, f"{settings.console.origin}/begin/{secret}", ends_at)


def _end_everything(connection: Connection, person: Person, by: str) -> int:
    ended = sessions.end_sessions(connection, by, person_id=person.person_id)
    return ended + sessions.end_tokens(connection, by, person_id=person.person_id)


def _checked_name(name: str) -> str:
    short = name.strip().lower()
    if not _NAME.fullmatch(short):
        raise InvalidInput(
            f"'{name}' is no name to sign in with, expected up to 64 lower case letters, digits, and . _ @ + -"
        )
    return short


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
