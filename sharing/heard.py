"""What a member says of an alert on an entry that it was given, judged before it is taken in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from policy.agreements.deciding import AgreementGate, Offer
from policy.agreements.grants import Grant, Shares
from policy.agreements.parties import Member
from policy.decisions import Policy
from policy.reasons import words_of
from schemas.events import ReturnedDispositionEvent
from schemas.ids import disposition_id
from schemas.types import RECEIVED_LAYOUT, DispositionKind, HotlistEntry
from sharing.lists.scope import PASSED_ON
from sharing.offers import is_cji
from storage.sharing.foreign import KnownDisposition

CLOCKS_APART = timedelta(minutes=5)
"""By so much the clocks of two agencies may differ."""


@dataclass(frozen=True, slots=True)
class HearingDesk:
    """Where one member of an agreement says it: whoever writes on that topic is this member, whatever it says."""

    gate: AgreementGate
    member: Member
    grant: Grant

    @property
    def agreement_id(self) -> str:
        """The agreement."""
        return self.gate.standing.agreement.id

    def keep(self, policy: Policy) -> timedelta:
        """Return how old something may be that is taken in, and how long the topic keeps it."""
        return min(timedelta(days=self.grant.max_days), policy.retention.reads)


def hearing_desks(gate: AgreementGate) -> list[HearingDesk]:
    """Return a desk for each member that an agreement shares hotlists with."""
    agreement = gate.standing.agreement
    grant = agreement.grant(Shares.HOTLISTS)
    return [] if grant is None else [HearingDesk(gate, agreement.member(to), grant) for to in grant.to]


@dataclass(frozen=True, slots=True)
class Found:
    """What is known here of what a disposition names.

    `entry` is None where no list has it, `given_as` the list's layout, None where it was never given under the
    agreement. `known` are dispositions of the same alert, and the one with the same id.
    """

    entry: HotlistEntry | None
    given_as: str | None
    known: Collection[KnownDisposition]


def is_double(said: ReturnedDispositionEvent, digest: bytes, known: Collection[KnownDisposition]) -> bool:
    """Return whether the very same was taken in before: messages come at least once."""
    return any(one.disposition_id == said.disposition_id and one.digest == digest for one in known)


def refusal(
    said: ReturnedDispositionEvent, desk: HearingDesk, found: Found, policy: Policy, now: datetime
) -> str | None:
    """Return why a disposition is not taken in, in words, or None.

    Args:
        said: What came.
        desk: Where it came.
        found: What is known here of what it names.
        policy: The law that holds here, and what the agency decided.
        now: The present, aware.
    """
    return (
        _of_sender(said, desk)
        or _of_content(said)
        or _of_time(said, desk, policy, now)
        or desk.gate.blocked_for(desk.member.id, Shares.HOTLISTS, now)
        or _of_entry(said, desk, found, now)
        or _of_known(said, desk, found.known)
    )


def _of_sender(said: ReturnedDispositionEvent, desk: HearingDesk) -> str | None:
    """Return what a message says of itself that is not so: the topic proves who says it, the words do not."""
    named = (("agreement", said.agreement_id, desk.agreement_id), ("agency", said.agency_id, desk.member.id))
    for what, name, expected in named:
        if name != expected:
            return f"it names {what} {name[:64]}, and this is where {expected} says what became of alerts"
    version, ours = said.agreement_version, desk.gate.standing.version
    if version is not None and version > ours:
        return f"it names version {version} of the agreement, and version {ours} is in force"
    if not any(character.isalpha() for word in words_of(said.by) for character in word):
        return "it does not say who said it, by name"
    return None


def _of_content(said: ReturnedDispositionEvent) -> str | None:
    if said.disposition_id != disposition_id(said.alert_id, said.number):
        return "its id is not that of this alert and number; it was not made by the agency's Platewatch"
    if said.kind is DispositionKind.REJECTED and said.rejection is None:
        return "it rejects an alert and does not say why"
    if said.kind is DispositionKind.OUTCOME and said.outcome is None:
        return "it closes an alert and does not say with which outcome"
    if said.supersedes is not None and said.supersedes >= said.number:
        return f"it takes the place of number {said.supersedes}, which comes after it"
    return None


def _of_time(said: ReturnedDispositionEvent, desk: HearingDesk, policy: Policy, now: datetime) -> str | None:
    if said.at - now > CLOCKS_APART:
        return f"it was said at {said.at.isoformat(timespec='seconds')}, which is yet to come; set the clocks"
    keep = desk.keep(policy)
    if now - said.at > keep:
        return f"it was said {(now - said.at).days} days ago, and may be kept for {keep / timedelta(days=1):g} here"
    return None


def _of_entry(said: ReturnedDispositionEvent, desk: HearingDesk, found: Found, now: datetime) -> str | None:
    """Return why the entry is none that this member was given, or None."""
    entry = found.entry
    if found.given_as is None:
        return f"hotlist {said.hotlist_id[:64]} was never given under agreement {desk.agreement_id}"
    if found.given_as == RECEIVED_LAYOUT:
        return PASSED_ON
    if entry is None:
        return f"hotlist {said.hotlist_id[:64]} has and had no entry {said.entry_id}"
    offer = Offer(
        Shares.HOTLISTS,
        category=entry.category,
        is_cji=is_cji(found.given_as, entry.source_entry_id),
        hotlist_id=entry.hotlist_id,
    )
    release = desk.gate.decide_for(desk.member.id, offer, now)
    return None if release.allowed else f"its entry is not given to {desk.member.id}: {release.reason}"


def _of_known(said: ReturnedDispositionEvent, desk: HearingDesk, known: Collection[KnownDisposition]) -> str | None:
    """Return what was said before that this contradicts, or None."""
    if any(one.member_id != desk.member.id for one in known):
        return "it is about an alert of another agency"
    if any(one.number == said.number or one.disposition_id == said.disposition_id for one in known):
        return f"number {said.number} of this alert is here and says something else; what was said never changes"
    return None
