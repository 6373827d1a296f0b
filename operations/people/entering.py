"""A link that lets its person in once, without a password: for who holds the machine anyway, as in the demo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from operations.people.accounts import one_person
from operations.people.letting_in import SignedIn, let_in
from operations.people.secrets import digest, new_secret
from schemas.actions import Action
from schemas.actor import Actor, SignIn
from schemas.audit import AuditRecord
from schemas.errors import InvalidInput
from schemas.roles import Role
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Database
from storage.people import attempts, people

__all__ = ["enter_by_link", "make_entry"]

MINUTES = 60
_KIND = "entry"


def make_entry(actor: Actor, database: Database, settings: Settings, name: str, roles: Sequence[Role]) -> str:
    """Make a link that lets somebody in once; whoever is not there yet is added.

    Args:
        actor: Who makes it.
        database: An open database.
        settings: The configuration.
        name: Whom it lets in.
        roles: What they are.

    Returns:
        The link.

    Raises:
        NotPermitted: The actor may not.
        InvalidInput: The name is none.
        DatabaseUnavailable: Nothing is changed.
    """
    record = AuditRecord(actor, Action.ADD_PERSON, {"name": name, "roles": sorted(roles), "link": "lets in once"})
    secret = new_secret()
    with database.transaction() as connection:
        people.add_person(
            connection,
            name=name,
            full_name="",
            agency_id=settings.agency_id,
            roles=frozenset(roles),
            added_by=actor.person,
        )
        person = one_person(connection, name)
        people.change_person(connection, person.person_id, roles=frozenset(roles))
        ends_at = datetime.now(UTC) + timedelta(minutes=MINUTES)
        attempts.ask(connection, digest(secret), _KIND, {"person_id": person.person_id}, ends_at)
        write_audit(connection, record)
    return f"{settings.console.origin}/enter/{secret}"


def enter_by_link(
    database: Database, settings: Settings, secret: str, address: str, earlier: str | None = None
) -> SignedIn:
    """Let in whose link it is, once.

    Raises:
        InvalidInput: It does not hold, or not any more.
        DatabaseUnavailable: The server is down.
    """
    with database.transaction() as connection:
        asked = attempts.answered(connection, digest(secret), _KIND)
        if asked is None:
            raise InvalidInput("this link does not hold, or not any more; it works once")
        (person,) = people.people(connection, person_id=asked["person_id"])
        return let_in(connection, settings, person, SignIn.LINK, address, earlier)
