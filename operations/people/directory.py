"""Single sign-on: the agency's own directory says who somebody is and what they are, by OpenID Connect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from operations.people.letting_in import SignedIn, SignInRefused, let_in, refuse
from operations.people.provider import Provider
from operations.people.secrets import digest, new_secret
from schemas.actions import Action
from schemas.actor import Actor, SignIn
from schemas.audit import AuditRecord
from schemas.errors import ConfigurationError
from schemas.roles import Role
from schemas.settings import Settings, SingleSignOn
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.people import attempts, people
from storage.people.people import Person

__all__ = ["BACK", "Departure", "come_back", "go_to_directory", "leave_directory"]

BACK = "/sign-in/directory/back"
ANSWER_MINUTES = 15
_KIND = "directory"
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a browser is sent, and the cookie's value that has to come back with it."""

    url: str
    question: str


def go_to_directory(database: Database, settings: Settings, target: str) -> Departure:
    """Begin to sign somebody in by the directory.

    Args:
        database: An open database.
        settings: The configuration.
        target: Where to go afterwards.

    Raises:
        ConfigurationError: No directory is configured.
        TransientError: It does not answer.
    """
    provider = Provider(_configured(settings), settings.console.origin + BACK)
    started = provider.start()
    question = new_secret()
    content = {"state": started.state, "nonce": started.nonce, "verifier": started.verifier, "target": target}
    attempts.ask(database, digest(question), _KIND, content, datetime.now(UTC) + timedelta(minutes=ANSWER_MINUTES))
    return Departure(started.url, question)


def come_back(
    database: Database,
    settings: Settings,
    question: str | None,
    given: Mapping[str, str],
    address: str,
    earlier: str | None = None,
) -> tuple[SignedIn, str]:
    """Let in whom the directory names; return the session, and where to go.

    Args:
        database: An open database.
        settings: The configuration.
        question: The cookie of `go_to_directory`.
        given: What came in the address: state and code, or an error.
        address: Where they are.
        earlier: The session's cookie that came with the request.

    Raises:
        SignInRefused: The answer is to no question of this browser, or the directory says no, or names no role.
        ConfigurationError: No directory is configured, or what it says does not fit the configuration.
        TransientError: It does not answer.
    """
    directory = _configured(settings)
    asked = None if question is None else attempts.answered(database, digest(question), _KIND)
    if asked is None or given.get("state") != asked["state"]:
        _refuse(database, settings, address, "the answer is to no question of this browser")
    if "code" not in given:
        _refuse(database, settings, address, "the directory said no")
    provider = Provider(directory, settings.console.origin + BACK)
    needed = [one for one in (directory.name_claim, directory.roles_claim, directory.agency_claim) if one is not None]
    claims = provider.finish(given["code"], asked["verifier"], asked["nonce"], needed)
    name = str(_claim(claims, directory.name_claim) or "").strip().lower()
    roles = _roles(claims, directory)
    agency_id = settings.agency_id
    if directory.agency_claim is not None:
        agency_id = str(_claim(claims, directory.agency_claim) or "")
    if not name or len(name) > _LONGEST_NAME or not name.isprintable() or not agency_id:
        _refuse(database, settings, address, "the directory names no one, or no agency")
    if not roles:
        _refuse(database, settings, address, "the directory gives no role that is known here")
    with database.transaction() as connection:
        person = _known(connection, settings, directory.issuer, str(claims["sub"]), name, agency_id, roles)
        if person is None or person.disabled_at is not None:
            signed_in = None
        else:
            signed_in = let_in(connection, settings, person, SignIn.SINGLE_SIGN_ON, address, earlier)
    if signed_in is None:
        why = "there is another person of that name" if person is None else "the person is disabled"
        refuse(database, settings, name, address, SignIn.SINGLE_SIGN_ON, person, why)
    return signed_in, str(asked["target"])


def leave_directory(settings: Settings) -> str | None:
    """Return where a browser signs out of the directory itself, and comes back here; None: it has no such place.

    Args:
        settings: The configuration.

    Raises:
        ConfigurationError: No directory is configured, or what it says does not fit.
        TransientError: It does not answer.
    """
    origin = settings.console.origin
    return Provider(_configured(settings), origin + BACK).leave(f"{origin}/sign-in")


def _configured(settings: Settings) -> SingleSignOn:
    if settings.console.single_sign_on is None:
        raise ConfigurationError("no directory is configured; set console.single_sign_on, or sign in with a password")
    return settings.console.single_sign_on


def _known(
    connection: Connection,
    settings: Settings,
    issuer: str,
    subject: str,
    name: str,
    agency_id: str,
    roles: frozenset[Role],
) -> Person | None:
    """Return whom the directory means, as they are there by now; None where the name is another's here."""
    keeper = Actor("directory", SignIn.SERVICE, issuer, settings.agency_id)
    found = people.people(connection, issuer=issuer, subject=subject)
    details = {"name": name, "roles": sorted(roles), "agency": agency_id}
    if not found:
        number = people.add_person(
            connection,
            name=name,
            full_name="",
            agency_id=agency_id,
            roles=roles,
            added_by=keeper.name,
            issuer=issuer,
            subject=subject,
        )
        if number is None:
            return None
        write_audit(connection, AuditRecord(keeper, Action.ADD_PERSON, details))
        return people.people(connection, person_id=number)[0]
    person = found[0]
    if (person.roles, person.agency_id) != (roles, agency_id):
        people.change_person(connection, person.person_id, roles=roles, agency_id=agency_id)
        write_audit(connection, AuditRecord(keeper, Action.CHANGE_PERSON, details), was=sorted(person.roles))
    return people.people(connection, person_id=person.person_id)[0]


def _roles(claims: Mapping[str, Any], directory: SingleSignOn) -> frozenset[Role]:
    """Return what the directory's names mean here. A program's role is none that a person may get by it."""
    given = _claim(claims, directory.roles_claim)
    names = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    meanings = directory.roles or {role.value: role for role in Role}
    return frozenset(meanings[name] for name in names if isinstance(name, str) and name in meanings) - {
        Role.AGENCY_SERVICE
    }


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    if path in claims:  # names with dots in them, as URLs are
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _refuse(database: Database, settings: Settings, address: str, why: str) -> NoReturn:
    try:
        refuse(database, settings, f"directory {address}", address, SignIn.SINGLE_SIGN_ON, None, why)
    except SignInRefused:
        raise SignInRefused(f"{why}; try again, or ask an administrator") from None
