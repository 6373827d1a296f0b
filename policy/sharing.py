"""Who may receive an agency's reads and alerts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from policy.facts import Fact

Jurisdiction = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")]
"""ISO 3166-2 code, like `US-VA`."""


class AgencyKind(StrEnum):
    """What a recipient is, which the law looks at before anything else."""

    LAW_ENFORCEMENT = "law_enforcement"
    """Police, sheriff or state police of a state, county, city or campus."""
    PROSECUTOR = "prosecutor"
    """A state's or county's prosecutor (in Virginia: Commonwealth's Attorney)."""
    FEDERAL = "federal"
    """Any agency of the United States."""
    PUBLIC = "public"
    """Another public body, like a transport authority."""
    PRIVATE = "private"
    """A company, an association or a person."""


@dataclass(frozen=True, slots=True)
class AgencyRef:
    """A recipient. `jurisdiction` is the state it belongs to, like `US-VA`; None for federal and unknown ones."""

    name: str
    kind: AgencyKind
    jurisdiction: str | None = None


class Sharing(Fact):
    """A law's rule about recipients: what they are and which state they belong to, both must fit.

    What the law permits case by case (to the defense, by court order, in an emergency) makes nobody a standing
    recipient, and stands in `note`.
    """

    kinds: tuple[AgencyKind, ...]
    """Which kinds may receive; empty: nobody."""
    jurisdictions: tuple[Jurisdiction, ...]
    """Agencies of which states may receive."""

    def allows(self, recipient: AgencyRef) -> bool:
        """Return whether reads and alerts may go to a recipient.

        Args:
            recipient: Who asks; one whose state is not known is refused.
        """
        return recipient.kind in self.kinds and recipient.jurisdiction in self.jurisdictions

    def reason(self, recipient: AgencyRef) -> str:
        """Return in words why a recipient may receive or may not.

        Args:
            recipient: Who asks.
        """
        verdict = "may" if self.allows(recipient) else "may not"
        where = recipient.jurisdiction or "no known state"
        kind = recipient.kind.value.replace("_", " ")
        return f"{recipient.name} ({kind}, {where}) {verdict} receive: {self.source}"
