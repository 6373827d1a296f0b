"""What other agencies give is judged again on receipt: our own law binds what we take in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from policy.agreements.agreement import agreement_of_topic
from policy.collection import Attribute
from policy.decisions import Policy
from policy.purposes import purpose_of_category
from schemas.events import Alert, AlertType
from sharing.delivering import AGREEMENT_HEADER


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
        if agreement is not None and headers.get(AGREEMENT_HEADER) != agreement:
            named = headers.get(AGREEMENT_HEADER)
            said = "names no agreement" if named is None else f"names agreement {named}"
            return Receipt(None, f"the message {said}, and the topic is that of {agreement}")
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
