"""The ways of matching new entries with stored reads that are compared, each with its time."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from benchmarks.common.machine import peak_mb
from benchmarks.historical.reads import DAYS, make_reads
from matcher.index import HotlistIndex
from matcher.match import Matcher
from matcher.past.sieve import FAR_PLATES
from operations.past.matching import PastMatching
from schemas.settings import Settings
from schemas.types import Category, HotlistEntry
from storage.database import Database, open_database
from storage.reads.past import ListedEntry, PastReads, PastText

ACTIVE_ENTRIES = 3_000_000
SAMPLE = 20_000
SIZES = (1, FAR_PLATES, 100, 10_000)


def entries(database: Database, count: int, vehicles: int) -> list[ListedEntry]:
    """Return entries, of which one in a hundred is a vehicle of the reads."""
    numbers = [vehicles // 2 + number if number % 100 == 0 else vehicles + 1 + number for number in range(count)]
    with database.connection() as connection:
        rows = connection.execute("select bench_plate(n) from unnest(%s::bigint[]) as n", (numbers,)).fetchall()
    now = datetime.now(UTC)
    return [
        ListedEntry(HotlistEntry(UUID(int=number), "national", plate, Category.STOLEN_VEHICLE, "US-VA"), now)
        for number, (plate,) in enumerate(rows, start=1)
    ]


def forget(database: Database) -> None:
    """Remove what a run stored, so that the next one stores it again."""
    with database.as_owner() as connection:
        connection.execute("truncate hits, alerts, outbox cascade")


def timed_matching(database: Database, settings: Settings, listed: list[ListedEntry], runs: int) -> float:
    """Return the median of seconds, and print what was found."""
    matching = PastMatching(database, settings)
    as_of = {"national": datetime.now(UTC) - timedelta(hours=3)}
    times = []
    for _ in range(runs):
        forget(database)
        started = time.perf_counter()
        outcome = matching.match(listed, as_of, days=DAYS + 1)
        times.append(time.perf_counter() - started)
    print(
        f"{len(listed):6d} entries: {statistics.median(times):6.1f} s "
        f"({', '.join(f'{seconds:.1f}' for seconds in times)}); {outcome.reads} reads through the matcher, "
        f"{outcome.hits} hits, {outcome.alerts} alerts; peak {peak_mb():.0f} MB",
        flush=True,
    )
    return statistics.median(times)


def timed_levenshtein(database: Database, plate: str) -> float:
    """Return the seconds that PostgreSQL takes to compare one plate with every read."""
    with database.as_owner() as connection:
        connection.execute("create extension if not exists fuzzystrmatch")
        started = time.perf_counter()
        row = connection.execute(
            "select count(*) from reads where levenshtein_less_equal(canonical, %s, 1) <= 1", (plate,)
        ).fetchone()
        seconds = time.perf_counter() - started
    print(f"levenshtein over all reads, 1 entry: {seconds:.1f} s, {row[0] if row else 0} reads", flush=True)
    return seconds


def timed_one_by_one(database: Database, settings: Settings, listed: list[ListedEntry], reads: int) -> float:
    """Return the seconds that the matcher would take for every read, from a sample."""
    matcher = Matcher(HotlistIndex.build(one.entry for one in listed), settings.matching)
    with database.connection() as connection:
        keys = connection.execute("select captured_at, read_id from reads limit %s", (SAMPLE,)).fetchall()
    history = PastReads(database)
    started = time.perf_counter()
    for start in range(0, SAMPLE, 1000):
        for read in history.reads([PastText(at, read_id, "", "") for at, read_id in keys[start : start + 1000]]):
            matcher.match(read)
    seconds = (time.perf_counter() - started) * reads / SAMPLE
    print(f"every read through the matcher, {len(listed)} entries: {seconds:.0f} s, from {SAMPLE} reads", flush=True)
    return seconds


def run(settings: Settings, reads: int, vehicles: int, runs: int) -> None:
    """Make the reads where they are not there yet, and measure."""
    with open_database(settings) as database:
        with database.connection() as connection:
            row = connection.execute("select count(*) from plate_dictionary").fetchone()
        if row is not None and row[0] == 0:
            started = time.perf_counter()
            make_reads(database, reads, vehicles, ACTIVE_ENTRIES)
            print(f"{reads} reads stored in {time.perf_counter() - started:.0f} s", flush=True)
        with database.connection() as connection:
            row = connection.execute("select (select count(*) from reads), count(*) from plate_dictionary").fetchone()
        print(f"{row[0] if row else 0} reads of {row[1] if row else 0} different texts, {DAYS} days", flush=True)
        lists = {size: entries(database, size, vehicles) for size in SIZES}
        ours = {size: timed_matching(database, settings, listed, runs) for size, listed in lists.items()}
        plain = timed_levenshtein(database, lists[1][0].entry.plate)
        for size in SIZES:
            print(f"ratio, {size} entries one after the other: {plain * size / ours[size]:.1f}")
        for size, listed in lists.items():
            each = timed_one_by_one(database, settings, listed, reads)
            print(f"ratio, {size} entries: {each / ours[size]:.0f}")
