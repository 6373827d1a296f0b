"""Hotlists that other agencies give are judged again on receipt: our own law binds what we take in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from policy.agreements.agreement import agreement_of_topic
from policy.decisions import Policy
from policy.purposes import purpose_of_category
from schemas.events import ReceivedListPart
from schemas.settings import NeighborSettings
from schemas.types import Category, Purpose
from sharing.delivering import AGREEMENT_HEADER
from sharing.receiving import FUTURE, LONGEST_DAYS


@dataclass(frozen=True, slots=True)
class ListTerms:
    """Under what a list is given, as its messages' headers say. `keep_days`: how long it may be kept."""

    purposes: frozenset[Purpose]
    forbidden: frozenset[Purpose]
    keep_days: float

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> ListTerms:
        """Return what a message's headers say; what they do not say is not given."""
        return cls(
            _purposes(headers.get("ce_agreementpurposes", "")),
            _purposes(headers.get("ce_agreementforbidden", "")),
            _days(headers.get("ce_agreementkeepdays", "0")),
        )


def _purposes(text: str) -> frozenset[Purpose]:
    named = set(text.split(","))
    return frozenset(one for one in Purpose if one.value in named)


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        return 0.0
    return days if 0 <= days <= LONGEST_DAYS else 0.0


class ListReceiptGate:
    """Judges the parts of hotlists as they come in, and the entries by their categories.

    Args:
        policy: The law that holds here, and what the agency decided.
        neighbor: Who gives them, and under which agreement.
    """

    def __init__(self, policy: Policy, neighbor: NeighborSettings) -> None:
        self._policy = policy
        self._neighbor = neighbor

    def refusal(
        self, part: ReceivedListPart, topic: str, headers: Mapping[str, str], now: datetime | None = None
    ) -> str | None:
        """Return why a part is not taken in, or None.

        Args:
            part: As it came.
            topic: Where it came from.
            headers: The message's headers.
            now: The present, aware; None: the clock's.
        """
        return self._misplaced(part, topic, headers) or self._untimely(part, now or datetime.now(UTC))

    def _misplaced(self, part: ReceivedListPart, topic: str, headers: Mapping[str, str]) -> str | None:
        ours, owner = self._neighbor.agreement, self._neighbor.id
        named = {agreement_of_topic(topic), headers.get(AGREEMENT_HEADER), part.agreement_id}
        if named != {ours}:
            said = ", ".join(sorted(str(one) for one in named))
            return f"it names agreement {said}, and the list is given under {ours}"
        sources = {part.agency_id, headers.get("ce_source", "").removeprefix("urn:platewatch:agency:")}
        if sources != {owner}:
            return f"it comes from {', '.join(sorted(sources))}, and agreement {ours} is of {owner}"
        if headers.get("ce_agreementversion") != str(part.agreement_version):
            return "its headers name another version of the agreement than it does itself"
        signed = self._neighbor.agreement_version
        if part.kind not in ("end", "withdrawal") and signed is not None and part.agreement_version != signed:
            return f"it is given under version {part.agreement_version} of {ours}, and version {signed} was signed"
        return None

    @staticmethod
    def _untimely(part: ReceivedListPart, now: datetime) -> str | None:
        latest = now + FUTURE
        # Editions are numbered by the clock: one of a time that is yet to come would keep all others out.
        if part.published_at > latest or part.edition > latest.timestamp() * 1_000_000:
            return "it is said to be published at a time that is yet to come"
        return None

    def unwanted(self, terms: ListTerms) -> dict[str, str]:
        """Return the categories whose entries are not taken in, each with the reason.

        Args:
            terms: Under what the list is given.
        """
        reasons = {category.value: self._unwanted(category, terms) for category in Category}
        return {name: reason for name, reason in reasons.items() if reason is not None}

    def _unwanted(self, category: Category, terms: ListTerms) -> str | None:
        if not self._policy.may_notify(category):
            return f"category {category.value}: {self._policy.notify_reason(category)}"
        purpose = purpose_of_category(category)
        if purpose in (*self._policy.purposes.forbidden, *self._policy.own.never_purposes):
            return f"purpose {purpose.value} is forbidden: {self._policy.purposes.source}"
        if purpose in terms.forbidden or purpose not in terms.purposes:
            return f"purpose {purpose.value} is not one for which the agreement gives it"
        return None

    def outdated(self, published_at: datetime, terms: ListTerms, now: datetime | None = None) -> str | None:
        """Return why what was received may not be kept any more, or None.

        Args:
            published_at: When its owner last said something of the list, aware.
            terms: Under what it was given.
            now: The present, aware; None: the clock's.
        """
        age = (now or datetime.now(UTC)) - published_at
        if age <= timedelta(days=terms.keep_days):
            return None
        return f"nothing was heard of it for {age.days} days, and it may be kept for {terms.keep_days:g}"
