"""Searching the stored reads: by what they say, and by how alike they are to a plate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from matcher.judging.likeness import Sought, near_patterns, spellings
from matcher.judging.traffic import Traffic
from operations.reasons import Why
from operations.searches.pictures import plates_of
from operations.searches.query import ReadQuery, sought_reads
from policy.decisions import open_policy
from policy.traffic import matching_settings
from schemas.actor import Actor
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.plates import MAX_PLATE_LENGTH, canonical_plate
from schemas.settings import Settings
from schemas.types import PlateRead
from storage.audit.writer import write_audit
from storage.database import Database
from storage.reads.patterns import parse_pattern
from storage.reads.search import Correction, ReadSearch
from storage.reads.sought import ReadKey

MOST_SCORED = 5000
"""Reads that a look-alike search scores at most, the newest."""
MOST_CHANCE = 10.0
"""A read is left out that is no liker to the plate than so many innocent ones among those that were searched."""


@dataclass(frozen=True, slots=True)
class Page:
    """Reads that fit, newest first, what people corrected beside them, and where the next page begins.

    `next` is None where there is no more. `pictures` are those of plates, where they were asked for.
    """

    reads: tuple[PlateRead, ...]
    corrections: Mapping[UUID, Correction] = field(default_factory=dict)
    next: ReadKey | None = None
    pictures: Mapping[UUID, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A read that may be of the plate: its score in nats, and how many reads of other vehicles would score as much by
    chance among those that were searched."""

    read: PlateRead
    score: float
    expected_by_chance: float


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Reads that may be of a plate, best first, those of its very text before all others.

    `searched` is about how many reads there were; `more` says that older ones were not scored.
    """

    found: tuple[LookAlike, ...]
    searched: float
    more: bool
    corrections: Mapping[UUID, Correction] = field(default_factory=dict)
    pictures: Mapping[UUID, bytes] = field(default_factory=dict)


def find_reads(
    actor: Actor,
    database: Database,
    settings: Settings,
    query: ReadQuery,
    why: Why,
    *,
    form: str | None = None,
    pictures: bool = False,
) -> Page:
    """Return a page of the reads that fit; the search stands in the audit before they are returned.

    Args:
        actor: Who searches.
        database: An open database.
        settings: The configuration.
        query: What is asked.
        why: Why it is.
        form: In which form they leave the system; None: they are looked at.
        pictures: Whether the pictures of their plates are looked at, too.

    Raises:
        InvalidInput: What is asked cannot be searched for, and nothing is written down; or why it is asked says
            nothing, or the law does not permit it, and that is.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    sought = sought_reads(query, settings, datetime.now(UTC))
    action = Action.SEARCH if form is None else Action.EXPORT
    details = {**query.details, "form": form, "pictures": pictures or None}
    record = why.record(actor, database, settings, action, back_to=query.since, **details)
    found = ReadSearch(database).page(query.pattern, sought, limit=query.limit, audit=record)
    last = found.reads[-1] if len(found.reads) == query.limit else None
    following = None if last is None else ReadKey(last.captured_at, last.read_id)
    return Page(found.reads, found.corrections, following, plates_of(settings, found.reads) if pictures else {})


def find_look_alikes(
    actor: Actor, database: Database, settings: Settings, query: ReadQuery, why: Why, *, pictures: bool = False
) -> LookAlikes:
    """Return the reads that may be of a plate though another text was read, best first.

    Texts are looked at that a reader makes of the plate by look-alikes, or by one character more, less or other. Each
    read's own evidence is scored as live matching does; with the score goes how many reads of other vehicles would
    reach it by chance.

    Args:
        actor: Who searches.
        database: An open database.
        settings: The configuration.
        query: What is asked; its pattern is one plate in full.
        why: Why it is.
        pictures: Whether the pictures of their plates are looked at, too.

    Raises:
        InvalidInput: As `find_reads`, or the plate is not given in full.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    plate = look_alike_plate(query)
    now = datetime.now(UTC)
    sought = sought_reads(query, settings, now)
    details = {**query.details, "look_alikes": True, "pictures": pictures or None}
    record = why.record(actor, database, settings, Action.SEARCH, back_to=query.since, **details)
    search = ReadSearch(database)
    since = query.since or now - open_policy(settings).retention.reads
    searched = search.count_between(since, query.until or now)
    texts = search.known_plates(spellings(plate), near_patterns(plate))
    found = search.of_plates(texts, sought, limit=MOST_SCORED)
    ranked = _ranked(plate, found.reads, searched, settings)[: query.limit]
    write_audit(database, record, len(ranked))
    shown = plates_of(settings, [one.read for one in ranked]) if pictures else {}
    return LookAlikes(tuple(ranked), searched, len(found.reads) == MOST_SCORED, found.corrections, shown)


def look_alike_plate(query: ReadQuery) -> str:
    """Return the plate of which a question seeks look-alikes.

    Raises:
        InvalidInput: It is not given in full, or another page than the first is asked for.
    """
    plate = parse_pattern(query.pattern).text if query.pattern else ""
    if not plate or not parse_pattern(plate).is_exact or len(plate) > MAX_PLATE_LENGTH:
        raise InvalidInput("look-alikes are of one plate; give it in full")
    if query.after is not None:
        raise InvalidInput("look-alikes come best first, all at once; narrow the search in place of a next page")
    return plate


def _ranked(plate: str, reads: tuple[PlateRead, ...], searched: float, settings: Settings) -> list[LookAlike]:
    likeness = Sought(plate, Traffic(matching_settings(settings).traffic)).likeness(reads)
    pairs = zip(reads, likeness, strict=True)
    alike = [LookAlike(read, one.score, one.chance * searched) for read, one in pairs if one is not None]
    likely = [one for one in alike if one.expected_by_chance <= MOST_CHANCE]
    # The very text first: a longer one of a rare series scores higher, since hardly anybody else has such a plate.
    differs = {one.read.read_id: canonical_plate(one.read.plate) != plate for one in likely}
    newest = {one.read.read_id: -one.read.captured_at.timestamp() for one in likely}
    return sorted(
        likely,
        key=lambda one: (differs[one.read.read_id], -one.score, newest[one.read.read_id], one.read.read_id),
    )
