"""Signing in with a name, a password and an authenticator's code; and the link by which all that is chosen."""

from __future__ import annotations

from dataclasses import dataclass, field

from operations.people.actors import person_actor
from operations.people.letting_in import SignedIn, SignInRefused, check_locked, count_attempt, device_of, let_in, refuse
from operations.people.secrets import (
    authenticator_uri,
    check_password,
    digest,
    fits,
    hashed,
    is_outdated,
    step_of,
)
from schemas.actions import Action
from schemas.actor import SignIn
from schemas.audit import AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.people import people
from storage.people.people import Person

__all__ = ["Beginning", "SignInRefused", "SignedIn", "begin_with_password", "look_at_link", "sign_in"]

LONGEST_TYPED = 1024
"""Characters of whatever somebody types to sign in."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the page of a link shows: whose it is, and the authenticator's secret as text and as what is scanned."""

    name: str
    full_name: str
    needs_code: bool
    authenticator_secret: str = field(repr=False)
    authenticator_uri: str = field(repr=False)


def sign_in(
    database: Database,
    settings: Settings,
    name: str,
    password: str,
    code: str,
    address: str,
    earlier: str | None = None,
    device_cookie: str | None = None,
) -> SignedIn:
    """Let somebody in who knows the password and has the authenticator.

    Args:
        database: An open database.
        settings: The configuration.
        name: As it was typed.
        password: As it was typed.
        code: The authenticator's code; empty where there is none.
        address: Where they are.
        earlier: The cookie that came with the request; its session ends.
        device_cookie: The one by which a browser is known again (`device_of`).

    Raises:
        SignInRefused: They are not let in.
        TransientError: Too many people sign in at this moment.
        DatabaseUnavailable: The server is down.
    """
    name = name.strip().lower()[:LONGEST_TYPED]
    device = device_of(database, name, device_cookie)
    person, step = who_knows(database, settings, name, password, code, address, device=device)
    with database.transaction() as connection:
        use_up(connection, person, step, password)
        return let_in(connection, settings, person, SignIn.PASSWORD, address, earlier, device)


def who_knows(
    database: Database,
    settings: Settings,
    name: str,
    password: str,
    code: str,
    address: str,
    *,
    via: SignIn = SignIn.PASSWORD,
    device: str | None = None,
) -> tuple[Person, int | None]:
    """Return whose name, password and code these are, with the code's step, which is to be used up (`use_up`).

    Every attempt counts, wherever it is made; arguments and errors as `sign_in`.

    Args:
        database: An open database.
        settings: The configuration.
        name: As it was typed.
        password: As it was typed.
        code: As it was typed.
        address: Where they are.
        via: How they sign in.
        device: What a browser that is known counts by (`device_of`).
    """
    name = name.strip().lower()[:LONGEST_TYPED]
    check_locked(database, name, address, device)
    counted = count_attempt(database, settings, name, address, device)
    found = people.people(database, name=name)
    person = found[0] if found else None
    is_right = fits(password, None if person is None else person.password_hash)
    why = _fault(person, is_right=is_right, second=settings.console.second_factor)
    step = None
    if why is None and person is not None and person.authenticator_secret is not None:
        step = step_of(person.authenticator_secret, code[:LONGEST_TYPED], person.authenticator_step)
        why = None if step is not None else "the code was wrong, or taken before"
    if why is not None or person is None:
        why = why or "nobody has this name"
        refuse(database, settings, name, address, via, person, why, counted, device)
    return person, step


def use_up(connection: Connection, person: Person, step: int | None, password: str) -> None:
    """Use a code up, in the transaction that lets its person in, and keep the password as strongly as it can be.

    Raises:
        SignInRefused: The code was taken a moment ago.
    """
    if step is not None and not people.use_step(connection, person.person_id, step):
        raise SignInRefused("this code was taken a moment ago; wait for the next one")
    if person.password_hash is not None and is_outdated(person.password_hash):
        people.rehash_password(connection, person.person_id, hashed(password))


def _fault(person: Person | None, *, is_right: bool, second: bool) -> str | None:
    if person is None:
        return "nobody has this name"
    if person.disabled_at is not None:
        return "the person is disabled"
    if person.password_hash is None:
        return "the person has no password"
    if not is_right:
        return "the password was wrong"
    if second and person.authenticator_secret is None:
        return "a code is needed, and the person has no authenticator; reset the person"
    return None


def look_at_link(database: Database, settings: Settings, secret: str, address: str) -> Beginning:
    """Return what a link is for.

    Raises:
        InvalidInput: It does not hold, or not any more.
        DatabaseUnavailable: The server is down.
    """
    person, authenticator_secret = _of_link(database, secret)
    uri = authenticator_uri(authenticator_secret, person.name, f"Platewatch {settings.agency_id}")
    return Beginning(person.name, person.full_name, settings.console.second_factor, authenticator_secret, uri)


def begin_with_password(
    database: Database,
    settings: Settings,
    secret: str,
    password: str,
    again: str,
    code: str,
    address: str,
    earlier: str | None = None,
) -> SignedIn:
    """Take the password and the authenticator that somebody chose by a link, use the link up, and let them in.

    Raises:
        InvalidInput: The link does not hold, the password is weak or was mistyped, or the code is wrong; the link
            holds on.
        DatabaseUnavailable: Nothing is changed.
    """
    person, authenticator_secret = _of_link(database, secret)
    if password != again:
        raise InvalidInput("the two passwords differ; type the same one twice")
    check_password(password, person.name)
    step = None
    if code.strip() or settings.console.second_factor:
        step = step_of(authenticator_secret, code[:LONGEST_TYPED], 0)
        if step is None:
            raise InvalidInput("the code is wrong; scan the picture and type the six digits that show now")
    password_hash = hashed(password)
    with database.transaction() as connection:
        if not people.use_link(connection, digest(secret)):
            raise InvalidInput("the link was used meanwhile; ask for a new one")
        kept = None if step is None else authenticator_secret
        people.set_password(connection, person.person_id, password_hash, kept, step or 0)
        chosen = "a password" if step is None else "a password and an authenticator"
        actor = person_actor(person, SignIn.LINK, address)
        write_audit(connection, AuditRecord(actor, Action.SET_UP_SIGN_IN, {"chosen": chosen}))
        return let_in(connection, settings, person, SignIn.PASSWORD, address, earlier)


def _of_link(database: Database, secret: str) -> tuple[Person, str]:
    found = people.find_link(database, digest(secret))
    person = None if found is None else people.people(database, person_id=found[0])[0]
    if found is None or person is None or person.disabled_at is not None:
        raise InvalidInput("this link does not hold, or not any more; ask an administrator for a new one")
    return person, found[1]
