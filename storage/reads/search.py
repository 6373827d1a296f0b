"""Search in the history of reads: by plate, by what else a reader says of a vehicle, and by what people saw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.errors import QueryCanceled
from psycopg.rows import class_row

from schemas.audit import AuditRecord
from schemas.errors import InvalidInput
from schemas.types import PlateRead
from storage import statements
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.reads.patterns import PlatePattern, parse_pattern
from storage.reads.rows import stored_read
from storage.reads.seen import SeenVehicle
from storage.reads.sought import SoughtReads
from storage.sql import load_queries

_SQL = load_queries("reads/search")
MOST_PLATES = 5000
"""With more plates than this fitting a pattern, scanning the reads by time finds the newest sooner."""
MOST_MAKES = 2000
"""With more makes than this, as where a reader writes sentences there, each read is looked at."""
FEW_OF_MAKES = 1000
"""So many reads of a make are taken by its index; with more of them, the newest are found sooner by time."""
FEW_PLATES = 20
"""So many plates are looked up in all days at once."""
FIRST_SLICE, LAST_SLICE = timedelta(days=1), timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person saw on a read's picture where the reader saw something else, and why they say so."""

    read_id: UUID
    plate: str
    jurisdiction: str | None
    reason: str
    corrected_by: str
    corrected_at: datetime


@dataclass(frozen=True, slots=True)
class FoundReads:
    """Reads, newest first, and the newest correction of each that has one."""

    reads: tuple[PlateRead, ...]
    corrections: Mapping[UUID, Correction]


class ReadSearch:
    """Search for reads.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self,
        pattern: str | None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        camera_id: str | None = None,
        vehicle: SeenVehicle | None = None,
        limit: int = 100,
        audit: AuditRecord | None = None,
    ) -> list[PlateRead]:
        """Find the newest reads that fit; as `page`, for what is asked most."""
        cameras = None if camera_id is None else [camera_id]
        sought = SoughtReads(since, until, cameras=cameras, vehicle=vehicle or SeenVehicle())
        return list(self.page(pattern, sought, limit=limit, audit=audit).reads)

    def page(
        self, pattern: str | None, sought: SoughtReads, *, limit: int = 100, audit: AuditRecord | None = None
    ) -> FoundReads:
        """Find the newest reads that fit, or that somebody corrected so that they do, and write down who asked.

        Args:
            pattern: A plate; `?` stands for one unknown character, `*` for any number. O and 0 count as equal. None:
                any plate, between two times that are given.
            sought: What the reads have to be besides.
            limit: Most reads to return.
            audit: Who asks, and why; written down with how many reads were found, before they are returned.

        Raises:
            InvalidInput: The pattern cannot be searched for, or there is none and a time is missing; nothing is written
                down.
            DatabaseUnavailable: The server is down.
        """
        wanted = None if pattern is None else parse_pattern(pattern)
        if wanted is None and (sought.since is None or sought.until is None):
            raise InvalidInput("a search without a plate needs the time from which and the time until which")
        if limit < 1:
            raise InvalidInput(f"limit {limit} is less than 1")
        with self._database.transaction() as connection:
            reads = _find(connection, wanted, sought, limit) if wanted else _find_between(connection, sought, limit)
            corrections = corrections_of(connection, [read.read_id for read in reads])
            write_audit(connection, audit, len(reads))
        return FoundReads(tuple(reads), corrections)

    def of_plates(
        self, plates: Sequence[str], sought: SoughtReads, *, limit: int, audit: AuditRecord | None = None
    ) -> FoundReads:
        """Find the newest reads of some plates, given in canonical form; otherwise as `page`."""
        with self._database.transaction() as connection:
            values = sought.values | {"plates": list(plates), "limit": limit}
            reads = statements.all(connection, _SQL["reads_of_plates"], values, row=stored_read, prepare=False)
            corrections = corrections_of(connection, [read.read_id for read in reads])
            write_audit(connection, audit, len(reads))
        return FoundReads(tuple(reads), corrections)

    def known_plates(self, spellings: Sequence[str], patterns: Sequence[str], limit: int = MOST_PLATES) -> list[str]:
        """Return which plates of some spellings, or of some patterns of LIKE, were read, in canonical form.

        Args:
            spellings: In canonical form.
            patterns: Of canonical text.
            limit: Most plates to return.
        """
        values = {"spellings": list(spellings), "patterns": list(patterns), "limit": limit}
        return statements.scalars(self._database, _SQL["look_alike_plates"], values, kind=str, prepare=False)

    def count_between(self, since: datetime, until: datetime) -> float:
        """Return about how many reads there are between two times, aware."""
        values = {"since": since, "until": until}
        if statements.scalar(self._database, _SQL["uncounted_days"], kind=int):
            return float(statements.scalar(self._database, _SQL["count_reads"], values, kind=int) or 0)
        return statements.scalar(self._database, _SQL["reads_searched"], values, kind=float) or 0.0


def corrections_of(on: Database | Connection, read_ids: Sequence[UUID]) -> dict[UUID, Correction]:
    """Return the newest correction of each read that has one.

    Args:
        on: An open database, or the connection whose transaction it is part of.
        read_ids: The reads.
    """
    found = statements.all(on, _SQL["corrections"], {"read_ids": list(read_ids)}, row=class_row(Correction))
    return {one.read_id: one for one in found}


def reads_corrected_to(on: Database | Connection, plates: Sequence[str]) -> list[UUID]:
    """Return the reads on which a person saw one of some plates where the reader saw another one.

    Args:
        on: An open database, or the connection whose transaction it is part of.
        plates: In canonical form.
    """
    found = (statements.scalars(on, _SQL["corrected_ids"], {"like": plate}, kind=UUID) for plate in plates)
    return [read_id for ids in found for read_id in ids]


def find_for_others(
    connection: Connection,
    pattern: str,
    *,
    since: datetime,
    until: datetime | None,
    cameras: Sequence[str] | None,
    limit: int,
    seconds: float,
) -> list[PlateRead]:
    """Find the newest reads of some cameras that fit a plate, on the transaction in which the answer is written down.

    Args:
        connection: Its connection.
        pattern: As `ReadSearch.find` takes it.
        since: Captured at this time or later, aware.
        until: Captured before this time, aware.
        cameras: Only these; None: all.
        limit: Most reads to return.
        seconds: How long a statement may take.

    Raises:
        InvalidInput: The pattern cannot be searched for, or it took too long; the transaction is lost.
    """
    wanted = parse_pattern(pattern)
    statements.execute(connection, _SQL["limit_time"], {"milliseconds": max(1, round(seconds * 1000))})
    try:
        # As it was read: what a person of ours saw is ours to say.
        reads = _find_as_read(connection, wanted, SoughtReads(since, until, cameras=cameras), limit)
    except QueryCanceled as error:
        raise InvalidInput(
            f"the search took longer than {seconds:g} s; give more of the plate, or less time"
        ) from error
    statements.execute(connection, _SQL["limit_time"], {"milliseconds": 0})
    return reads


def _find(connection: Connection, pattern: PlatePattern, sought: SoughtReads, limit: int) -> list[PlateRead]:
    reads = _find_as_read(connection, pattern, sought, limit)
    read_ids = statements.scalars(connection, _SQL["corrected_ids"], {"like": pattern.like}, kind=UUID)
    if not read_ids:
        return reads
    values = sought.values | {"read_ids": read_ids, "limit": limit}
    corrected = statements.all(connection, _SQL["corrected_reads"], values, row=stored_read)
    both = {read.read_id: read for read in (*reads, *corrected)}
    return sorted(both.values(), key=lambda read: (-read.captured_at.timestamp(), read.read_id))[:limit]


def _find_as_read(connection: Connection, pattern: PlatePattern, sought: SoughtReads, limit: int) -> list[PlateRead]:
    values: dict[str, Any] = sought.values | {"like": pattern.like}
    plates, fits_too_many = [pattern.text], False
    if not pattern.is_exact:
        plates = statements.scalars(connection, _SQL["plates"], values | {"limit": MOST_PLATES + 1}, kind=str)
        fits_too_many = len(plates) > MOST_PLATES
    values |= {"limit": limit}
    if fits_too_many:
        return statements.all(connection, _SQL["reads_by_pattern"], values, row=stored_read, prepare=False)
    values |= {"plates": plates}
    if len(plates) <= FEW_PLATES:
        return statements.all(connection, _SQL["reads_of_plates"], values, row=stored_read)
    found: list[PlateRead] = []
    for since, until in _slices(sought.since, sought.until, datetime.now(UTC)):
        values |= {"since": since, "until": until, "limit": limit - len(found)}
        found += statements.all(connection, _SQL["reads_of_plates"], values, row=stored_read, prepare=False)
        if len(found) >= limit:
            break
    return found


def _slices(
    since: datetime | None, until: datetime | None, now: datetime
) -> Iterator[tuple[datetime | None, datetime | None]]:
    """Yield times from the newest on, each twice as long as the one before: every plate is looked up in every day of
    one, and the newest days mostly have reads enough."""
    width = FIRST_SLICE
    begin = (until or now) - width
    while width < LAST_SLICE and (since is None or begin > since):
        yield begin, until
        width *= 2
        until, begin = begin, begin - width
    yield since, until


def _find_between(connection: Connection, sought: SoughtReads, limit: int) -> list[PlateRead]:
    """Look through times one by one, the newest first: hours of many days are few of their reads."""
    makes = _rare_makes(connection, sought)
    if makes:
        values = sought.values | {"makes": makes, "limit": limit}
        return statements.all(connection, _SQL["reads_of_makes"], values, row=stored_read, prepare=False)
    found: list[PlateRead] = []
    if makes is not None:
        return found
    for begin, end in _within(sought):
        values = replace(sought, since=begin, until=end, spans=None).values | {"limit": limit - len(found)}
        # Planned for these very times: most partitions are then not looked at.
        found += statements.all(connection, _SQL["reads_between"], values, row=stored_read, prepare=False)
        if len(found) >= limit:
            break
    return found


def _rare_makes(connection: Connection, sought: SoughtReads) -> list[str] | None:
    """Return the makes that are meant, as that time's readers wrote them; None: none is asked for, or many reads have
    them."""
    if sought.vehicle.make is None:
        return None
    values = sought.values | {"limit": MOST_MAKES + 1}
    rows = statements.all(connection, _SQL["makes_between"], values, prepare=False)
    if len(rows) > MOST_MAKES:
        return None
    makes = [make for make, is_meant in rows if is_meant]
    values |= {"makes": makes, "limit": FEW_OF_MAKES + 1}
    count = statements.scalar(connection, _SQL["count_of_makes"], values, kind=int, prepare=False) if makes else 0
    return makes if (count or 0) <= FEW_OF_MAKES else None


def _within(sought: SoughtReads) -> list[tuple[datetime, datetime]]:
    """Return the times that are looked through, the newest first."""
    since, until = sought.since, sought.until
    if since is None or until is None:
        return []
    if sought.spans is None:
        return [(since, until)]
    cut = ((max(begin, since), min(end, until)) for begin, end in sought.spans)
    return sorted(((begin, end) for begin, end in cut if begin < end), reverse=True)
