"""What an analyst asks of the stored reads, checked, in the words of the audit and in those of the storage."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from operations.criteria import VehicleCriteria
from operations.searches.areas import area_text
from operations.searches.hours import Hours, spans
from operations.sharing.zones import agency_zone
from policy.agreements.area import Area
from policy.decisions import open_policy
from rendering.serials.formats import formats
from rendering.serials.patterns import text_regex
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.reads.patterns import parse_pattern
from storage.reads.sought import ReadKey, SoughtReads

MOST_DAYS_WITHOUT_PLATE = 7
"""A search without a plate is about everybody who passed: it looks for one event, and not through weeks."""
MOST_READS = 100_000
"""Most reads that one page has."""
_STATE = re.compile(r"(?:US-)?([A-Z]{2})")


@dataclass(frozen=True, slots=True)
class ReadQuery:
    """A question; what is None was not asked.

    `pattern` is a plate with `?` for one unknown character and `*` for any number; O and 0 count as equal. `since` and
    `until` are aware, `until` exclusive. `hours` are by the agency's clock, `area` is where the camera was, `state`
    is like `VA` or `US-VA`. `valid_only` leaves out what fits no series of plates that is known. `after` is the key of
    the last read of the page before, `saved` the number of the kept search that is asked again.
    """

    pattern: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    cameras: tuple[str, ...] = ()
    area: Area | None = None
    hours: Hours | None = None
    state: str | None = None
    least_confidence: float | None = None
    valid_only: bool = False
    vehicle: VehicleCriteria = field(default_factory=VehicleCriteria)
    after: ReadKey | None = None
    limit: int = 100
    saved: int | None = None

    @property
    def details(self) -> dict[str, Any]:
        """What is asked, for the audit; what is not is left out there."""
        cameras = self.cameras[0] if len(self.cameras) == 1 else list(self.cameras) or None
        return {
            "pattern": None if self.pattern is None else parse_pattern(self.pattern).text,
            "since": self.since,
            "until": self.until,
            "camera": cameras,
            "area": None if self.area is None else area_text(self.area),
            "hours": None if self.hours is None else str(self.hours),
            "state": self.state,
            "least_confidence": self.least_confidence,
            "valid_only": self.valid_only or None,
            "after": None if self.after is None else key_text(self.after),
            "saved_search": self.saved,
            **self.vehicle.details,
        }


def sought_reads(query: ReadQuery, settings: Settings, now: datetime) -> SoughtReads:
    """Check a question and return it in the storage's words.

    Args:
        query: The question.
        settings: The configuration; it says which zone's hours count, and how long reads are kept.
        now: The present, aware.

    Raises:
        InvalidInput: It cannot be searched for, or is about too much.
    """
    if not 1 <= query.limit <= MOST_READS:
        raise InvalidInput(f"a page of {query.limit} reads; 1 to {MOST_READS:,} were expected")
    sure = query.least_confidence
    if sure is not None and not 0 <= sure <= 1:
        raise InvalidInput(f"a confidence of {sure:g}; 0 to 1 was expected")
    if query.since is not None and query.until is not None and query.since >= query.until:
        raise InvalidInput("the time from which it looks is not before the time until which it does; exchange them")
    vehicle, until = query.vehicle.sought(), query.until
    if query.pattern is None:
        until = _bounded(query, now)
    state = None if query.state is None else state_of(query.state)
    return SoughtReads(
        since=query.since,
        until=until,
        spans=_spans(query, settings, until or now, now),
        cameras=query.cameras or None,
        vehicle=vehicle,
        area=query.area,
        state=state,
        least_confidence=sure,
        text=_serials(state) if query.valid_only else None,
        after=query.after,
    )


def state_of(text: str) -> str:
    """Return a state as reads have it, like US-VA.

    Raises:
        InvalidInput: It is none.
    """
    found = _STATE.fullmatch(text.strip().upper())
    if found is None:
        raise InvalidInput(f"{text[:40]!r} is no state; write it like VA or US-VA")
    return f"US-{found[1]}"


def key_text(key: ReadKey) -> str:
    """Return a read's place in the order of search as `parse_key` takes it."""
    return f"{key.captured_at.astimezone(UTC).isoformat()}/{key.read_id}"


def parse_key(text: str) -> ReadKey:
    """Return the place in the order of search that a text names.

    Raises:
        InvalidInput: It is none.
    """
    at, _, read_id = text.partition("/")
    try:
        key = ReadKey(datetime.fromisoformat(at), UUID(read_id))
        if key.captured_at.tzinfo is None:
            raise ValueError
    except ValueError as error:
        raise InvalidInput(f"{text[:80]!r} names no page; take the one that the page before ended with") from error
    return key


def _spans(
    query: ReadQuery, settings: Settings, until: datetime, now: datetime
) -> list[tuple[datetime, datetime]] | None:
    if query.hours is None:
        return None
    since = query.since or now - open_policy(settings).retention.reads
    return spans(query.hours, since, until, agency_zone(settings))


@cache
def _serials(state: str | None) -> str:
    """Return an expression for the serials of a state, or of all, as a reader may write them."""
    known = {text_regex(one.parts, folded=True).pattern.replace("(", "(?:") for one in formats(state)}
    if not known:
        raise InvalidInput(
            f"no series of plates is known of {state}; leave out the state, or that only valid ones count"
        )
    return f"^(?:{'|'.join(sorted(known))})$"


def _bounded(query: ReadQuery, now: datetime) -> datetime:
    """Return until when a search without a plate looks; now where that is not said.

    Raises:
        InvalidInput: It is about too much.
    """
    if query.since is None:
        raise InvalidInput("a search without a plate needs the time from which on it looks (--since)")
    if not query.cameras and query.area is None and not query.vehicle.details:
        raise InvalidInput(
            "a search without a plate needs a camera (--camera), an area (--area) or something of the vehicle, like"
            " its color or make (--color, --make)"
        )
    until = query.until or now
    if until - query.since > timedelta(days=MOST_DAYS_WITHOUT_PLATE):
        raise InvalidInput(
            f"a search without a plate may look through {MOST_DAYS_WITHOUT_PLATE} days at most; give times that are "
            "nearer to each other (--since, --until), or a plate"
        )
    return until
