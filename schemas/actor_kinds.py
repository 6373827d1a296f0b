"""Persons, rules of ours, programs with a token, and other agencies, told apart by how somebody signed in."""

from __future__ import annotations

from enum import StrEnum

from schemas.actor import SignIn


class ActorKind(StrEnum):
    """What kind of actor stands in a row of the audit."""

    PERSON = "person"
    RULE = "rule"
    """A program of ours that works on its own: an alert, a feed, retention."""
    API = "api"
    """Somebody else's program, with a token."""
    FEDERATION = "federation"
    """Another agency, under an agreement."""


_KINDS = {"service": ActorKind.RULE, "token": ActorKind.API, "agreement": ActorKind.FEDERATION}
"""All other ways to sign in are a person's."""
PROGRAMS = tuple(sorted(_KINDS))
"""Ways to sign in that are no person's."""


def kind_of(via: SignIn) -> ActorKind:
    """Return which kind of actor signs in like this."""
    return _KINDS.get(via.value, ActorKind.PERSON)


def sign_ins_of(kind: ActorKind) -> list[str]:
    """Return how actors of a kind sign in."""
    return [one.value for one in SignIn if kind_of(one) is kind]
