"""Passkeys: made by a link or by whoever is signed in, and used to sign in without a name or a password.

Each needs the device's own check of who holds it (user verification), so that a passkey is both factors.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from operations.people.actors import person_actor
from operations.people.letting_in import SignedIn, check_locked, let_in, refuse
from operations.people.secrets import digest, new_secret
from schemas.actions import Action
from schemas.actor import Actor, SignIn
from schemas.audit import AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.people import attempts, people
from storage.people.people import Passkey, Person

__all__ = [
    "Asked",
    "Passkey",
    "ask_for_passkey",
    "ask_to_begin_with_passkey",
    "ask_to_make_passkey",
    "begin_with_passkey",
    "make_passkey",
    "own_passkeys",
    "use_passkey",
]

ANSWER_MINUTES = 5
MOST_PASSKEYS = 10
"""Passkeys of one person."""
LONGEST_LABEL = 80
_MAKING, _USING = "make passkey", "use passkey"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a browser: what it is given, and what its answer names the question by."""

    question: str
    options: dict[str, Any]


def ask_to_make_passkey(database: Database, settings: Settings, person_id: int) -> Asked:
    """Ask a browser to make a passkey for somebody.

    Raises:
        InvalidInput: The person has as many as one may.
        DatabaseUnavailable: The server is down.
    """
    (person,) = people.people(database, person_id=person_id)
    known = people.passkeys(database, person_id=person_id)
    if len(known) >= MOST_PASSKEYS:
        raise InvalidInput(f"there are {len(known)} passkeys already; have an administrator reset you")
    options = webauthn.generate_registration_options(
        rp_id=_host(settings),
        rp_name=f"Platewatch {settings.agency_id}",
        user_name=person.name,
        user_id=digest(f"{settings.console.origin} {person.person_id}"),
        user_display_name=person.full_name or person.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
    )
    return _ask(database, _MAKING, options.challenge, webauthn.options_to_json(options), person_id=person_id)


def ask_to_begin_with_passkey(database: Database, settings: Settings, link: str) -> Asked:
    """Ask a browser to make a passkey for whose link it is.

    Raises:
        InvalidInput: The link does not hold.
        DatabaseUnavailable: The server is down.
    """
    return ask_to_make_passkey(database, settings, _of_link(database, link).person_id)


def make_passkey(
    actor: Actor, database: Database, settings: Settings, person_id: int, question: str, answer: Any, label: str
) -> None:
    """Take the passkey that a browser made for whoever is signed in.

    Raises:
        InvalidInput: It is no answer to the question, or somebody's already.
        DatabaseUnavailable: Nothing is changed.
    """
    record = AuditRecord(actor, Action.SET_UP_SIGN_IN, {"chosen": "a passkey", "label": label[:LONGEST_LABEL]})
    with database.transaction() as connection:
        _keep(connection, settings, person_id, question, answer, label)
        write_audit(connection, record)


def begin_with_passkey(
    database: Database,
    settings: Settings,
    link: str,
    question: str,
    answer: Any,
    address: str,
    earlier: str | None = None,
) -> SignedIn:
    """Take the passkey that a browser made by a link, use the link up, and let the person in.

    Raises:
        InvalidInput: The link does not hold, or it is no answer to the question.
        DatabaseUnavailable: Nothing is changed.
    """
    person = _of_link(database, link)
    with database.transaction() as connection:
        _keep(connection, settings, person.person_id, question, answer, "")
        if not people.use_link(connection, digest(link)):
            raise InvalidInput("the link was used meanwhile; ask for a new one")
        record = AuditRecord(person_actor(person, SignIn.LINK, address), Action.SET_UP_SIGN_IN, {"chosen": "a passkey"})
        write_audit(connection, record)
        return let_in(connection, settings, person, SignIn.PASSKEY, address, earlier)


def own_passkeys(database: Database, person_id: int) -> list[Passkey]:
    """Return the passkeys of whoever asks."""
    return people.passkeys(database, person_id=person_id)


def ask_for_passkey(database: Database, settings: Settings) -> Asked:
    """Ask a browser for a passkey of this site; whose it is, its answer says.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    options = webauthn.generate_authentication_options(
        rp_id=_host(settings), user_verification=UserVerificationRequirement.REQUIRED
    )
    return _ask(database, _USING, options.challenge, webauthn.options_to_json(options))


def use_passkey(
    database: Database, settings: Settings, question: str, answer: Any, address: str, earlier: str | None = None
) -> SignedIn:
    """Let in whose passkey answers the question.

    Raises:
        SignInRefused: It answers another question, is nobody's, or its count goes back as that of a copy does.
        DatabaseUnavailable: The server is down.
    """
    check_locked(database, "a passkey", address)
    asked = attempts.answered(database, digest(question), _USING)
    found = people.passkeys(database, credential_id=_credential_id(answer))
    person = people.people(database, person_id=found[0].person_id)[0] if found else None
    if asked is None or not found or person is None:
        why = "the question was answered before, or too late" if asked is None else "nobody has this passkey"
        refuse(database, settings, f"passkey {address}", address, SignIn.PASSKEY, person, why)
    try:
        with _understood():
            verified = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=base64url_to_bytes(asked["challenge"]),
                expected_rp_id=_host(settings),
                expected_origin=settings.console.origin,
                credential_public_key=found[0].public_key,
                credential_current_sign_count=found[0].sign_count,
                require_user_verification=True,
            )
    except InvalidInput as error:
        refuse(database, settings, f"passkey {address}", address, SignIn.PASSKEY, person, str(error)[:200])
    if person.disabled_at is not None:
        refuse(database, settings, person.name, address, SignIn.PASSKEY, person, "the person is disabled")
    with database.transaction() as connection:
        people.use_passkey(connection, found[0].credential_id, verified.new_sign_count)
        return let_in(connection, settings, person, SignIn.PASSKEY, address, earlier)


def _ask(database: Database, kind: str, challenge: bytes, options: str, **content: Any) -> Asked:
    question = new_secret()
    ends_at = datetime.now(UTC) + timedelta(minutes=ANSWER_MINUTES)
    content["challenge"] = bytes_to_base64url(challenge)
    attempts.ask(database, digest(question), kind, content, ends_at)
    return Asked(question, json.loads(options))


def _keep(connection: Connection, settings: Settings, person_id: int, question: str, answer: Any, label: str) -> None:
    asked = attempts.answered(connection, digest(question), _MAKING)
    if asked is None or asked["person_id"] != person_id:
        raise InvalidInput("this took too long, or was done before; try again")
    with _understood():
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(asked["challenge"]),
            expected_rp_id=_host(settings),
            expected_origin=settings.console.origin,
            require_user_verification=True,
        )
    kept = people.add_passkey(
        connection, person_id, made.credential_id, made.credential_public_key, made.sign_count, label[:LONGEST_LABEL]
    )
    if not kept:
        raise InvalidInput("this passkey is known already; use it to sign in")


@contextlib.contextmanager
def _understood() -> Iterator[None]:
    """Turn whatever a browser's answer is wrong in into one error: it may hold anything."""
    try:
        yield
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError) as error:
        raise InvalidInput(f"the passkey's answer cannot be used ({type(error).__name__}); try again") from error


def _credential_id(answer: Any) -> bytes:
    raw = answer.get("rawId") if isinstance(answer, dict) else None
    try:
        return base64url_to_bytes(raw) if isinstance(raw, str) and len(raw) <= 2048 else b""
    except ValueError:
        return b""


def _of_link(database: Database, link: str) -> Person:
    found = people.find_link(database, digest(link))
    person = None if found is None else people.people(database, person_id=found[0])[0]
    if person is None or person.disabled_at is not None:
        raise InvalidInput("this link does not hold, or not any more; ask an administrator for a new one")
    return person


def _host(settings: Settings) -> str:
    return urlsplit(settings.console.origin).hostname or "localhost"
