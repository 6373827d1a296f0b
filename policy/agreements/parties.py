"""Who an agreement is between, who signed it, and what they declared."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, StringConstraints, model_validator

from policy.duties import Slug
from policy.facts import ProfileSection, Text
from policy.sharing import AgencyKind, AgencyRef, Jurisdiction

EVERYONE = frozenset(
    {"*", "all", "any", "anybody", "anyone", "everybody", "everyone", "world", "public", "nationwide", "statewide"}
)
"""What nobody may be called: a grant names who receives."""


def _somebody(value: str) -> str:
    if value.strip().casefold() in EVERYONE:
        raise ValueError(f"'{value}' is nobody; there is no grant to everyone: name each agency")
    return value


MemberId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$"), AfterValidator(_somebody)]
"""An agency's short name, like `suffolk-pd`: as its `agency_id` where it has Platewatch, too."""
Ori = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{7,9}$")]
"""Originating agency identifier."""


class Role(StrEnum):
    """What a member is to this installation, which has one owner."""

    OWNER = "owner"
    """Whose installation and data these are."""
    GUEST = "guest"
    """An agency whose cameras or people work with this installation."""
    NEIGHBOR = "neighbor"
    """An agency with an installation, or a subscriber, of its own."""


class Member(ProfileSection):
    """One agency."""

    id: MemberId
    name: Annotated[Text, AfterValidator(_somebody)]
    ori: Ori
    kind: AgencyKind
    state: Jurisdiction | None = None
    """None for a federal agency."""
    role: Role = Role.NEIGHBOR

    @property
    def ref(self) -> AgencyRef:
        """The member as the law looks at it."""
        return AgencyRef(self.name, self.kind, self.state)


class Signer(ProfileSection):
    """Who signed the paper for a member."""

    member: MemberId
    name: Text
    title: Text
    signed_on: date


class Attestation(ProfileSection):
    """What a member declared in writing, for a time: after `expires_on` it counts no more."""

    declares: Slug
    """What, by the short name that grants and the law's profile use."""
    member: MemberId
    text: Text
    version: Text
    signer: Text
    signed_on: date
    expires_on: date

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.expires_on < self.signed_on:
            raise ValueError(f"expires on {self.expires_on}, before it was signed on {self.signed_on}")
        return self
