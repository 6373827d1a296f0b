"""Alerts are offered to every agreement; what its gate lets through goes into the outbox, cut to what it shows."""

from __future__ import annotations

import contextlib
import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from policy.agreements.deciding import AgreementGate, Release
from policy.agreements.grants import Grant, Shares
from policy.decisions import Policy
from schemas.errors import PlatewatchError
from schemas.events import utc
from schemas.generate import ALERT_CE_TYPE
from schemas.messages import Message, cloud_event_headers
from schemas.plates import canonical_plate
from sharing.book import AgreementBook
from sharing.cutting import cut
from sharing.offers import offer_of
from storage.alerts.numbering import number_alerts
from storage.alerts.wakeups import wake
from storage.database import Database
from storage.sharing.deliveries import Deliveries, OfferedAlert, SharedMessage, StaleMessage

log = logging.getLogger(__name__)

AT_ONCE = 200
SETTLE_SECONDS = 5.0
"""How often messages are looked for that wait though a day has ended or an agreement changed meanwhile."""
AGREEMENT_HEADER = "ce_agreement"
"""CloudEvents extension that names the agreement under which an alert was given."""


class AlertDelivery:
    """Offers alerts to agreements, in the order of their numbers, each once. Doing it again changes nothing.

    Args:
        database: An open database.
        book: The agreements.
        policy: The law that holds here.
    """

    def __init__(self, database: Database, book: AgreementBook, policy: Policy) -> None:
        self._database = database
        self._book = book
        self._policy = policy
        self._settled: str | None = None
        self._settle_again_at = 0.0

    def advance(self) -> bool:
        """Offer some alerts, and settle messages that wait though their agreement changed.

        Returns:
            Whether there may be more.

        Raises:
            DatabaseUnavailable: The server is down; do it again.
        """
        number_alerts(self._database)
        gates = self._book.gates()
        is_more = self._offer(gates)
        # The relay takes none of them meanwhile: this only cleans up, and sends what is still permitted.
        if self._book.state != self._settled or time.monotonic() >= self._settle_again_at:
            if self._settle_stale({gate.standing.agreement.id: gate for gate in gates}):
                return True
            self._settled = self._book.state
            self._settle_again_at = time.monotonic() + SETTLE_SECONDS
        return is_more

    def _offer(self, gates: Sequence[AgreementGate]) -> bool:
        now = datetime.now(UTC)
        standing = [gate for gate in gates if gate.standing.is_in_force(now)]
        with Deliveries.begin(self._database) as deliveries:
            done = deliveries.progress()
            if not standing:
                newest = deliveries.newest()
                if newest > done:
                    deliveries.advance(newest)
                return False
            offered = deliveries.after(done, AT_ONCE)
            if not offered:
                return False
            # What these alerts go out under, by alert: a cancel among them may take one of them back.
            before: dict[UUID, set[str]] = {}
            messages: list[SharedMessage] = []
            for alert in offered:
                made = list(self._messages(alert, standing, deliveries, before, now))
                before[alert.alert_id] = {message.agreement_id for message in made}
                messages += made
            deliveries.send(messages)
            deliveries.advance(max(alert.alert_number or 0 for alert in offered))
        if deliveries.has_written:
            with contextlib.suppress(PlatewatchError):
                wake(self._database)
        return len(offered) == AT_ONCE

    def _messages(
        self,
        alert: OfferedAlert,
        gates: Sequence[AgreementGate],
        deliveries: Deliveries,
        before: Mapping[UUID, set[str]],
        now: datetime,
    ) -> Iterator[SharedMessage]:
        """Yield what goes out of an alert; a cancel goes to wherever its alert went."""
        informed = _informed(alert, deliveries, before)
        for gate in gates:
            release = decide(gate, alert.payload, alert.layout, informed, now)
            if release.allowed:
                yield shared_message(alert.payload, gate, release, self._policy, now)

    def _settle_stale(self, gates: Mapping[str, AgreementGate]) -> bool:
        """Decide again about messages that wait under terms that changed: sent under the new ones, or withheld.

        Returns:
            Whether there may be more of them.
        """
        now = datetime.now(UTC)
        with Deliveries.begin(self._database) as deliveries:
            stale = deliveries.stale(AT_ONCE)
            for message in stale:
                gate = gates.get(message.agreement_id)
                again = None if gate is None else self._again(message, gate, deliveries, now)
                if isinstance(again, SharedMessage):
                    deliveries.renew(message.outbox_id, again)
                else:
                    deliveries.withhold([message.outbox_id], again or "there is no such agreement in force")
                    log.info("alert %s is withheld from agreement %s", message.alert_id, message.agreement_id)
        if deliveries.has_written:
            with contextlib.suppress(PlatewatchError):
                wake(self._database)
        return len(stale) == AT_ONCE

    def _again(
        self, message: StaleMessage, gate: AgreementGate, deliveries: Deliveries, now: datetime
    ) -> SharedMessage | str:
        if message.payload is None or message.alert_id is None:
            return "the alert has ended"
        alert = OfferedAlert(message.alert_number, message.alert_id, message.payload, message.layout)
        release = decide(gate, alert.payload, alert.layout, _informed(alert, deliveries, {}), now)
        return shared_message(alert.payload, gate, release, self._policy, now) if release.allowed else release.reason


def _informed(alert: OfferedAlert, deliveries: Deliveries, before: Mapping[UUID, set[str]]) -> set[str]:
    """Return the agreements under which the alert that is taken back went out."""
    if alert.payload.get("type") != "cancel" or not alert.payload.get("cancels"):
        return set()
    canceled = UUID(str(alert.payload["cancels"]))
    return before.get(canceled, set()) | deliveries.was_released(canceled)


def decide(
    gate: AgreementGate, payload: Mapping[str, Any], layout: str | None, informed: set[str], now: datetime
) -> Release:
    """Return whether an alert goes out under an agreement.

    Args:
        gate: The agreement's.
        payload: The alert, as a JSON object.
        layout: The layout of its entry's list.
        informed: Agreements under which the alert went out that this one takes back.
        now: The present, aware.
    """
    try:
        offer = offer_of(payload, layout)
    except ValueError as error:
        return Release(False, str(error))
    release = gate.decide(offer, now)
    if release.allowed or payload.get("type") != "cancel" or gate.standing.agreement.id not in informed:
        return release
    # Who got the alert has to learn that it is none any more, whatever the scope is now.
    blocked = gate.blocked(Shares.ALERTS, now)
    grant = gate.standing.agreement.grant(Shares.ALERTS)
    if blocked is not None or grant is None:
        return release
    return Release(True, "takes back an alert that was given", frozenset(grant.fields))


def shared_message(
    payload: Mapping[str, Any], gate: AgreementGate, release: Release, policy: Policy, now: datetime
) -> SharedMessage:
    """Return what goes to an agreement's topic.

    Args:
        payload: The alert, as a JSON object.
        gate: The agreement's.
        release: The gate's answer.
        policy: The law that holds here.
        now: The present, aware.
    """
    agreement = gate.standing.agreement
    grant = agreement.grant(Shares.ALERTS)
    assert grant is not None  # noqa: S101 - nothing is released without one
    alert_id = UUID(str(payload["alert_id"]))
    keep = min(timedelta(days=grant.max_days), policy.retention.reads)
    headers = cloud_event_headers(
        alert_id,
        kind=ALERT_CE_TYPE,
        agency_id=str(payload["agency_id"]),
        moment=datetime.fromisoformat(payload["created_at"]),
    )
    return SharedMessage(
        Message(
            message_id=alert_id,
            key=canonical_plate(str(payload["entry"]["plate"])),
            payload=json.dumps(cut(payload, release.fields), ensure_ascii=False, separators=(",", ":")).encode(),
            headers=(*headers, *terms_headers(gate, grant, keep)),
        ),
        topic=agreement.topic,
        agreement_id=agreement.id,
        release=_release_record(payload, gate, release, grant, keep, now),
    )


def _release_record(
    payload: Mapping[str, Any], gate: AgreementGate, release: Release, grant: Grant, keep: timedelta, now: datetime
) -> dict[str, Any]:
    """Return the terms of a release: what the relay asks before it sends, and what the log says afterwards."""
    return {
        "kind": payload.get("type", "alert"),
        "until": utc(gate.clear_until(Shares.ALERTS, now)),
        "why": release.reason,
        **release_terms(gate, grant, keep),
        "terms": {
            "fields": sorted(release.fields),
            "category": payload["entry"]["category"],
            "tier": payload["hit"]["tier"],
            "camera": payload["read"]["camera_id"],
            "cji": grant.cji,
        },
    }


def release_terms(gate: AgreementGate, grant: Grant, keep: timedelta) -> dict[str, Any]:
    """Return what every release of a grant says alike: under which version, for how long, and to whom.

    Args:
        gate: The agreement's.
        grant: What is given.
        keep: How long the receivers may keep it.
    """
    agreement = gate.standing.agreement
    members = [agreement.member(to) for to in grant.to]
    return {
        "version": gate.standing.version,
        "keep_days": keep / timedelta(days=1),
        "members": [{"id": member.id, "name": member.name, "ori": member.ori} for member in members],
    }


def terms_headers(gate: AgreementGate, grant: Grant, keep: timedelta) -> tuple[tuple[str, str], ...]:
    """Return the headers that say under what something is given.

    Args:
        gate: The agreement's.
        grant: What is given.
        keep: How long the receivers may keep it.
    """
    return (
        (AGREEMENT_HEADER, gate.standing.agreement.id),
        ("ce_agreementversion", str(gate.standing.version)),
        ("ce_agreementpurposes", ",".join(grant.purposes)),
        ("ce_agreementforbidden", ",".join(grant.purposes_forbidden)),
        ("ce_agreementkeepdays", f"{keep / timedelta(days=1):g}"),
    )
