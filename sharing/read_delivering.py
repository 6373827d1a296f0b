"""Reads are offered to agreements that share reads; what a gate lets through goes into the outbox, cut to it."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from policy.agreements.agreement import shared_reads_topic
from policy.agreements.deciding import AgreementGate, Offer, Release
from policy.agreements.grants import Grant, Shares
from policy.decisions import Policy
from schemas.convert import read_to_event
from schemas.errors import PlatewatchError
from schemas.events import utc
from schemas.generate import SHARED_READ_CE_TYPE
from schemas.ids import shared_read_id
from schemas.messages import Message, cloud_event_headers
from schemas.types import PlateRead
from sharing.book import AgreementBook
from sharing.cutting import cut_read
from sharing.delivering import release_terms, terms_headers
from storage.alerts.wakeups import wake
from storage.database import Database
from storage.sharing.read_offers import ReadOffers, SharedRead

AT_ONCE = 500
MOST_WAITING = 2000
"""Most reads in the outbox: an alert behind them waits for a fraction of a second, whatever the broker did before."""
AGAIN_SECONDS = 5.0
"""How often reads are looked for that wait though a day has ended or an agreement changed meanwhile."""


class ReadDelivery:
    """Offers stored reads to agreements, in the order in which they were stored. Doing it again changes nothing.

    Args:
        database: An open database.
        book: The agreements.
        policy: The law that holds here.
    """

    def __init__(self, database: Database, book: AgreementBook, policy: Policy) -> None:
        self._database = database
        self._book = book
        self._policy = policy
        self._seen: str | None = None
        self._again_at = 0.0

    def advance(self) -> bool:
        """Offer some reads.

        Returns:
            Whether there may be more.

        Raises:
            DatabaseUnavailable: The server is down; do it again.
        """
        now = datetime.now(UTC)
        gates = [
            gate
            for gate in self._book.gates()
            if gate.standing.is_in_force(now) and gate.standing.agreement.grant(Shares.READS) is not None
        ]
        is_due = self._book.state != self._seen or time.monotonic() >= self._again_at
        if not gates and not is_due:
            return False
        with ReadOffers.begin(self._database) as offers:
            if is_due:
                offers.offer_again()
                self._seen, self._again_at = self._book.state, time.monotonic() + AGAIN_SECONDS
            if not gates:
                offers.forget()
                return False
            room = MOST_WAITING - offers.waiting()
            if room <= 0:
                return False
            taken = offers.take(min(AT_ONCE, room))
            offers.send([shared for read in taken for shared in self._shared(read, gates, now)])
        if taken:
            with contextlib.suppress(PlatewatchError):
                wake(self._database)
        return len(taken) == AT_ONCE

    def _shared(self, read: PlateRead, gates: Sequence[AgreementGate], now: datetime) -> Iterator[SharedRead]:
        """Yield what goes out of a read."""
        payload: dict[str, Any] | None = None
        for gate in gates:
            release = gate.decide(offer_of_read(read), now)
            if release.allowed:
                payload = payload or read_to_event(read).model_dump(mode="json")
                yield shared_read(read, payload, gate, release, self._policy, now)


def offer_of_read(read: PlateRead) -> Offer:
    """Return a read as something that is about to go to somebody."""
    place = read.location
    return Offer(
        Shares.READS,
        captured_at=read.captured_at,
        camera_id=read.camera_id,
        location=None if place is None else (place.latitude, place.longitude),
        # What we saw ourselves comes from no criminal-justice information system.
        is_cji=False,
    )


def shared_read(
    read: PlateRead, payload: dict[str, Any], gate: AgreementGate, release: Release, policy: Policy, now: datetime
) -> SharedRead:
    """Return what goes to an agreement's topic of reads.

    Args:
        read: The read.
        payload: The same as a JSON object.
        gate: The agreement's.
        release: The gate's answer.
        policy: The law that holds here.
        now: The present, aware.
    """
    agreement = gate.standing.agreement
    grant = agreement.grant(Shares.READS)
    assert grant is not None  # noqa: S101 - nothing is released without one
    keep = _keep(grant, policy)
    message_id = shared_read_id(read.read_id, read.revision)
    headers = cloud_event_headers(
        message_id, kind=SHARED_READ_CE_TYPE, agency_id=agreement.owner.id, moment=read.captured_at
    )
    return SharedRead(
        Message(
            message_id=message_id,
            # Its revisions keep their order, and no plate stays in the outbox.
            key=str(read.read_id),
            payload=json.dumps(cut_read(payload, release.fields), ensure_ascii=False, separators=(",", ":")).encode(),
            headers=(*headers, *terms_headers(gate, grant, keep)),
        ),
        topic=shared_reads_topic(agreement.id),
        agreement_id=agreement.id,
        release={
            "kind": "read",
            "until": utc(gate.clear_until(Shares.READS, now)),
            "why": release.reason,
            "terms": {"fields": sorted(release.fields)},
            **release_terms(gate, grant, keep),
        },
        read_id=read.read_id,
        revision=read.revision,
        captured_at=read.captured_at,
    )


def _keep(grant: Grant, policy: Policy) -> timedelta:
    return min(timedelta(days=grant.max_days), policy.retention.reads)
