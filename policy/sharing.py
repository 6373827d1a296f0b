"""Who may receive an agency's reads and alerts, and under which conditions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import StringConstraints

from policy.facts import Fact, ProfileSection, Text

Jurisdiction = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")]
"""ISO 3166-2 code, like `US-VA`."""


class AgencyKind(StrEnum):
    """What a recipient is, which the law looks at before anything else."""

    LAW_ENFORCEMENT = "law_enforcement"
    """Police, sheriff or state police of a state, county, city or campus."""
    PROSECUTOR = "prosecutor"
    """A state's or county's prosecutor (in Virginia: Commonwealth's Attorney)."""
    TRIBAL = "tribal"
    """Police of a tribal nation."""
    FUSION_CENTER = "fusion_center"
    """A state's or region's center that brings together what agencies know."""
    DEFENSE = "defense"
    """A defendant, or a defendant's counsel."""
    FEDERAL = "federal"
    """Any agency of the United States."""
    PUBLIC = "public"
    """Another public body, like a transport authority."""
    VENDOR = "vendor"
    """Whoever maintains the system."""
    PRIVATE = "private"
    """A company, an association or a person."""


@dataclass(frozen=True, slots=True)
class AgencyRef:
    """A recipient. `jurisdiction` is the state it belongs to, like `US-VA`; None for federal and unknown ones."""

    name: str
    kind: AgencyKind
    jurisdiction: str | None = None


class Condition(StrEnum):
    """What has to be there before something goes to a recipient."""

    ATTESTATION = "attestation"
    """What the profile's `[attestation]` asks for, signed and not expired."""
    WRITTEN_REQUEST = "written_request"
    """A request in writing, as an agreement that the recipient signed is one."""
    CASE_SPECIFIC = "case_specific"
    """One case at a time, so nothing standing."""
    WARRANT = "warrant"
    """A warrant, so nothing standing."""
    COURT_ORDER = "court_order"
    """An order of a court, so nothing standing."""
    MAINTENANCE = "maintenance"
    """What the upkeep of the system needs, so nothing standing."""


STANDING = frozenset({Condition.ATTESTATION, Condition.WRITTEN_REQUEST})
"""Conditions that an agreement can meet once for whatever follows."""


class Sharing(Fact):
    """A law's rule about recipients: what they are and which state they belong to, both must fit.

    What the law permits case by case (to the defense, by court order, in an emergency) makes nobody a standing
    recipient; it stands in `receive`, or in `note`.
    """

    kinds: tuple[AgencyKind, ...]
    """Which kinds may receive; empty: nobody."""
    jurisdictions: tuple[Jurisdiction, ...]
    """Agencies of which states may receive."""
    names: tuple[Text, ...] = ()
    """Where the law names recipients: these alone."""

    def allows(self, recipient: AgencyRef) -> bool:
        """Return whether reads and alerts may go to a recipient.

        Args:
            recipient: Who asks; one whose state is not known is refused.
        """
        fits = recipient.kind in self.kinds and recipient.jurisdiction in self.jurisdictions
        return fits and _is_named(recipient, self.names)

    def reason(self, recipient: AgencyRef) -> str:
        """Return in words why a recipient may receive or may not.

        Args:
            recipient: Who asks.
        """
        verdict = "may" if self.allows(recipient) else "may not"
        return f"{described(recipient)} {verdict} receive: {self.source}"


class ReceiveRule(ProfileSection):
    """Recipients that may receive once conditions are met, beside those of `sharing`."""

    kinds: tuple[AgencyKind, ...]
    """Which kinds."""
    jurisdictions: Literal["any"] | tuple[Jurisdiction, ...]
    """Of which states; `any`: of every state."""
    requires: tuple[Condition, ...]
    """All of what has to be there; empty: nothing."""
    names: tuple[Text, ...] = ()
    """Where the law names recipients: these alone."""

    def fits(self, recipient: AgencyRef) -> bool:
        """Return whether the rule is about a recipient."""
        where = recipient.jurisdiction is not None and (
            self.jurisdictions == "any" or recipient.jurisdiction in self.jurisdictions
        )
        return recipient.kind in self.kinds and where and _is_named(recipient, self.names)


class Receive(Fact):
    """A law's rules about recipients with conditions; the first one that fits counts."""

    rules: tuple[ReceiveRule, ...]


@dataclass(frozen=True, slots=True)
class ReceiveVerdict:
    """Whether a recipient may receive, once `requires` is there, and why."""

    allowed: bool
    reason: str
    requires: tuple[Condition, ...] = ()

    @property
    def is_standing(self) -> bool:
        """Whether an agreement may let things flow without a question for each."""
        return self.allowed and STANDING.issuperset(self.requires)


def receive_verdict(recipient: AgencyRef, sharing: Sharing, receive: Receive | None) -> ReceiveVerdict:
    """Return whether a recipient may receive, and what has to be there for it.

    Args:
        recipient: Who asks.
        sharing: Who may without conditions.
        receive: Who may with them; None: nothing is known about that.
    """
    if sharing.allows(recipient):
        return ReceiveVerdict(True, sharing.reason(recipient))
    for rule in () if receive is None else receive.rules:
        if rule.fits(recipient):
            needed = conditions_in_words(rule.requires)
            source = "" if receive is None else receive.source
            return ReceiveVerdict(True, f"{described(recipient)} may receive {needed}: {source}", rule.requires)
    return ReceiveVerdict(False, sharing.reason(recipient))


def conditions_in_words(conditions: Collection[Condition]) -> str:
    """Return conditions like `with an attestation and a written request`."""
    said = {
        Condition.ATTESTATION: "with an attestation",
        Condition.WRITTEN_REQUEST: "on a written request",
        Condition.CASE_SPECIFIC: "case by case",
        Condition.WARRANT: "by warrant",
        Condition.COURT_ORDER: "by court order",
        Condition.MAINTENANCE: "as far as maintenance needs",
    }
    return ", ".join(said[one] for one in conditions) or "without conditions"


def described(recipient: AgencyRef) -> str:
    """Return a recipient like `Norfolk PD (law enforcement, US-VA)`."""
    where = recipient.jurisdiction or "no known state"
    return f"{recipient.name} ({recipient.kind.value.replace('_', ' ')}, {where})"


def _is_named(recipient: AgencyRef, names: tuple[str, ...]) -> bool:
    return not names or recipient.name.casefold() in {name.casefold() for name in names}
