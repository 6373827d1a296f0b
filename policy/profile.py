"""The profile of a jurisdiction: one TOML file's content, checked."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from policy.analysis import AnalysisRule
from policy.collection import CollectionRule
from policy.duties import (
    AttestationRule,
    AuditRule,
    ConfirmRule,
    Duty,
    PreservationRule,
    Refresh,
    ReportRule,
)
from policy.facts import Fact, ProfileSection, Text
from policy.purposes import PurposeRule
from policy.sharing import Condition, Jurisdiction, Receive, Sharing
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


FOREVER = timedelta(days=36_500)
"""What a law that has something kept for good is counted as: a hundred years."""


class KeepLimit(Fact):
    """How long something may be kept; neither days nor seconds: the law has no number that we know of."""

    days: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[int, Field(ge=60)] | None = None
    forever: bool = False
    """The law has it kept for good: the agency may set no shorter time."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.forever and (self.days is not None or self.seconds is not None):
            raise ValueError("forever is given beside a number; give one of them")
        if self.days is not None and self.seconds is not None:
            raise ValueError("days and seconds are both given; give one of them")
        return self

    @property
    def longest(self) -> timedelta | None:
        """The law's number, or None where it has none."""
        if self.forever:
            return FOREVER
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
    stops: KeepLimit | None = None
    """What officers record of stops, of which reports count those that followed a notification."""

    @model_validator(mode="after")
    def _end(self) -> Self:
        if self.reads.forever:
            raise ValueError("reads are kept for good; leave the number out where the law has none")
        return self


class HotlistRule(Fact):
    """How current lists have to be."""

    max_age_hours: Annotated[int, Field(ge=1)] | None = None
    """Oldest content of a list that may be compared; none: no number that we know of."""
    refresh: Refresh | None = None
    """When a list has to be renewed besides; none: nothing known."""
    databases: tuple[Text, ...] = ()
    """The law's closed list of what reads may be compared with, in words; empty: none that we know of."""


class SearchRule(Fact):
    """What has to be said of every question to the stored reads."""

    purpose: bool = True
    """Whether a purpose is required."""
    case_number: bool = True
    """Whether the number of a case or a call is required."""
    offense: bool = False
    """Whether the type of the offense is required, where the purpose is about one."""
    warrant_after_days: Annotated[int, Field(ge=1)] | None = None
    """Age from which reads may be searched by warrant alone; none: no such rule known."""
    specific_facts: bool = False
    """Whether the purpose has to say the facts of the case."""


class Profile(ProfileSection):
    """The law of one jurisdiction as far as Platewatch knows it; about an absent section nothing is known."""

    jurisdiction: Jurisdiction
    title: Text
    notify: NotifyRule
    retention: RetentionRules
    collection: CollectionRule | None = None
    purposes: PurposeRule | None = None
    hotlists: HotlistRule | None = None
    sharing: Sharing | None = None
    receive: Receive | None = None
    attestation: AttestationRule | None = None
    search: SearchRule | None = None
    analysis: AnalysisRule | None = None
    preservation: PreservationRule | None = None
    confirm: ConfirmRule | None = None
    audits: AuditRule | None = None
    report: ReportRule | None = None
    duties: tuple[Duty, ...] = ()

    @model_validator(mode="after")
    def _attested(self) -> Self:
        rules = () if self.receive is None else self.receive.rules
        if self.attestation is None and any(Condition.ATTESTATION in rule.requires for rule in rules):
            raise ValueError("receive asks for an attestation, and there is no section [attestation] that says which")
        return self

    def facts(self) -> dict[str, Fact]:
        """Return every statement by its place in the file, like `retention.reads`."""
        found: dict[str, Fact | None] = {
            "notify": self.notify,
            "retention.reads": self.retention.reads,
            "retention.audit": self.retention.audit,
            "retention.findings": self.retention.findings,
            "retention.stops": self.retention.stops,
            "collection": self.collection,
            "purposes": self.purposes,
            "hotlists": self.hotlists,
            "sharing": self.sharing,
            "receive": self.receive,
            "attestation": self.attestation,
            "search": self.search,
            "analysis": self.analysis,
            "preservation": self.preservation,
            "confirm": self.confirm,
            "audits": self.audits,
            "report": self.report,
        }
        found |= {f"duties.{number}": duty for number, duty in enumerate(self.duties, start=1)}
        return {place: fact for place, fact in found.items() if fact is not None}
