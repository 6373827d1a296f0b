"""What other agencies give is judged again on receipt: our own law binds what we take in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from policy.agreements.agreement import agreement_of_topic
from policy.collection import Attribute
from policy.decisions import Policy
from policy.purposes import in_words, purpose_of_category
from schemas.convert import read_from_event, read_to_event
from schemas.events import Alert, AlertType, PlateReadEvent, QueryAnswerEvent
from schemas.types import PlateRead, Purpose
from sharing.delivering import AGREEMENT_HEADER

LONGEST_DAYS = 36_500
FUTURE = timedelta(days=1)
"""By so much another agency's clock may be ahead."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is taken in of an alert, or None and why it is refused."""

    alert: Alert | None
    reason: str = ""


class ReceiptGate:
    """Judges alerts as they come in.

    Args:
        policy: The law that holds here, and what the agency decided.
        agency_id: This agency; its own alerts passed its gate when they were raised.
    """

    def __init__(self, policy: Policy, agency_id: str) -> None:
        self._policy = policy
        self._agency_id = agency_id

    def __call__(self, alert: Alert, topic: str, headers: Mapping[str, str], now: datetime | None = None) -> Receipt:
        """Return what is taken in of an alert.

        Args:
            alert: As it came.
            topic: Where it came from.
            headers: The message's headers.
            now: The present, aware; None: the clock's.
        """
        agreement = agreement_of_topic(topic)
        if alert.agency_id == self._agency_id and agreement is None:
            return Receipt(alert)
        misplaced = None if agreement is None else _misplaced(agreement, headers)
        if misplaced is not None:
            return Receipt(None, misplaced)
        if alert.type is AlertType.CANCEL:
            # What takes an alert back is always heard.
            return Receipt(self._kept(alert))
        reason = self._refusal(alert, now or datetime.now(UTC), is_shared=agreement is not None)
        return Receipt(None, reason) if reason else Receipt(self._kept(alert))

    def _refusal(self, alert: Alert, now: datetime, *, is_shared: bool) -> str | None:
        category = alert.entry.category
        if not self._policy.may_notify(category):
            return f"category {category.value}: {self._policy.notify_reason(category)}"
        purpose = purpose_of_category(category)
        if purpose in (*self._policy.purposes.forbidden, *self._policy.own.never_purposes):
            return f"purpose {purpose.value} is forbidden: {self._policy.purposes.source}"
        age = now - alert.read.captured_at
        if is_shared and age > self._policy.retention.reads:
            return f"it is {age.days} days old, and reads may be kept for {self._policy.retention.reads.days} here"
        return None

    def _kept(self, alert: Alert) -> Alert:
        """Return an alert without what may not be collected here."""
        collection = self._policy.collection
        if collection.attributes == "any":
            return alert
        read, hit = alert.read, alert.hit
        if not collection.permits(Attribute.VEHICLE):
            read = read.model_copy(update={"vehicle": None})
            hit = hit.model_copy(update={"vehicle": ()})
        withheld = {
            "second_reading": Attribute.SECOND_READING,
            "movement": Attribute.MOVEMENT,
            "report": Attribute.VENDOR_REPORT,
        }
        read = read.model_copy(update={name: None for name, one in withheld.items() if not collection.permits(one)})
        picture = alert.plate_picture if collection.permits(Attribute.PICTURES) else None
        return alert.model_copy(update={"read": read, "hit": hit, "plate_picture": picture})


class ReadReceiptGate:
    """Judges reads of other agencies as they come in.

    Args:
        policy: The law that holds here, and what the agency decided.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def __call__(
        self, read: PlateReadEvent, topic: str, headers: Mapping[str, str], now: datetime | None = None
    ) -> tuple[PlateReadEvent | None, str]:
        """Return what is taken in of a read, or None and why it is refused.

        Args:
            read: As it came.
            topic: Where it came from.
            headers: The message's headers.
            now: The present, aware; None: the clock's.
        """
        agreement = agreement_of_topic(topic)
        if agreement is None:
            return None, "it comes on no agreement's topic, and reads go from one agency to another under one alone"
        reason = _misplaced(agreement, headers) or self._refusal(read, headers, now or datetime.now(UTC))
        if reason:
            return None, reason
        return read_to_event(self._policy.kept(read_from_event(read))), ""

    def _refusal(self, read: PlateReadEvent, headers: Mapping[str, str], now: datetime) -> str | None:
        purposes = {one for one in Purpose if one.value in headers.get("ce_agreementpurposes", "").split(",")}
        forbidden = {*self._policy.purposes.forbidden, *self._policy.own.never_purposes}
        if not purposes - forbidden:
            said = f"purpose {in_words(purposes)} is forbidden" if purposes else "it says no purpose that is known"
            return f"{said}: {self._policy.purposes.source}"
        keep = min(self._policy.retention.reads, _keep(headers))
        if read.captured_at - now > FUTURE:
            return "it is said to be captured at a time that is yet to come"
        if now - read.captured_at > keep:
            days = keep / timedelta(days=1)
            return f"it is {(now - read.captured_at).days} days old, and may be kept for {days:g} here"
        return None


def _misplaced(agreement: str, headers: Mapping[str, str]) -> str | None:
    """Return why a message does not belong on an agreement's topic, or None."""
    named = headers.get(AGREEMENT_HEADER)
    if named == agreement:
        return None
    said = "names no agreement" if named is None else f"names agreement {named}"
    return f"the message {said}, and the topic is that of {agreement}"


def _keep(headers: Mapping[str, str]) -> timedelta:
    """Return how long the agreement lets a read be kept; where it does not say, not at all."""
    try:
        days = float(headers.get("ce_agreementkeepdays", "0"))
        return timedelta(days=days if 0 <= days <= LONGEST_DAYS else 0)
    except ValueError:
        return timedelta()


def answered_reads(answer: QueryAnswerEvent, policy: Policy, now: datetime) -> tuple[list[PlateRead], list[str]]:
    """Return the reads of an answer that our own law lets in, without what may not be collected here, and what is not.

    Args:
        answer: As it came.
        policy: The law that holds here, and what the agency decided.
        now: The present, aware.

    Returns:
        The reads, newest first, and in words what is left out.
    """
    keep = policy.retention.reads
    if answer.terms is not None:
        keep = min(keep, timedelta(days=answer.terms.keep_days))
    reads = [read_from_event(event) for event in answer.reads]
    young = [read for read in reads if -FUTURE <= now - read.captured_at <= keep]
    kept = [policy.kept(read) for read in young]
    left_out = []
    if len(young) < len(reads):
        days = keep / timedelta(days=1)
        left_out.append(f"{len(reads) - len(young)} reads that are not of the {days:g} days for which they may be kept")
    if kept != young:
        left_out.append(f"what may not be collected here: {policy.collection.source}")
    return sorted(kept, key=lambda read: read.captured_at, reverse=True), left_out
