"""The profile of a jurisdiction: one TOML file's content, checked."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from policy.facts import Fact, ProfileSection, Text
from policy.sharing import Jurisdiction, Sharing
from schemas.types import Category

GATED = (
    Category.SEX_OFFENDER,
    Category.SUPERVISED_RELEASE,
    Category.IMMIGRATION,
    Category.GANG_OR_TERRORIST,
    Category.PROTECTIVE_INTEREST,
)
"""Categories that stay silent even where no law is known to forbid them, until a profile or an agency says otherwise.

They are about what a person is rather than about a crime in progress; several states' laws leave them out.
"""


class NotifyRule(Fact):
    """Which hits may become alerts."""

    permitted: Literal["any"] | tuple[Category, ...]
    """The law's closed list, or `any` where it has none that we know of."""
    gated: tuple[Category, ...] = GATED
    """Where `permitted` is `any`: what stays silent all the same."""

    def permits(self, category: Category) -> bool:
        """Return whether a hit of this category may notify, before what an agency decides for itself."""
        if self.permitted == "any":
            return category not in self.gated
        return category in self.permitted


class KeepLimit(Fact):
    """How long something may be kept; neither days nor seconds: the law has no number that we know of."""

    days: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[int, Field(ge=60)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.days is not None and self.seconds is not None:
            raise ValueError("days and seconds are both given; give one of them")
        return self

    @property
    def longest(self) -> timedelta | None:
        """The law's number, or None where it has none."""
        if self.seconds is not None:
            return timedelta(seconds=self.seconds)
        return None if self.days is None else timedelta(days=self.days)


class RetentionRules(ProfileSection):
    """How long what may be kept."""

    reads: KeepLimit
    """Reads that belong to no investigation."""
    audit: KeepLimit | None = None
    """The record of who asked for which plates."""
    findings: KeepLimit | None = None
    """What came of alerts, without plates and places, for the entries' owners and for reports."""


class HotlistRule(Fact):
    """How current lists have to be."""

    max_age_hours: Annotated[int, Field(ge=1)] | None = None
    """Oldest content of a list that may be compared; none: no number that we know of."""


class SearchRule(Fact):
    """What has to be said of every question to the stored reads."""

    purpose: bool = True
    """Whether a purpose is required."""
    case_number: bool = True
    """Whether the number of a case or a call is required."""


class ReportRule(Fact):
    """What an agency has to publish or hand in."""

    due: Text
    """When, in words."""
    contents: tuple[Text, ...]
    """What, in words."""


class Profile(ProfileSection):
    """The law of one jurisdiction as far as Platewatch knows it; about an absent section nothing is known."""

    jurisdiction: Jurisdiction
    title: Text
    notify: NotifyRule
    retention: RetentionRules
    hotlists: HotlistRule | None = None
    sharing: Sharing | None = None
    search: SearchRule | None = None
    report: ReportRule | None = None

    def facts(self) -> dict[str, Fact]:
        """Return every statement by its place in the file, like `retention.reads`."""
        found: dict[str, Fact | None] = {
            "notify": self.notify,
            "retention.reads": self.retention.reads,
            "retention.audit": self.retention.audit,
            "retention.findings": self.retention.findings,
            "hotlists": self.hotlists,
            "sharing": self.sharing,
            "search": self.search,
            "report": self.report,
        }
        return {place: fact for place, fact in found.items() if fact is not None}
