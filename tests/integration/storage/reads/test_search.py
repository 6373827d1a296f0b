"""Patterns find what they say, fast ways included."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import storage.reads.search
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.types import PlateRead
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.reads.search import ReadSearch
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import START, sample_read

ALPHABET = "AB0O8"
PATTERN_PARTS = st.lists(st.sampled_from([*ALPHABET, "?", "*"]), min_size=2, max_size=7).map("".join)


def _fits(pattern: str, plate: str) -> bool:
    """What a person means by the pattern, with O and 0 alike; apart from how the search does it."""
    return fnmatch.fnmatchcase(plate.replace("O", "0"), pattern.replace("O", "0"))


@pytest.fixture(scope="module")
def plates() -> list[str]:
    """Every text of 2 and 3 characters over a small alphabet, and some of up to 7."""
    short = [a + b for a in ALPHABET for b in ALPHABET] + [a + b + c for a in "AB0" for b in ALPHABET for c in "O8"]
    long = [(ALPHABET * 2)[start : start + length] for start in range(5) for length in (4, 5, 6, 7)]
    return sorted({*short, *long})


def test_patterns_find_what_they_say(database: Database, plates: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    Records(database).write([ReadRecord(sample_read(number, plate)) for number, plate in enumerate(plates)])
    search = ReadSearch(database)

    @settings(max_examples=150, deadline=None)
    @given(pattern=PATTERN_PARTS)
    def check(pattern: str) -> None:
        expected = sorted(plate for plate in plates if _fits(pattern, plate))
        if sum(character not in "?*" for character in pattern) < 2:
            with pytest.raises(InvalidInput):
                search.find(pattern)
            return
        assert sorted(read.plate for read in search.find(pattern, limit=1000)) == expected

    check()
    monkeypatch.setattr(storage.reads.search, "MOST_PLATES", 0)  # every pattern takes the way by time
    check()


def test_a_read_comes_back_as_it_was(database: Database) -> None:
    read = sample_read(0)
    bare = PlateRead(sample_read(1).read_id, "c", "local", START, START, START, "XYZ1", 0.5)
    Records(database).write([ReadRecord(read), ReadRecord(bare)])
    search = ReadSearch(database)
    assert search.find("vnv-4527") == [read]
    assert search.find("XYZ1") == [bare]


def test_newest_first_within_time_camera_and_limit(database: Database) -> None:
    reads = [sample_read(number) for number in range(9)]
    Records(database).write([ReadRecord(read) for read in reads])
    search = ReadSearch(database)
    assert search.find("VNV4527", limit=3) == reads[:-4:-1]
    assert search.find("VNV*", since=reads[2].captured_at, until=reads[5].captured_at) == reads[4:1:-1]
    assert search.find("VNV?527", camera_id="gate-1") == [reads[7], reads[4], reads[1]]
    assert search.find("VNV4527", since=START + timedelta(days=9)) == []
    assert search.find("QQQ*") == []


def test_a_letter_o_finds_a_zero(database: Database) -> None:
    reads = [replace(sample_read(number), plate=plate) for number, plate in enumerate(("AB0C", "ABOC"))]
    Records(database).write([ReadRecord(read) for read in reads])
    for pattern in ("ABOC", "AB0C", "*B0?", "a*oc"):
        assert len(ReadSearch(database).find(pattern)) == 2


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("", "0 known"),
        ("A*", "1 known"),
        ("*?*", "0 known"),
        ("AB%", "'%'"),
        ("AB;drop", "';'"),
        ("ABÉ1", "'É'"),
        ("AB\x001", "x00"),
        ("A" * 33, "longer"),
    ],
)
def test_a_pattern_that_cannot_be_searched_for(database: Database, pattern: str, complaint: str) -> None:
    search = ReadSearch(database)
    with pytest.raises(InvalidInput, match=re.escape(complaint)):
        search.find(pattern, audit=AuditRecord(Actor("lee", SignIn.LOCAL_USER, "desk", "local"), Action.SEARCH))
    assert audit_entries(database) == []


def test_how_many_reads_a_time_holds_is_counted_until_the_server_knows_it_by_day(database: Database) -> None:
    day = START.replace(hour=0, minute=0, second=0)
    tick, hour = timedelta(microseconds=1), timedelta(hours=1)
    ages = [-hour, -tick, timedelta(), 2 * hour, 24 * hour - tick, 24 * hour, 30 * hour, 40 * hour]
    reads = [sample_read(number, captured_at=day + age) for number, age in enumerate(ages)]
    Records(database).write([ReadRecord(read) for read in reads])
    search = ReadSearch(database)
    for since, until in ((0, 24), (-1, 0), (2, 30), (50, 60)):
        span = (day + since * hour, day + until * hour)
        assert search.count_between(*span) == sum(span[0] <= read.captured_at < span[1] for read in reads)
    with database.as_owner() as connection:
        connection.execute("analyze reads")
    # Two, three and three: as much of each day as is asked of it, and nothing of those beside it.
    for since, until, about in ((0, 24, 3), (-24, 0, 2), (-12, 12, 1 + 1.5), (24, 32, 1), (-24, 48, 8), (50, 60, 0)):
        assert search.count_between(day + since * hour, day + until * hour) == pytest.approx(about)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_search_for_no_read_at_all_is_refused_and_not_written_down(database: Database, limit: int) -> None:
    lee = Actor("lee", SignIn.LOCAL_USER, "desk", "local")
    with pytest.raises(InvalidInput, match=f"limit {limit} is less than 1"):
        ReadSearch(database).find("AB*", limit=limit, audit=AuditRecord(lee, Action.SEARCH))
    assert audit_entries(database) == []
