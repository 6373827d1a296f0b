"""What an agreement shares with whom, and how far."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from policy.agreements.area import Area
from policy.agreements.parties import MemberId
from policy.duties import Days, Slug
from policy.facts import ProfileSection, Text
from schemas.types import Category, Purpose, Tier


class Shares(StrEnum):
    """What can be shared, each apart from the others."""

    ALERTS = "alerts"
    READS = "reads"
    HOTLISTS = "hotlists"
    QUERIES = "queries"


class Detail(StrEnum):
    """How much of an alert or a read is shown. The time is always shown."""

    PLATE = "plate"
    """The plate, its state, and why it is a hit."""
    PLACE = "place"
    """Camera, coordinates, how the vehicle moved."""
    PICTURES = "pictures"
    """Pictures, and what they show of the vehicle."""


class Grant(ProfileSection):
    """One thing that the owner shares with members by name. What is not said is not granted."""

    shares: Shares
    to: Annotated[tuple[MemberId, ...], Field(min_length=1)]
    """Members that receive; all of them get the same."""
    cameras: Literal["all"] | tuple[Text, ...] = ()
    """The owner's cameras by id, or `all` of them."""
    area: Area | None = None
    """Where the cameras have to stand besides; none: anywhere."""
    categories: tuple[Category, ...] = ()
    """Categories of entries."""
    tiers: tuple[Tier, ...] = ()
    """How surely an alert has to agree."""
    lists: tuple[Text, ...] = ()
    """Hotlists by id."""
    fields: tuple[Detail, ...] = (Detail.PLATE,)
    """How much is shown."""
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    """What the receiver may use it for."""
    purposes_forbidden: tuple[Purpose, ...] = ()
    """What it may not be used for, whatever else is said."""
    attestations: tuple[Slug, ...] = ()
    """What every receiver has to have declared."""
    max_days: Days
    """Longest time that a receiver may keep it."""
    cji: bool = False
    """Whether what comes from criminal-justice information systems (NCIC and the states') is shared, too."""

    @model_validator(mode="after")
    def _scope(self) -> Self:
        needed = {
            Shares.ALERTS: ("cameras", "categories", "tiers"),
            Shares.READS: ("cameras",),
            Shares.HOTLISTS: ("lists", "categories"),
            Shares.QUERIES: ("cameras",),
        }[self.shares]
        for name in ("cameras", "categories", "tiers", "lists"):
            if name in needed and not getattr(self, name):
                raise ValueError(f"a grant of {self.shares.value} needs '{name}'; what is not named is not shared")
            if name not in needed and getattr(self, name):
                raise ValueError(f"'{name}' means nothing in a grant of {self.shares.value}; remove it")
        if self.shares is Shares.HOTLISTS and self.area is not None:
            raise ValueError("'area' means nothing in a grant of hotlists; remove it")
        if Detail.PLATE not in self.fields:
            raise ValueError("'fields' leaves out plate, without which there is nothing to share")
        both = set(self.purposes) & set(self.purposes_forbidden)
        if both:
            raise ValueError(f"purposes and purposes_forbidden both name {', '.join(sorted(both))}")
        if len(set(self.to)) != len(self.to):
            raise ValueError("'to' names a member twice")
        return self
