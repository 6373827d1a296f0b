"""Who does something: a person, or a program on its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.roles import Role, Scope


class SignIn(StrEnum):
    """How we know who somebody is."""

    LOCAL_USER = "local_user"
    """The operating system's user of a command line."""
    SERVICE = "service"
    """A program of ours that nobody has to start by hand."""
    AGREEMENT = "agreement"
    """Another agency's word, on the topic where that agency alone may write."""
    PASSWORD = "password"  # noqa: S105 - how somebody signed in, not with what
    """A name, a password, and a code of an authenticator where the settings ask for one."""
    PASSKEY = "passkey"
    SINGLE_SIGN_ON = "single_sign_on"
    """The agency's own directory said who it is."""
    LINK = "link"
    """A link that works once."""
    TOKEN = "token"  # noqa: S105
    """A program with a token of the API."""
    CAR = "car"
    """A name and a password at a patrol car's display, with the server or by what it let the car keep."""


SUDO = ", sudo by "
"""What stands in an actor's origin before the name of who became that user by sudo."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something, for the audit.

    `name` is who, `via` how they signed in, `origin` from where (host, terminal, process) and `agency_id` for which
    agency. `roles` are those of somebody who came over the network, None of whoever the operating system lets give
    commands and of our own programs: what they may do is not a question of roles. `scopes` narrow a token down.
    """

    name: str
    via: SignIn
    origin: str
    agency_id: str
    roles: frozenset[Role] | None = None
    scopes: frozenset[Scope] | None = None

    @property
    def person(self) -> str:
        """Who it is, where two people are needed: whoever became a user by sudo is the same person as before."""
        _, behind, before = self.origin.rpartition(SUDO)
        return before if behind else self.name
