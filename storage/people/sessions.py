"""Sessions and tokens: rows that can be ended. Of a cookie or a token only its digest is here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import kwargs_row

from schemas.actor import SignIn
from schemas.roles import Role, Scope
from storage import statements
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import storable

_SQL = load_queries("people/sessions")


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in, with what they may do by the time of asking."""

    session_id: int
    person_id: int
    name: str
    full_name: str
    agency_id: str
    roles: frozenset[Role]
    via: SignIn
    origin: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the API, without itself."""

    token_id: int
    person_id: int
    name: str
    agency_id: str
    roles: frozenset[Role]
    label: str
    scopes: frozenset[Scope]
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None


def begin_session(on: Connection, digest: bytes, person_id: int, via: SignIn, origin: str, ends_at: datetime) -> int:
    """Begin a session and return its number."""
    values = {
        "digest": digest,
        "person_id": person_id,
        "via": via.value,
        "origin": storable(origin),
        "ends_at": ends_at,
    }
    return statements.scalar(on, _SQL["begin"], values, kind=int) or 0


def find_session(on: Database | Connection, digest: bytes, idle_since: datetime) -> Session | None:
    """Return the session of a cookie while it stands."""
    values = {"digest": digest, "idle_since": idle_since}
    return statements.one(on, _SQL["of_digest"], values, row=kwargs_row(_session))


def known_here(on: Database | Connection, digest: bytes) -> str | None:
    """Return the name of whoever had a session by this cookie in the last days, whether it stands or not."""
    return statements.scalar(on, _SQL["known_here"], {"digest": digest}, kind=str)


def note_seen(on: Database | Connection, session_id: int) -> None:
    """Note that a session is in use."""
    statements.execute(on, _SQL["seen"], {"session_id": session_id})


def open_sessions(on: Database | Connection, idle_since: datetime, person_id: int | None = None) -> list[Session]:
    """Return the sessions that stand, of somebody or of all."""
    values = {"idle_since": idle_since, "person_id": person_id}
    return statements.all(on, _SQL["open"], values, row=kwargs_row(_session))


def end_sessions(on: Connection, by: str, *, session_id: int | None = None, person_id: int | None = None) -> int:
    """End one session, or all of somebody; return how many.

    Raises:
        ValueError: Neither is named.
    """
    if session_id is None and person_id is None:
        raise ValueError("expected a session or a person")
    values = {"by": storable(by), "session_id": session_id, "person_id": person_id}
    return statements.execute(on, _SQL["end_sessions"], values)


def forget_sessions(on: Connection, before: datetime) -> None:
    """Remove the rows of sessions that ended before; the audit has them."""
    statements.execute(on, _SQL["forget_sessions"], {"before": before})


def make_token(
    on: Connection,
    digest: bytes,
    person_id: int,
    label: str,
    scopes: frozenset[Scope],
    made_by: str,
    ends_at: datetime,
) -> int:
    """Keep a token's digest and return its number."""
    values = {
        "digest": digest,
        "person_id": person_id,
        "label": storable(label),
        "scopes": sorted(scopes),
        "made_by": storable(made_by),
        "ends_at": ends_at,
    }
    return statements.scalar(on, _SQL["make_token"], values, kind=int) or 0


def find_token(on: Database | Connection, digest: bytes) -> Token | None:
    """Return the token of a digest while it holds."""
    return statements.one(on, _SQL["token_of_digest"], {"digest": digest}, row=kwargs_row(_token))


def note_used(on: Database | Connection, token_id: int) -> None:
    """Note that a token is in use, once a minute at most."""
    statements.execute(on, _SQL["token_used"], {"token_id": token_id})


def tokens(on: Database | Connection, person_id: int | None = None) -> list[Token]:
    """Return the tokens that hold, of somebody or of all."""
    return statements.all(on, _SQL["tokens"], {"person_id": person_id}, row=kwargs_row(_token))


def end_tokens(on: Connection, by: str, *, token_id: int | None = None, person_id: int | None = None) -> int:
    """End one token, or all of somebody; return how many.

    Raises:
        ValueError: Neither is named.
    """
    if token_id is None and person_id is None:
        raise ValueError("expected a token or a person")
    return statements.execute(
        on, _SQL["end_tokens"], {"by": storable(by), "token_id": token_id, "person_id": person_id}
    )


def _roles(names: Sequence[str]) -> frozenset[Role]:
    known = {role.value for role in Role}
    return frozenset(Role(name) for name in names if name in known)


def _session(*, roles: Sequence[str], via: str, **columns: Any) -> Session:
    return Session(roles=_roles(roles), via=SignIn(via), **columns)


def _token(*, roles: Sequence[str], scopes: Sequence[str], **columns: Any) -> Token:
    known = {scope.value for scope in Scope}
    return Token(roles=_roles(roles), scopes=frozenset(Scope(name) for name in scopes if name in known), **columns)
