"""Who does something: a person, or a program on its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SignIn(StrEnum):
    """How we know who somebody is."""

    LOCAL_USER = "local_user"
    """The operating system's user of a command line."""
    SERVICE = "service"
    """A program of ours that nobody has to start by hand."""


SUDO = ", sudo by "
"""What stands in an actor's origin before the name of who became that user by sudo."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something, for the audit.

    `name` is who, `via` how they signed in, `origin` from where (host, terminal, process) and `agency_id` for which
    agency.
    """

    name: str
    via: SignIn
    origin: str
    agency_id: str

    @property
    def person(self) -> str:
        """Who it is, where two people are needed: whoever became a user by sudo is the same person as before."""
        _, behind, before = self.origin.rpartition(SUDO)
        return before if behind else self.name
