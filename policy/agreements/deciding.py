"""Whether something may go to the members of an agreement, how much of it, and why or why not.

No storage and no broker: what is looked up is handed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from policy.agreements.agreement import Agreement
from policy.agreements.days import day_begins, day_ends
from policy.agreements.grants import Detail, Grant, Shares
from policy.agreements.receivers import Receiver
from policy.decisions import Policy
from policy.purposes import in_words, purpose_of_category
from schemas.types import SENSITIVE, Category, Purpose, Tier


@dataclass(frozen=True, slots=True)
class Offer:
    """What is about to go to somebody.

    `camera_id` and `location` (latitude, longitude) say where it was captured, `captured_at` when. `purpose` is what is
    asked for where somebody asks; of an alert it follows from its category. `is_cji` says that it comes from a
    criminal-justice information system. `hotlist_id` names the list of an entry that is shared.
    """

    shares: Shares
    captured_at: datetime | None = None
    camera_id: str | None = None
    location: tuple[float, float] | None = None
    category: Category | None = None
    tier: Tier | None = None
    purpose: Purpose | None = None
    is_cji: bool = True
    hotlist_id: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A version of an agreement as it stands: who decided that is stored beside it.

    It counts from `starts_at` until `ends_at`, exclusively, and never after `ended_at`.
    """

    agreement: Agreement
    version: int
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None

    @classmethod
    def of(cls, agreement: Agreement, version: int, zone: tzinfo | None, ended_at: datetime | None = None) -> Standing:
        """Return a version whose days are those of a time zone."""
        return cls(
            agreement, version, day_begins(agreement.valid_from, zone), day_ends(agreement.valid_until, zone), ended_at
        )

    def is_in_force(self, now: datetime) -> bool:
        """Return whether it counts at a time."""
        return self.ended_at is None and self.starts_at <= now < self.ends_at


@dataclass(frozen=True, slots=True)
class Release:
    """The answer: whether it may go, why or why not, and how much of it is shown."""

    allowed: bool
    reason: str
    fields: frozenset[Detail] = frozenset()


class AgreementGate:
    """Decides under one version of one agreement. Made once, asked for every delivery.

    All receivers of a grant read the same topic, so what one of them may not have goes to none of them: `decide` asks
    for all, `decide_for` for one alone.

    Args:
        standing: The version.
        policy: The law that holds here, and what the agency decided.
        zone: The agency's time zone: days begin and end by it.
    """

    def __init__(self, standing: Standing, policy: Policy, zone: tzinfo | None = UTC) -> None:
        self.standing = standing
        self._policy = policy
        self._grants: Mapping[Shares, _CompiledGrant] = {
            grant.shares: _CompiledGrant(standing.agreement, grant, policy, zone) for grant in standing.agreement.grants
        }

    def decide(self, offer: Offer, now: datetime) -> Release:
        """Return whether something may go to all receivers.

        Args:
            offer: What is to go.
            now: The present, aware.
        """
        compiled, refusal = self._begin(offer, now)
        if compiled is None:
            return refusal
        blocked = compiled.blocked(now)
        return compiled.within(offer, now) if blocked is None else Release(False, blocked)

    def decide_for(self, member_id: str, offer: Offer, now: datetime) -> Release:
        """Return whether something may go to one member, whatever the others may.

        Args:
            member_id: The member's short name.
            offer: What is to go.
            now: The present, aware.
        """
        compiled, refusal = self._begin(offer, now)
        if compiled is None:
            return refusal
        blocked = self.blocked_for(member_id, offer.shares, now)
        return Release(False, blocked) if blocked is not None else compiled.within(offer, now)

    def question(self, member_id: str, named: frozenset[Purpose], now: datetime) -> Release:
        """Return whether a member may ask for purposes, before anything is looked for; rows are asked apart.

        Args:
            member_id: The member's short name.
            named: The purposes that its words name.
            now: The present, aware.
        """
        compiled, refusal = self._begin(Offer(Shares.QUERIES), now)
        if compiled is None:
            return refusal
        blocked = self.blocked_for(member_id, Shares.QUERIES, now)
        return Release(False, blocked) if blocked is not None else compiled.asked(named)

    def blocked_for(self, member_id: str, shares: Shares, now: datetime) -> str | None:
        """Return why nothing at all goes to one member of one thing that is shared, or None where something may.

        Args:
            member_id: The member's short name.
            shares: What is shared.
            now: The present, aware.
        """
        compiled, refusal = self._begin(Offer(shares), now)
        if compiled is None:
            return refusal.reason
        for receiver in compiled.receivers:
            if receiver.member.id == member_id:
                return receiver.blocked(now)
        return f"{self._name} shares no {shares.value} with {member_id}"

    def blocked(self, shares: Shares, now: datetime) -> str | None:
        """Return why nothing at all flows of one thing that is shared, or None where something may.

        Args:
            shares: What is shared.
            now: The present, aware.
        """
        compiled, refusal = self._begin(Offer(shares), now)
        return refusal.reason if compiled is None else compiled.blocked(now)

    def clear_until(self, shares: Shares, now: datetime) -> datetime:
        """Return until when what may flow now may flow, unless somebody decides something: an end or an attestation's.

        Args:
            shares: What is shared.
            now: The present, aware.
        """
        compiled = self._grants[shares]
        return min([self.standing.ends_at, *(one.clear_until(now) for one in compiled.receivers)])

    def _begin(self, offer: Offer, now: datetime) -> tuple[_CompiledGrant | None, Release]:
        standing = self.standing
        if not standing.is_in_force(now):
            return None, Release(False, f"{self._name} {_state(standing, now)}")
        compiled = self._grants.get(offer.shares)
        if compiled is None:
            return None, Release(False, f"{self._name} does not share {offer.shares.value}")
        return compiled, _NOTHING

    @property
    def _name(self) -> str:
        return f"agreement {self.standing.agreement.id}, version {self.standing.version},"


_NOTHING = Release(False, "")


def _state(standing: Standing, now: datetime) -> str:
    if standing.ended_at is not None:
        return f"was ended at {standing.ended_at.isoformat(timespec='seconds')}"
    if now < standing.starts_at:
        return f"begins on {standing.agreement.valid_from}"
    return f"was valid until {standing.agreement.valid_until}"


class _CompiledGrant:
    """A grant with what can be looked up before anything comes."""

    def __init__(self, agreement: Agreement, grant: Grant, policy: Policy, zone: tzinfo | None) -> None:
        self._grant = grant
        self._fields = frozenset(grant.fields)
        self._cameras = None if grant.cameras == "all" else frozenset(grant.cameras)
        self._lists = frozenset(grant.lists)
        self._tiers = frozenset(grant.tiers)
        self._longest = timedelta(days=grant.max_days)
        self.receivers = tuple(Receiver(agreement, grant, agreement.member(to), policy, zone) for to in grant.to)
        forbidden = {*grant.purposes_forbidden, *policy.purposes.forbidden, *policy.own.never_purposes}
        self._purposes = frozenset(grant.purposes) - forbidden
        self._forbidden = frozenset(forbidden)
        self._categories = {category: self._of_category(category, policy) for category in Category}
        self._allowed = Release(True, f"within the scope of agreement {agreement.id}", self._fields)

    def _of_category(self, category: Category, policy: Policy) -> str | None:
        """Return why entries of a category are not shared, or None."""
        if not policy.may_notify(category):
            return policy.notify_reason(category)
        if category not in self._grant.categories:
            return f"category {category.value} is not in the agreement's scope"
        return self._of_purpose(purpose_of_category(category))

    def _of_purpose(self, purpose: Purpose) -> str | None:
        if purpose in self._forbidden:
            return f"purpose {purpose.value} is forbidden"
        return None if purpose in self._purposes else f"purpose {purpose.value} is not in the agreement's scope"

    def blocked(self, now: datetime) -> str | None:
        """Return why nothing may go to one of the receivers, and so to none, or None."""
        for receiver in self.receivers:
            reason = receiver.blocked(now)
            if reason is not None:
                return reason
        return None

    def asked(self, named: frozenset[Purpose]) -> Release:
        """Return whether a question that names purposes may be asked."""
        forbidden = named & self._forbidden
        # What is sensitive does not come in beside a purpose that the grant names.
        outside = (named & SENSITIVE) - self._purposes
        if forbidden:
            return Release(False, f"purpose {in_words(forbidden)} is forbidden")
        if outside or not named & self._purposes:
            said = f"purpose {in_words(outside or named)}" if named else "a purpose that is not known"
            return Release(False, f"{said} is not in the agreement's scope, which is {in_words(self._purposes)}")
        return self._allowed

    def within(self, offer: Offer, now: datetime) -> Release:
        """Return whether an offer is within the grant's scope."""
        reason = self._outside(offer, now)
        return self._allowed if reason is None else Release(False, reason)

    def _outside(self, offer: Offer, now: datetime) -> str | None:
        if offer.is_cji and not self._grant.cji:
            return "it comes from a criminal-justice information system, which the agreement does not share (cji)"
        if offer.shares in (Shares.ALERTS, Shares.HOTLISTS):
            reason = "it has no category" if offer.category is None else self._categories[offer.category]
            if reason is not None:
                return reason
        if offer.shares is Shares.HOTLISTS:
            return None if offer.hotlist_id in self._lists else f"hotlist {offer.hotlist_id} is not in the scope"
        if offer.shares is Shares.ALERTS and offer.tier not in self._tiers:
            return f"tier {offer.tier.value if offer.tier else 'none'} is not in the agreement's scope"
        if offer.shares is Shares.READS and not self._purposes:
            return "every purpose of the agreement is forbidden"
        if offer.shares is Shares.QUERIES:
            reason = "the question names no purpose" if offer.purpose is None else self._of_purpose(offer.purpose)
            if reason is not None:
                return reason
        return self._elsewhere(offer, now)

    def _elsewhere(self, offer: Offer, now: datetime) -> str | None:
        """Return why where and when something was captured is not shared, or None."""
        if self._cameras is not None and offer.camera_id not in self._cameras:
            return "its camera is not in the agreement's scope"
        area = self._grant.area
        if area is not None and (offer.location is None or not area.holds(*offer.location)):
            where = "is not known" if offer.location is None else "is not in the agreement's area"
            return f"where it was captured {where}"
        if offer.captured_at is not None and now - offer.captured_at > self._longest:
            return f"it is older than the {self._grant.max_days} days for which a receiver may keep it"
        return None
