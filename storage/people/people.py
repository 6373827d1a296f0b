"""People as rows: who they are, what lets them in, and the links by which they choose it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from psycopg.rows import class_row, kwargs_row

from schemas.roles import Role
from storage import statements
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import storable

_SQL = load_queries("people/people")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in, or might once; hashes and secrets are never shown."""

    person_id: int
    name: str
    full_name: str
    agency_id: str
    roles: frozenset[Role]
    issuer: str | None
    subject: str | None
    added_at: datetime
    added_by: str
    last_sign_in_at: datetime | None
    last_training_on: date | None
    disabled_at: datetime | None
    disabled_by: str | None
    disabled_reason: str | None
    passkeys: int
    authenticator_step: int
    password_hash: str | None = field(repr=False)
    authenticator_secret: str | None = field(repr=False)

    @property
    def can_sign_in(self) -> bool:
        """Whether there is anything to sign in with."""
        return self.password_hash is not None or self.passkeys > 0 or self.subject is not None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key that a person's device keeps."""

    credential_id: bytes
    person_id: int
    public_key: bytes = field(repr=False)
    sign_count: int
    label: str
    added_at: datetime
    last_used_at: datetime | None


def add_person(
    on: Connection,
    *,
    name: str,
    full_name: str,
    agency_id: str,
    roles: frozenset[Role],
    added_by: str,
    issuer: str | None = None,
    subject: str | None = None,
) -> int | None:
    """Add somebody and return their number; None where the name, or the directory's, is taken."""
    values = {
        "name": storable(name),
        "full_name": storable(full_name),
        "agency_id": agency_id,
        "roles": sorted(roles),
        "issuer": issuer,
        "subject": None if subject is None else storable(subject),
        "added_by": storable(added_by),
    }
    return statements.scalar(on, _SQL["add"], values, kind=int)


def people(
    on: Database | Connection,
    *,
    name: str | None = None,
    person_id: int | None = None,
    issuer: str | None = None,
    subject: str | None = None,
) -> list[Person]:
    """Return everybody by name, or those that fit."""
    values = {
        "name": None if name is None else storable(name),
        "person_id": person_id,
        "issuer": issuer,
        "subject": None if subject is None else storable(subject),
    }
    return statements.all(on, _SQL["all"], values, row=kwargs_row(_person))


def _person(*, roles: Sequence[str], **columns: Any) -> Person:
    known = {role.value for role in Role}
    return Person(roles=frozenset(Role(role) for role in roles if role in known), **columns)


def lock_person(on: Connection, person_id: int) -> None:
    """Keep others from changing somebody until commit."""
    statements.execute(on, _SQL["lock"], {"person_id": person_id})


def change_person(
    on: Connection,
    person_id: int,
    *,
    full_name: str | None = None,
    roles: frozenset[Role] | None = None,
    agency_id: str | None = None,
    last_training_on: date | None = None,
) -> None:
    """Change what is not None."""
    values = {
        "person_id": person_id,
        "full_name": None if full_name is None else storable(full_name),
        "roles": None if roles is None else sorted(roles),
        "agency_id": agency_id,
        "last_training_on": last_training_on,
    }
    statements.execute(on, _SQL["change"], values)


def disable_person(on: Connection, person_id: int, by: str, reason: str) -> bool:
    """Let somebody in no more; False where that was so already."""
    values = {"person_id": person_id, "by": storable(by), "reason": storable(reason)}
    return statements.execute(on, _SQL["disable"], values) > 0


def reset_person(on: Connection, person_id: int) -> None:
    """Forget what let somebody in, passkeys and links included; a disabled person may choose anew, too."""
    statements.execute(on, _SQL["reset"], {"person_id": person_id})
    statements.execute(on, _SQL["drop_passkeys"], {"person_id": person_id})
    statements.execute(on, _SQL["end_links"], {"person_id": person_id})


def set_password(
    on: Connection, person_id: int, password_hash: str, authenticator_secret: str | None, step: int
) -> None:
    """Keep what somebody signs in with."""
    values = {
        "person_id": person_id,
        "password_hash": password_hash,
        "authenticator_secret": authenticator_secret,
        "authenticator_step": step,
    }
    statements.execute(on, _SQL["set_password"], values)


def rehash_password(on: Connection, person_id: int, password_hash: str) -> None:
    """Keep the same password in a stronger way."""
    statements.execute(on, _SQL["rehash"], {"person_id": person_id, "password_hash": password_hash})


def use_step(on: Connection, person_id: int, step: int) -> bool:
    """Take a code of the authenticator; False where it, or a later one, was taken before."""
    return statements.execute(on, _SQL["use_step"], {"person_id": person_id, "step": step}) > 0


def note_sign_in(on: Connection, person_id: int) -> None:
    """Note that somebody signed in now."""
    statements.execute(on, _SQL["note_sign_in"], {"person_id": person_id})


def add_passkey(
    on: Connection, person_id: int, credential_id: bytes, public_key: bytes, sign_count: int, label: str
) -> bool:
    """Add a passkey; False where it is somebody's already."""
    values = {
        "credential_id": credential_id,
        "person_id": person_id,
        "public_key": public_key,
        "sign_count": sign_count,
        "label": storable(label),
    }
    return statements.execute(on, _SQL["add_passkey"], values) > 0


def passkeys(
    on: Database | Connection, *, person_id: int | None = None, credential_id: bytes | None = None
) -> list[Passkey]:
    """Return the passkeys of somebody, or the one of a credential."""
    values = {"person_id": person_id, "credential_id": credential_id}
    return statements.all(on, _SQL["passkeys"], values, row=class_row(Passkey))


def use_passkey(on: Connection, credential_id: bytes, sign_count: int) -> None:
    """Note that a passkey was used."""
    statements.execute(on, _SQL["use_passkey"], {"credential_id": credential_id, "sign_count": sign_count})


def make_link(
    on: Connection, digest: bytes, person_id: int, authenticator_secret: str, made_by: str, ends_at: datetime
) -> None:
    """Keep a link's digest; links that were made for the person before end."""
    statements.execute(on, _SQL["end_links"], {"person_id": person_id})
    values = {
        "digest": digest,
        "person_id": person_id,
        "authenticator_secret": authenticator_secret,
        "made_by": storable(made_by),
        "ends_at": ends_at,
    }
    statements.execute(on, _SQL["make_link"], values)


def find_link(on: Database | Connection, digest: bytes) -> tuple[int, str] | None:
    """Return whose link it is and its authenticator's secret, while it holds."""
    found = statements.one(on, _SQL["link"], {"digest": digest})
    return None if found is None else (int(found[0]), str(found[1]))


def use_link(on: Connection, digest: bytes) -> bool:
    """Use a link up; False where it does not hold any more."""
    return statements.execute(on, _SQL["use_link"], {"digest": digest}) > 0
