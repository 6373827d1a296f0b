"""A search for a make finds the same reads in the same order, whichever way they are looked for."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from random import Random

import pytest

from operations.criteria import VehicleCriteria
from operations.reasons import Why
from operations.searches.finding import find_reads
from operations.searches.hours import parse_hours
from operations.searches.query import ReadQuery
from schemas.settings import Settings
from schemas.types import VehicleDescription
from storage.database import Database
from storage.reads import search
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.operations.audited import LEE
from tests.integration.storage.samples import START, sample_read

SETTINGS = Settings(time_zone="America/New_York")
WHY = Why("stolen vehicle, seen at Main Street", "26-117")
SPELLINGS = (
    "Bugatti",
    "BUGATTI VEYRON",
    "bug",
    "Bu-gatti",
    "Buick",
    "BUIC",
    "Toyota",
    "",
    "%",
    "\u0130tal",
    "T\u00fcv",
    None,
)
ASKED = (
    {"make": "bugatti"},
    {"make": "Buick"},
    {"make": "toyota", "color": "red"},
    {"make": "Maybach"},
    {"make": "Toyota", "model": "Camry"},
)


@pytest.fixture
def reads(database: Database) -> Database:
    rng = Random(43)
    reads = []
    for number in range(240):
        make, color = rng.choice(SPELLINGS), rng.choice(("red", "blue", None))
        seen = None if make is color is None else VehicleDescription(make=make, color=color)
        # Some at one moment, over a change of days.
        moment = START + timedelta(seconds=rng.randrange(40) * 97)
        times = {"captured_at": moment, "first_seen": moment, "last_seen": moment}
        reads.append(dataclasses.replace(sample_read(number, f"VNV{number:04d}"), vehicle=seen, **times))  # type: ignore[arg-type]
    Records(database).write([ReadRecord(read) for read in reads])
    return database


def answers(database: Database) -> list[list[str]]:
    """Every question's pages, as plates in their order, all day and by the hour."""
    found = []
    for asked in ASKED:
        for hours in (None, parse_hours("18-19")):
            query = ReadQuery(
                vehicle=VehicleCriteria(**asked), hours=hours, limit=7, since=START, until=START + timedelta(days=1)
            )
            plates, page = list[str](), find_reads(LEE, database, SETTINGS, query, WHY)
            plates += [read.plate for read in page.reads]
            while page.next is not None:
                page = find_reads(LEE, database, SETTINGS, dataclasses.replace(query, after=page.next), WHY)
                plates += [read.plate for read in page.reads]
            found.append(plates)
    return found


def test_few_or_many_reads_and_makes_give_the_same(reads: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_MAKES", 0)  # every read is looked at
    plain = answers(reads)
    assert [len(plates) > 7 for plates in plain[::2]] == [True, True, True, False, False]
    assert plain[6:8] == [[], []]
    for most, few in ((2000, 1000), (2000, 30), (2000, 0), (10, 1000), (11, 1000), (12, 1000)):
        monkeypatch.setattr(search, "MOST_MAKES", most)
        monkeypatch.setattr(search, "FEW_OF_MAKES", few)
        assert answers(reads) == plain
