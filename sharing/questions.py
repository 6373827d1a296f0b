"""A question of another agency, judged before anything is looked for, and the reads that answer it, cut."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError

from policy.agreements.deciding import AgreementGate, Offer
from policy.agreements.grants import Detail, Grant, Shares
from policy.agreements.parties import Member
from policy.decisions import Policy
from policy.purposes import purposes_in
from policy.questions import Question, fault_of_question
from policy.reasons import words_of
from schemas.convert import read_to_event
from schemas.errors import InvalidInput
from schemas.events import PlateReadEvent, QueryEvent, QueryTermsEvent
from schemas.types import PlateRead
from sharing.cutting import cut_read

LARGEST_QUESTION_BYTES = 64_000
CLOCKS_APART = timedelta(minutes=5)
"""By so much the clocks of two agencies may differ."""
LONGEST_LIFE = timedelta(hours=1)
"""No question is answered later than that, whatever it says itself."""
_CITED = 3


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one member of an agreement asks: whoever writes on that topic is this member, whatever a question says."""

    gate: AgreementGate
    member: Member
    grant: Grant

    @property
    def agreement_id(self) -> str:
        """The agreement."""
        return self.gate.standing.agreement.id


def desks_of(gate: AgreementGate) -> list[Desk]:
    """Return a desk for each member that an agreement shares queries with."""
    agreement = gate.standing.agreement
    grant = agreement.grant(Shares.QUERIES)
    return [] if grant is None else [Desk(gate, agreement.member(to), grant) for to in grant.to]


def parse_question(payload: bytes | None) -> QueryEvent:
    """Return the question of a message.

    Raises:
        InvalidInput: It is none; says why, without what it holds.
    """
    if payload is None or len(payload) > LARGEST_QUESTION_BYTES:
        size = "no content" if payload is None else f"{len(payload)} bytes"
        raise InvalidInput(f"the message has {size}; expected a question of at most {LARGEST_QUESTION_BYTES} bytes")
    try:
        return QueryEvent.model_validate_json(payload)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        cited = [f"{'.'.join(map(str, one['loc'])) or 'message'}: {one['msg'].lower()}" for one in problems[:_CITED]]
        more = f"; and {len(problems) - _CITED} more" if len(problems) > _CITED else ""
        raise InvalidInput("; ".join(cited) + more) from error


def is_over(query: QueryEvent, now: datetime) -> bool:
    """Return whether a question is not answered any more."""
    return now >= min(query.expires_at, query.asked_at + LONGEST_LIFE)


def refusal(query: QueryEvent, desk: Desk, policy: Policy, now: datetime) -> str | None:
    """Return why a question is not answered, in words, or None where it may be.

    Args:
        query: The question.
        desk: Where it was asked.
        policy: The law that holds here, and what the agency decided.
        now: The present, aware.
    """
    return (
        _of_asker(query, desk)
        or (f"it expired at {query.expires_at.isoformat(timespec='seconds')}" if is_over(query, now) else None)
        or _of_clock(query, now)
        or _of_reasons(query, desk, policy, now)
    )


def _of_asker(query: QueryEvent, desk: Desk) -> str | None:
    """Return what a question says of itself that is not so: the topic proves who asks, the words do not."""
    asker, member, version = query.asker, desk.member, desk.gate.standing.version
    said = (
        ("agreement", query.agreement_id, desk.agreement_id),
        ("agency", asker.agency_id, member.id),
        ("ORI", asker.ori, member.ori),
    )
    for what, named, expected in said:
        if named != expected:
            return f"it names {what} {named[:64]}, and this is where {expected} asks"
    if query.agreement_version not in (None, version):
        return (
            f"it is asked under version {query.agreement_version} of the agreement, and version {version} is in force"
        )
    if not any(character.isalpha() for word in words_of(asker.person) for character in word):
        return "it does not say who asks, by name"
    return None


def _of_clock(query: QueryEvent, now: datetime) -> str | None:
    if query.asked_at - now > CLOCKS_APART:
        return f"it was asked at {query.asked_at.isoformat(timespec='seconds')}, which is yet to come; set the clocks"
    if query.until is not None and query.since is not None and query.since >= query.until:
        return "the time from which it asks is not before the time until which it does"
    return None


def _of_reasons(query: QueryEvent, desk: Desk, policy: Policy, now: datetime) -> str | None:
    """Return why the law or the agreement does not let it be asked."""
    released = desk.gate.question(desk.member.id, purposes_in(query.purpose), now)
    if not released.allowed:
        return released.reason
    back_to = asked_since(query, desk, policy, now)
    question = Question(query.purpose, query.case_number, back_to, query.warrant, query.offense)
    fault = fault_of_question(policy, question, now, both=True)
    return None if fault is None else f"{fault.what} {fault.how}"


def asked_since(query: QueryEvent, desk: Desk, policy: Policy, now: datetime) -> datetime:
    """Return from when on reads are looked for: as asked, and nothing that is too old to be shown."""
    oldest = now - min(timedelta(days=desk.grant.max_days), policy.retention.reads)
    return oldest if query.since is None else max(query.since, oldest)


def shown(reads: Iterable[PlateRead], query: QueryEvent, desk: Desk, now: datetime) -> list[PlateReadEvent]:
    """Return the reads that a question may see, each cut to what the grant shows.

    Args:
        reads: What was found.
        query: The question.
        desk: Where it was asked.
        now: The present, aware.
    """
    # The question's purposes were judged as a whole; a row is asked with one that the grant names.
    purpose = next((one for one in desk.grant.purposes if one in purposes_in(query.purpose)), None)
    given = []
    for read in reads:
        place = read.location
        offer = Offer(
            Shares.QUERIES,
            captured_at=read.captured_at,
            camera_id=read.camera_id,
            location=None if place is None else (place.latitude, place.longitude),
            purpose=purpose,
            # What we saw ourselves comes from no criminal-justice information system.
            is_cji=False,
        )
        release = desk.gate.decide_for(desk.member.id, offer, now)
        if release.allowed:
            event = read_to_event(read).model_dump(mode="json")
            given.append(PlateReadEvent.model_validate(cut_read(event, release.fields)))
    return given


def terms_of(desk: Desk, policy: Policy) -> QueryTermsEvent:
    """Return the terms under which a member is answered."""
    keep = min(timedelta(days=desk.grant.max_days), policy.retention.reads)
    return QueryTermsEvent(
        fields=tuple(sorted(field.value for field in {Detail.PLATE, *desk.grant.fields})),
        keep_days=keep / timedelta(days=1),
        purposes=desk.grant.purposes,
        purposes_forbidden=desk.grant.purposes_forbidden,
    )
