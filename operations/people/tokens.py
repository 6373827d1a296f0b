"""Tokens of the API: made with scopes and an end, shown once, ended at any time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from operations.people.accounts import one_person
from operations.people.secrets import digest, new_secret
from schemas.actions import Action
from schemas.actor import Actor
from schemas.audit import AuditRecord
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted
from schemas.roles import Role, Scope
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Database
from storage.people import sessions
from storage.people.sessions import Token

__all__ = ["NewToken", "Token", "end_token", "make_token", "tokens_of"]

PREFIX = "platewatch_"
"""What scanners for lost secrets know a token by."""
LONGEST_LABEL = 80
MOST_TOKENS = 20
"""Tokens of one person."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token, this once."""

    token_id: int
    ends_at: datetime
    token: str = field(repr=False)


def make_token(
    actor: Actor,
    database: Database,
    settings: Settings,
    name: str,
    label: str,
    scopes: Sequence[Scope],
    days: int,
) -> NewToken:
    """Make a token for oneself, or as an administrator for a program.

    Args:
        actor: Who makes it.
        database: An open database.
        settings: The configuration.
        name: Whose it is.
        label: What it is for.
        scopes: What it may be used for; never more than its person may.
        days: For how long.

    Raises:
        NotPermitted: It is for another person, or a token asks for a token.
        InvalidInput: It is for nothing, for too long, or there are too many.
        DatabaseUnavailable: Nothing is changed.
    """
    label, given = label.strip()[:LONGEST_LABEL], frozenset(scopes)
    details = {"person": name, "label": label, "scopes": sorted(given), "days": days}
    record = AuditRecord(actor, Action.MAKE_TOKEN, details)
    if not label:
        raise InvalidInput("the token has no label; say what it is for")
    if not given:
        raise InvalidInput(f"the token has no scope, expected one or more of {', '.join(Scope)}")
    longest = settings.console.token_days
    if not 1 <= days <= longest:
        raise InvalidInput(f"{days} days: a token holds for 1 to {longest} days (console.token_days)")
    with database.transaction() as connection:
        if name != actor.name:
            check_permitted(actor, Action.CHANGE_PERSON)
        person = one_person(connection, name)
        if name != actor.name and Role.AGENCY_SERVICE not in person.roles:
            raise InvalidInput(f"'{name}' is a person, who makes tokens alone; make one for a program (agency_service)")
        if person.disabled_at is not None:
            raise InvalidInput(f"'{name}' is disabled")
        if len(sessions.tokens(connection, person.person_id)) >= MOST_TOKENS:
            raise InvalidInput(f"'{name}' has {MOST_TOKENS} tokens already; end one first")
        token = PREFIX + new_secret()
        ends_at = datetime.now(UTC) + timedelta(days=days)
        number = sessions.make_token(connection, digest(token), person.person_id, label, given, actor.person, ends_at)
        write_audit(connection, record, token=number)
    return NewToken(number, ends_at, token)


def tokens_of(database: Database, person_id: int) -> list[Token]:
    """Return somebody's tokens, for themselves or for who may look at people."""
    return sessions.tokens(database, person_id)


def end_token(actor: Actor, database: Database, token_id: int) -> None:
    """End a token: one's own, or any as an administrator.

    Raises:
        NotPermitted: It is another's, and the actor may not.
        InvalidInput: There is no such token.
        DatabaseUnavailable: Nothing is changed.
    """
    record = AuditRecord(actor, Action.END_TOKEN, {"token": token_id})
    with database.transaction() as connection:
        known = {one.token_id: one for one in sessions.tokens(connection)}
        token = known.get(token_id)
        if token is None or token.name != actor.name:
            check_permitted(actor, Action.CHANGE_PERSON)
        if token is None:
            raise InvalidInput(f"there is no token {token_id} that holds")
        sessions.end_tokens(connection, actor.person, token_id=token_id)
        write_audit(connection, record, person=token.name, label=token.label)
