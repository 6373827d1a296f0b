"""What an analyst finds: by place, hour, state, sureness, series, page by page, and by look-alikes."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from matcher.judging.likeness import near_patterns, spellings
from operations.reasons import Why
from operations.searches import passes
from operations.searches.areas import parse_area
from operations.searches.correcting import correct_read
from operations.searches.finding import find_look_alikes, find_reads
from operations.searches.forms import COLUMNS, as_csv, as_geojson, as_json_document
from operations.searches.hours import parse_hours
from operations.searches.passes import find_passes
from operations.searches.query import ReadQuery, key_text, parse_key
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.settings import Settings
from schemas.types import CharacterRead, Location, PlateRead
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.reads import search
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.operations.audited import LEE, only_row
from tests.integration.storage.samples import START, sample_read

SETTINGS = Settings(time_zone="America/New_York")
WHY = Why("stolen vehicle, seen at Main Street", "26-117")


def store(database: Database, *reads: PlateRead) -> None:
    Records(database).write([ReadRecord(read) for read in reads])


def found(database: Database, **asked: Any) -> list[str]:
    return [read.plate for read in find_reads(LEE, database, SETTINGS, ReadQuery(**asked), WHY).reads]


def somewhere(number: int, plate: str, **fields: Any) -> PlateRead:
    return dataclasses.replace(sample_read(number, plate), **fields)


def test_each_of_the_criteria_counts(database: Database) -> None:
    norfolk, desert = Location(36.85, -76.29), Location(36.85, -115.0)
    store(
        database,
        somewhere(0, "VNV4527", location=norfolk, confidence=0.9),
        somewhere(1, "VNV4528", location=desert, confidence=0.4, jurisdiction="US-NC"),
        somewhere(2, "VNV45Z9X", location=None, confidence=0.95, jurisdiction=None),
    )
    everyone = ["VNV45Z9X", "VNV4528", "VNV4527"]
    assert found(database, pattern="VNV*") == everyone
    assert found(database, pattern="VNV*", area=parse_area("36.86,-76.30,3")) == ["VNV4527"]
    assert found(database, pattern="VNV*", area=parse_area("36.86,-76.30,1")) == []
    assert found(database, pattern="VNV*", area=parse_area("36.8,-76.4 36.9,-76.4 36.9,-76.2 36.8,-76.2")) == [
        "VNV4527"
    ]
    assert found(database, pattern="VNV*", area=parse_area("36.8,-76.4 36.9,-76.4 36.81,-76.39")) == []
    assert found(database, pattern="VNV*", state="nc") == ["VNV4528"]
    assert found(database, pattern="VNV*", least_confidence=0.9) == ["VNV45Z9X", "VNV4527"]
    assert found(database, pattern="VNV*", valid_only=True) == ["VNV4528", "VNV4527"]
    assert found(database, pattern="VNV*", valid_only=True, state="VA") == ["VNV4527"]
    assert found(database, pattern="VNV*", cameras=("gate-0", "gate-2")) == ["VNV45Z9X", "VNV4527"]
    # 23:59:30 UTC is 18:59:30 in New York, in November.
    assert found(database, pattern="VNV*", hours=parse_hours("18-19"), since=START - timedelta(days=2)) == ["VNV4527"]
    assert found(database, hours=parse_hours("19-20"), since=START, until=START + timedelta(hours=4), state="VA",
                 area=parse_area("36.85,-115.0,5")) == []  # fmt: skip
    assert found(database, hours=parse_hours("19-20"), since=START, until=START + timedelta(hours=4),
                 area=parse_area("36.85,-115.0,5")) == ["VNV4528"]  # fmt: skip


def test_an_area_is_asked_for_in_words_of_the_audit(database: Database) -> None:
    find_reads(LEE, database, SETTINGS, ReadQuery("VNV4527", area=parse_area("36.86,-76.3,3"), state="VA"), WHY)
    details = only_row(database, Action.SEARCH).details
    assert details["area"] == "36.86,-76.3,3"
    assert details["state"] == "VA"
    assert details["offense"] == ["240 motor vehicle theft"]


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({"pattern": "VNV*", "least_confidence": 1.5}, "0 to 1"),
        ({"pattern": "VNV*", "limit": 0}, "a page of 0"),
        ({"pattern": "VNV*", "state": "Narnia"}, "no state"),
        ({"hours": parse_hours("1-2"), "since": START}, "needs a camera"),
        ({"area": parse_area("1,1,1")}, "needs the time"),
        ({"area": parse_area("1,1,1"), "since": START - timedelta(days=9), "until": START}, "7 days at most"),
    ],
)
def test_what_is_about_too_much_or_nothing_is_refused(database: Database, asked: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidInput, match=fault):
        find_reads(LEE, database, SETTINGS, ReadQuery(**asked), WHY)
    assert audit_entries(database) == []


def test_pages_stay_while_reads_come(database: Database) -> None:
    moments = [START, START, START, START - timedelta(days=1), START - timedelta(days=3)]
    reads = [somewhere(number, "VNV4527", captured_at=moment) for number, moment in enumerate(moments)]
    store(database, *reads)
    seen, after = [], None
    for _ in range(4):
        page = find_reads(LEE, database, SETTINGS, ReadQuery("VNV4527", after=after, limit=2), WHY)
        seen += [read.read_id for read in page.reads]
        store(database, somewhere(50 + len(seen), "VNV4527", captured_at=START + timedelta(hours=len(seen))))
        if page.next is None:
            break
        after = parse_key(key_text(page.next))
    assert seen == [read.read_id for read in sorted(reads, key=lambda one: (-one.captured_at.timestamp(), one.read_id))]


def test_the_newest_of_many_plates_come_first_however_old_they_are(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW_PLATES", 1)
    ages = (-0.5, 0.2, 1.5, 2.5, 6, 12, 40, 90, 150, 400)
    now = datetime.now(UTC)
    reads = [somewhere(n, f"VNV45{n:02d}", captured_at=now - timedelta(days=age)) for n, age in enumerate(ages)]
    store(database, *reads)
    plates = [read.plate for read in reads]
    for limit in (1, 3, 9, 20):
        assert found(database, pattern="VNV45*", limit=limit) == plates[:limit]
    until = now - timedelta(days=2)
    assert found(database, pattern="VNV45*", until=until, limit=4) == plates[3:7]
    assert found(database, pattern="VNV45*", until=until, since=now - timedelta(days=13)) == plates[3:6]


def test_a_correction_stands_beside_what_was_read(database: Database) -> None:
    read = somewhere(0, "VNV4S27")
    store(database, read)
    correct_read(LEE, database, read.read_id, "vnv 4527", "the picture shows a 5", "VA")
    for pattern in ("VNV4S27", "VNV4527", "VNV?527"):
        page = find_reads(LEE, database, SETTINGS, ReadQuery(pattern), WHY)
        assert page.reads == (read,)
        assert page.corrections[read.read_id].plate == "VNV4527"
    correct_read(LEE, database, read.read_id, "VNV4627", "a colleague looked, it is a 6")
    assert found(database, pattern="VNV4527") == []
    assert found(database, pattern="VNV4627") == ["VNV4S27"]
    with pytest.raises(InvalidInput, match="nothing to correct"):
        correct_read(LEE, database, read.read_id, "VNV4627", "a colleague looked, it is a 6")
    (told,) = json.loads(as_json_document(page.reads, page.corrections))
    assert (told["plate"], told["correction"]["plate"]) == ("VNV4S27", "VNV4527")


def sure(plate: str, confidence: float = 0.97) -> tuple[CharacterRead, ...]:
    return tuple(CharacterRead(sign, confidence, ()) for sign in plate)


def test_look_alikes_come_best_first_with_how_often_chance_is(database: Database) -> None:
    texts = ("VNV4527", "VNV4S27", "VNV4527X", "QQQ1111", "VNV9927")
    store(database, *(somewhere(n, text, characters=sure(text), confidence=0.9) for n, text in enumerate(texts)))
    alike = find_look_alikes(LEE, database, SETTINGS, ReadQuery("VNV4527", since=START - timedelta(days=1)), WHY)
    assert alike.found[0].read.plate == "VNV4527"
    assert {one.read.plate for one in alike.found} == {"VNV4527", "VNV4S27", "VNV4527X"}
    assert {"QQQ1111", "VNV9927"}.isdisjoint(one.read.plate for one in alike.found)
    scores = [one.score for one in alike.found[1:]]
    chances = [one.expected_by_chance for one in alike.found[1:]]
    assert scores == sorted(scores, reverse=True)
    assert chances == sorted(chances)
    assert alike.found[0].expected_by_chance < 1e-3
    assert alike.searched == pytest.approx(5, abs=1)
    row = only_row(database, Action.SEARCH)
    assert (row.details["look_alikes"], row.results) == (True, len(alike.found))


def test_a_read_whose_evidence_is_none_is_found_by_its_text(database: Database) -> None:
    store(database, somewhere(0, "VNV4527", characters=sure("ABC"), confidence=0.9))
    alike = find_look_alikes(LEE, database, SETTINGS, ReadQuery("VNV4527", since=START - timedelta(days=1)), WHY)
    assert [one.read.plate for one in alike.found] == ["VNV4527"]


@pytest.mark.parametrize("pattern", ["VNV45?7", "VNV*", None])
def test_look_alikes_are_of_one_plate(database: Database, pattern: str | None) -> None:
    with pytest.raises(InvalidInput, match="give it in full"):
        find_look_alikes(LEE, database, SETTINGS, ReadQuery(pattern, since=START), WHY)


def test_what_readers_make_of_a_plate_is_asked_for() -> None:
    assert spellings("8I")[0] == "81" or spellings("8I")[0] == "8I"
    assert {"BI", "8L"} <= set(spellings("8I"))
    assert {"_BC", "A_C", "AB_", "BC", "AC", "AB", "_ABC", "ABC_"} <= set(near_patterns("ABC"))
    assert len(spellings("00000000000")) <= 5000


def test_passes_are_in_order_and_few_where_the_purpose_says_little(database: Database) -> None:
    here, there = Location(36.85, -76.29), Location(36.95, -76.29)
    # Of seven days until the first second after the start, the one is a second too old.
    old = somewhere(0, "VNV4527", captured_at=START - timedelta(days=7), location=here)
    week = somewhere(3, "VNV4527", captured_at=START - timedelta(days=7) + timedelta(seconds=1), location=here)
    first = somewhere(1, "VNV4527", captured_at=START - timedelta(hours=1), location=here)
    second = somewhere(2, "VNV4527", captured_at=START, location=there)
    store(database, second, old, first, week)
    until = START + timedelta(seconds=1)
    told = find_passes(LEE, database, SETTINGS, "VNV4527", WHY, until=until)
    assert [one.read for one in told.passes] == [old, week, first, second]
    assert (told.days, told.cameras, told.is_short, told.more) == (2, 3, False, False)
    assert told.passes[3].since_last == timedelta(hours=1)
    assert told.passes[3].kilometers == pytest.approx(11.1, abs=0.1)
    short = find_passes(LEE, database, SETTINGS, "VNV4527", Why("stolen vehicle", "26-117"), until=until)
    assert [one.read for one in short.passes] == [week, first, second]
    assert short.is_short
    assert [row.action for row in audit_entries(database)] == [Action.VIEW_PASSES] * 2
    with pytest.raises(InvalidInput, match="in full"):
        find_passes(LEE, database, SETTINGS, "VNV*", WHY)


def test_no_more_passes_are_shown_than_fit_and_the_newest_are(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = [sample_read(number, captured_at=START + timedelta(minutes=number)) for number in range(51)]
    store(database, *reads)
    until = START + timedelta(days=1)
    for most, is_more in ((50, True), (51, False)):
        monkeypatch.setattr(passes, "MOST_PASSES", most)
        told = find_passes(LEE, database, SETTINGS, "VNV4527", WHY, until=until)
        assert ([one.read for one in told.passes], told.more) == (reads[-most:], is_more)
    short = find_passes(LEE, database, SETTINGS, "VNV4527", Why("stolen vehicle", "26-117"), until=until)
    assert ([one.read for one in short.passes], short.more, short.is_short) == (reads[-50:], True, True)
    assert (short.days, short.cameras) == (1, len({read.camera_id for read in reads[-50:]}))


def test_exports_hold_no_formula_and_every_read(database: Database) -> None:
    reads = [
        somewhere(0, "VNV4527", camera_id='=HYPERLINK("http://evil")', location=Location(36.8, -76.25)),
        somewhere(1, "VNV4528", camera_id="\uff1dcmd|' /C calc'!A0", location=None),
        somewhere(2, "VNV4529", camera_id='say "hi",\n-1'),
        somewhere(3, "VNV4530", camera_id="  @SUM(1)"),
    ]
    store(database, *reads)
    page = find_reads(LEE, database, SETTINGS, ReadQuery("VNV*"), WHY, form="csv")
    assert only_row(database, Action.EXPORT).details["form"] == "csv"
    header, *rows = csv.reader(io.StringIO(as_csv(page.reads, page.corrections)))
    assert tuple(header) == COLUMNS
    by_plate = {row[COLUMNS.index("plate")]: dict(zip(COLUMNS, row, strict=True)) for row in rows}
    assert by_plate["VNV4527"]["camera_id"] == '\'=HYPERLINK("http://evil")'
    assert by_plate["VNV4527"]["longitude"] == "-76.25"
    assert by_plate["VNV4528"]["camera_id"].startswith("'\uff1d")
    assert by_plate["VNV4529"]["camera_id"] == 'say "hi",\n-1'
    assert by_plate["VNV4530"]["camera_id"] == "'  @SUM(1)"
    features = json.loads(as_geojson(page.reads, page.corrections))["features"]
    assert len(features) == 4
    assert features[-1]["geometry"] == {"type": "Point", "coordinates": [-76.25, 36.8]}
    assert features[-2]["geometry"] is None


def test_look_alikes_are_those_of_the_time_that_was_asked_for(database: Database) -> None:
    days = [START - timedelta(days=number) for number in range(4)]
    store(database, *(somewhere(n, "VNV4527", captured_at=at, characters=sure("VNV4527")) for n, at in enumerate(days)))
    query = ReadQuery("VNV4527", since=days[2], until=days[1] + timedelta(seconds=1))
    alike = find_look_alikes(LEE, database, SETTINGS, query, WHY)
    assert [one.read.captured_at for one in alike.found] == [days[1], days[2]]
    assert alike.searched == pytest.approx(2, abs=0.5)
    whole = find_look_alikes(LEE, database, SETTINGS, ReadQuery("VNV4527", since=days[3]), WHY)
    assert whole.searched == pytest.approx(4, abs=0.5)
    # Twice as many reads make twice as many by chance.
    assert whole.found[0].expected_by_chance / alike.found[0].expected_by_chance == pytest.approx(
        whole.searched / alike.searched
    )
