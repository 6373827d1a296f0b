"""A list's entries as messages: cut to what goes out, in parts that a broker takes, with their terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from policy.agreements.agreement import shared_lists_topic
from policy.agreements.deciding import AgreementGate
from policy.agreements.grants import Grant, Shares
from schemas.convert import shared_entry
from schemas.events import SharedEntryEvent, SharedListEvent, utc
from schemas.generate import SHARED_LIST_CE_TYPE
from schemas.ids import shared_list_id
from schemas.messages import Message, cloud_event_headers
from schemas.types import HotlistEntry
from sharing.delivering import release_terms, terms_headers
from sharing.lists.terms import topic_days
from storage.sharing.list_offers import SharedPart

PART_ENTRIES = 1000
_NAMES = 500
"""Characters of an entry beside its texts: the fields' names, ids, times, the vehicle."""
PART_CHARACTERS = 400_000
"""Largest part, as JSON; a message takes more than twice that (kafka.max_message_bytes)."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What the parts of one edition say alike; `results` is how many entries all of them give, for the log."""

    gate: AgreementGate
    grant: Grant
    hotlist_id: str
    layout: str
    kind: str
    number: int
    now: datetime
    base: int | None = None
    as_of: datetime | None = None
    results: int = 0


@dataclass(frozen=True, slots=True)
class PartContent:
    """What one part says by itself; `number` counts the parts of an edition from 1."""

    number: int = 1
    entries: Sequence[SharedEntryEvent] = ()
    removed: Sequence[UUID] = ()
    is_last: bool = True
    total: int | None = None
    reason: str = ""


def in_parts(
    entries: Iterable[HotlistEntry], most_characters: int = PART_CHARACTERS
) -> Iterator[list[SharedEntryEvent]]:
    """Yield entries as they go out, so many at a time as fit into one message.

    Args:
        entries: The entries.
        most_characters: Largest part, as JSON.
    """
    part: list[SharedEntryEvent] = []
    size = 0
    for entry in entries:
        event = shared_entry(entry)
        length = _longest(entry)
        if part and (len(part) == PART_ENTRIES or size + length > most_characters):
            yield part
            part, size = [], 0
        part.append(event)
        size += length
    if part:
        yield part


def _longest(entry: HotlistEntry) -> int:
    """Return how many bytes an entry may take as JSON, without writing it twice."""
    texts = (*entry[2:7], *entry[8:12], *map(str, entry.vehicle or ()))
    # A plain character takes one byte, or two where it is escaped; any other one up to six.
    plain = (2 if text.isascii() and text.isprintable() else 6 for text in texts if text)
    return _NAMES + sum(most * len(text) for most, text in zip(plain, filter(None, texts), strict=True))


def list_part(edition: Edition, content: PartContent) -> SharedPart:
    """Return one part as a message.

    Args:
        edition: What it is a part of.
        content: What it says.
    """
    agreement = edition.gate.standing.agreement
    event = SharedListEvent.model_validate(
        {
            "message_id": shared_list_id(
                agreement.id, edition.hotlist_id, edition.number, edition.kind, content.number
            ),
            "agreement_id": agreement.id,
            "agreement_version": edition.gate.standing.version,
            "agency_id": agreement.owner.id,
            "hotlist_id": edition.hotlist_id,
            "layout": edition.layout,
            "kind": edition.kind,
            "edition": edition.number,
            "base": edition.base,
            "part": content.number,
            "is_last": content.is_last,
            "total": content.total,
            "as_of": edition.as_of,
            "published_at": edition.now,
            "removed": tuple(content.removed),
            "reason": content.reason,
            "entries": tuple(content.entries),
        }
    )
    headers = cloud_event_headers(
        event.message_id, kind=SHARED_LIST_CE_TYPE, agency_id=agreement.owner.id, moment=edition.now
    )
    keep = timedelta(days=edition.grant.max_days)
    return SharedPart(
        Message(
            message_id=event.message_id,
            # The parts of a list keep their order.
            key=edition.hotlist_id,
            payload=event.model_dump_json(exclude_none=True).encode(),
            headers=(*headers, *terms_headers(edition.gate, edition.grant, keep)),
        ),
        topic=shared_lists_topic(agreement.id),
        agreement_id=agreement.id,
        # What takes a list back goes whatever the agreement says by then: it gives nothing.
        release=None if edition.kind == "end" else _release(edition, content),
    )


def _release(edition: Edition, content: PartContent) -> dict[str, Any]:
    """Return the terms of a part: what the relay asks before it sends, and what the log says afterwards."""
    gate, grant = edition.gate, edition.grant
    return {
        "kind": "list",
        "until": utc(gate.clear_until(Shares.HOTLISTS, edition.now)),
        "why": f"within the scope of agreement {gate.standing.agreement.id}",
        "is_first": content.number == 1,
        "results": edition.results,
        "count": len(content.entries) + len(content.removed),
        "terms": {
            "fields": sorted(grant.fields),
            "list": edition.hotlist_id,
            "sent": edition.kind,
            "edition": edition.number,
            "cji": grant.cji,
        },
        **release_terms(gate, grant, timedelta(days=topic_days(grant))),
    }
