"""Those who came over the network as somebody who does something."""

from __future__ import annotations

from schemas.actor import Actor, SignIn
from schemas.roles import Role
from storage.people.people import Person
from storage.people.sessions import Session, Token


def session_actor(session: Session, agency_id: str) -> Actor:
    """Return who is signed in, with what they may do by now.

    Args:
        session: The session.
        agency_id: Whose installation this is; see `_roles_here`.
    """
    origin = f"{session.origin}, session {session.session_id}"
    roles = _roles_here(session.roles, session.agency_id, agency_id)
    return Actor(session.name, session.via, origin, session.agency_id, roles)


def token_actor(token: Token, address: str, agency_id: str) -> Actor:
    """Return whose token it is, narrowed down to its scopes.

    Args:
        token: The token.
        address: Where it came from.
        agency_id: Whose installation this is; see `_roles_here`.
    """
    origin = f"{address}, token {token.token_id}"
    roles = _roles_here(token.roles, token.agency_id, agency_id)
    return Actor(token.name, SignIn.TOKEN, origin, token.agency_id, roles, token.scopes)


def _roles_here(roles: frozenset[Role], theirs: str, ours: str) -> frozenset[Role]:
    """Return what somebody's roles are worth here.

    Every read, alert and list of an installation is its agency's: reads of others are refused when they come in. So
    somebody of another agency sees no row, whatever their roles; what is shared goes by agreements (docs/sharing.md).
    """
    return roles if theirs == ours else frozenset()


def person_actor(person: Person, via: SignIn, address: str) -> Actor:
    """Return somebody who is just about to be let in."""
    return Actor(person.name, via, address, person.agency_id, person.roles)


def stranger(via: SignIn, address: str, agency_id: str) -> Actor:
    """Return somebody who is not known. What was typed as a name is kept nowhere: it may have been a password."""
    return Actor("somebody unknown", via, address, agency_id, frozenset())
