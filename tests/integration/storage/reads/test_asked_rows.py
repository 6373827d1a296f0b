"""What is asked of stored reads besides a search: texts in bulk, corrections, a read's reports, analyses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from policy.agreements.area import Circle
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.types import PlateRead
from storage.analyses.analyses import (
    AnalysisReason,
    AnalysisResult,
    analyses,
    approve_analysis,
    keep_results,
    note_opened,
    passes_between,
    request_analysis,
    results_of,
)
from storage.audit.reader import audit_entries
from storage.database import Connection, Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.versions import HotlistVersions
from storage.reads import past
from storage.reads.correcting import CorrectedRead, add_correction, corrected_reads, read_to_correct
from storage.reads.history import captured_since, read_history
from storage.reads.past import ActiveList, ListProgress, PastReads, set_progress
from storage.reads.saved import NewSearch, count_saved, remove_saved, save, saved_searches
from storage.reads.search import ReadSearch
from storage.reads.sought import SoughtReads
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import START, activate, sample_entry, sample_id, sample_read

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
LEE = Actor("lee", SignIn.LOCAL_USER, "desk", "local")


def stored(database: Database, *plates: str, step: timedelta = HOUR, **fields: Any) -> list[PlateRead]:
    """Store reads, one after the other from noon on."""
    reads = [
        replace(sample_read(number, plate), captured_at=NOON + number * step, **fields)
        for number, plate in enumerate(plates)
    ]
    Records(database).write([ReadRecord(read) for read in reads])
    return reads


@pytest.mark.parametrize("pages", [1, 2000])
def test_texts_are_those_of_a_length_that_were_seen_since_a_day(
    database: Database, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    monkeypatch.setattr(past, "PAGES_AT_ONCE", pages)
    plates = ["AB", "ABC", "ABCD1234", "ABCD12345", "VER1", "DAY1"]
    stored(database, *plates, *(f"FILL{number:04}" for number in range(400)))
    with database.as_owner() as on:
        on.execute("insert into plate_dictionary values ('\u00c4BC', '2026-12-01')")
        for plate, day in (("VER1", date(2026, 11, 9)), ("DAY1", date(2026, 11, 10))):
            on.execute("update plate_dictionary set last_captured = %s where canonical = %s", [day, plate])
    since = datetime(2026, 11, 10, 23, 59, tzinfo=UTC)
    blocks = list(PastReads(database).texts(since, shortest=3, width=8))
    assert len(blocks) > 1 or pages > 1
    assert all(len(block) % 8 == 0 for block in blocks)
    text = b"".join(blocks).decode()
    found = [text[start : start + 8].rstrip() for start in range(0, len(text), 8)]
    assert sorted(found) == sorted(["ABC", "ABCD1234", "DAY1", *(f"FILL{number:04}" for number in range(400))])


@pytest.mark.parametrize("many", [0, 50_000])
def test_the_reads_of_texts_come_with_their_characters_and_in_full(
    database: Database, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(past, "MANY_TEXTS", many)
    monkeypatch.setattr(past, "ROWS_AT_ONCE", 2)
    reads = stored(database, "AAA1", "BBB2", "AAA1", "CCC3", "AAA1", "BBB2", "AAA1")
    asked = PastReads(database)
    found = list(asked.characters(["AAA1", "BBB2"], reads[1].captured_at, reads[6].captured_at))
    expected = [reads[number] for number in (1, 2, 4, 5)]
    assert sorted((one.captured_at, one.read_id, one.canonical) for one in found) == [
        (read.captured_at, read.read_id, read.plate) for read in expected
    ]
    assert all(one.characters.startswith("[[") for one in found)
    gone = found[0]._replace(read_id=sample_id("read", 999))
    assert sorted(asked.reads([*found, gone]), key=lambda read: read.captured_at) == expected
    moved = found[0]._replace(captured_at=NOON - HOUR)
    assert asked.reads([moved]) == []


def test_lists_in_force_are_known_with_how_far_they_are_done(database: Database) -> None:
    first = activate(database, [sample_entry(1)]).version_id
    second = activate(database, [sample_entry(1), sample_entry(2)]).version_id
    other = activate(database, [sample_entry(1, hotlist_id="own")], hotlist_id="own", as_of=None).version_id
    activate(database, [sample_entry(1, hotlist_id="gone")], hotlist_id="gone")
    HotlistVersions(database).remove("gone")
    asked = PastReads(database)
    with database.as_owner() as on:
        on.execute(
            "update hotlist_versions set activated_at = now() - interval '1 hour' where version_id = %s", [second]
        )
    done = ListProgress("ncic", first, second, sample_id("ncic", 1))
    for progress in (replace(done, done_version=0, pending_entry=None), done):
        with database.transaction() as on:
            set_progress(on, progress)
    found = {one.progress.hotlist_id: one for one in asked.active_lists()}
    assert found.keys() == {"ncic", "own"}
    assert 3600 <= found["ncic"].active_seconds < 4200
    assert 0 <= found["own"].active_seconds < 600
    assert found["ncic"] == ActiveList(second, START, found["ncic"].active_seconds, done)
    assert found["own"] == ActiveList(other, None, found["own"].active_seconds, ListProgress("own"))


def test_an_entry_is_found_while_it_and_its_list_are_in_force(database: Database) -> None:
    asked = PastReads(database)
    activate(database, [sample_entry(number) for number in range(3)])
    version = activate(database, [sample_entry(1), sample_entry(2)])
    HotlistEdits(database).withdraw([sample_id("ncic", 2)], by="lee", reason="recovered")
    assert [asked.entry(sample_id("ncic", number)) is not None for number in range(4)] == [False, True, False, False]
    found = asked.entry(sample_id("ncic", 1))
    assert found is not None
    assert found.entry == sample_entry(1)
    assert found.added_at is not None
    assert asked.active_entries() == 1
    HotlistVersions(database).remove("ncic")
    assert (asked.entry(sample_id("ncic", 1)), asked.active_entries()) == (None, 0)
    assert version


def corrected(on: Connection, read: PlateRead, plate: str, state: str | None = None, reason: str = "seen") -> None:
    add_correction(on, read, plate, state, reason, "lee")


def test_the_newest_correction_of_each_read_counts_in_the_order_in_which_they_passed(database: Database) -> None:
    reads = stored(database, "AAA1", "BBB2", "CCC3", "DDD4")
    with database.transaction() as on:
        assert read_to_correct(on, reads[1].read_id) == reads[1]
        assert read_to_correct(on, sample_id("read", 99)) is None
        for number, plate, state in (
            (3, "DDO4", None),
            (1, "wrong", "US-NC"),
            (1, "BBO-2", "US-VA"),
            (0, "AAA7", None),
        ):
            corrected(on, reads[number], plate, state, f"because {plate}")
        on.execute(
            "insert into read_corrections (read_id, captured_at, plate, canonical, reason, corrected_by)"
            " values (gen_random_uuid(), %s, 'GONE', 'G0NE', 'x', 'lee')",
            [NOON],
        )
        kept = on.execute("select canonical, captured_at from read_corrections where plate = 'BBO-2'").fetchall()
    assert kept == [("BB02", reads[1].captured_at)]
    found = list(corrected_reads(database))
    assert [one.plate for one in found] == ["AAA7", "BBO-2", "DDO4"]
    read = reads[1]
    assert found[1] == CorrectedRead(
        read_id=read.read_id,
        camera_id=read.camera_id,
        captured_at=read.captured_at,
        read_plate="BBB2",
        plate="BBO-2",
        read_jurisdiction="US-VA",
        jurisdiction="US-VA",
        plate_image_key=read.plate_image_key,
        source_name="platewatch",
        reason="because BBO-2",
        corrected_by="lee",
        corrected_at=found[1].corrected_at,
    )
    assert [one.plate for one in corrected_reads(database, reads[1].captured_at)] == ["BBO-2", "DDO4"]
    assert [one.plate for one in corrected_reads(database, reads[1].captured_at + TICK)] == ["DDO4"]
    shown = ReadSearch(database).page("BBB2", SoughtReads()).corrections[read.read_id]
    assert (shown.plate, shown.jurisdiction, shown.reason) == ("BBO-2", "US-VA", "because BBO-2")


def test_a_reads_reports_come_as_they_were_the_oldest_of_the_pass_first(database: Database) -> None:
    final = replace(sample_read(1, "FIN1"), captured_at=NOON)
    early = [
        replace(sample_read(1, f"EAR{number}"), captured_at=NOON - number * HOUR, revision=number, is_final=False)
        for number in (1, 2)
    ]
    alone = replace(sample_read(2, "ONE1"), captured_at=NOON + HOUR)
    for read in (early[1], final, early[0], alone):
        Records(database).write([ReadRecord(read)])
    history = read_history(database, final.read_id, AuditRecord(LEE, Action.VIEW_REVISIONS, {"read": "x"}))
    assert history is not None
    assert history.shown == final
    assert [one.read for one in history.revisions] == [*early, final]
    assert history.revised_at is not None
    assert history.stored_at == min(one.stored_at for one in history.revisions) <= history.revised_at
    single = read_history(database, alone.read_id)
    assert single is not None
    assert ([one.read for one in single.revisions], single.revised_at) == ([alone], None)
    assert read_history(database, sample_id("read", 9), AuditRecord(LEE, Action.VIEW_REVISIONS)) is None
    assert captured_since(database, final.read_id) == NOON - 2 * HOUR
    assert captured_since(database, alone.read_id) == NOON + HOUR
    assert captured_since(database, sample_id("read", 9)) is None
    assert [(row.results, row.details) for row in audit_entries(database)] == [
        (0, {}),
        (3, {"read": "x", "plate": "FIN1"}),
    ]


def test_an_analysis_is_approved_and_run_once_and_its_results_opened_by_name(database: Database) -> None:
    reason = AnalysisReason("theft", "26-7", "W-1", "240")
    results = [(["AAA1", "BBB2"], {"n": number}, NOON) for number in (1, 2)]
    with database.transaction() as on:
        first, second = (request_analysis(on, kind, {"days": 3}, reason, "lee") for kind in ("convoy", "stakeout"))
        assert approve_analysis(on, first, "kim")
        assert not approve_analysis(on, first, "ann")
        assert keep_results(on, first, {"pairs": 2}, results)
        assert not keep_results(on, first, {"pairs": 9}, results)
        assert keep_results(on, second, {}, [])
        assert not approve_analysis(on, second, "kim")
        for number, person in ((2, "lee"), (2, "kim"), (2, "lee")):
            note_opened(on, first, number, person)
        (seen,) = on.execute("select openings from analysis_results where number = 2").fetchone() or ({},)
        note_opened(on, first, 2, "lee")
        assert on.execute("select openings from analysis_results where number = 2").fetchone() == (seen,)
        assert results_of(on, first) == [
            AnalysisResult(1, ["AAA1", "BBB2"], {"n": 1}, []),
            AnalysisResult(2, ["AAA1", "BBB2"], {"n": 2}, list(seen)),
        ]
        assert set(seen) == {"lee", "kim"}
        assert [one.number for one in results_of(on, first, 2)] == [2]
        assert results_of(on, second) == []
        one, other = analyses(on)
        assert analyses(on, second) == [other]
    assert (one.analysis_id, one.kind, one.question, one.requested_by) == (first, "convoy", {"days": 3}, "lee")
    assert (one.purpose, one.case_number, one.warrant, one.offense) == ("theft", "26-7", "W-1", "240")
    assert (one.approved_by, one.approved_at is None, one.ran_at is None, one.summary) == (
        "kim",
        False,
        False,
        {"pairs": 2},
    )
    assert (one.results, one.opened, other.results, other.opened) == (2, 1, 0, 0)


def test_passes_of_an_analysis_are_those_of_its_time_and_place(database: Database) -> None:
    reads = stored(database, "AAA1", "BOB2", "CCC3", "DDD4")
    there = SoughtReads(since=reads[1].captured_at, until=reads[3].captured_at)
    found = passes_between(database, there, 10)
    assert sorted(found, key=lambda one: one[1]) == [
        (read.camera_id, read.captured_at.timestamp(), plate)
        for read, plate in zip(reads[1:3], ("B0B2", "CCC3"), strict=True)
    ]
    assert len(passes_between(database, there, 1)) == 1
    far = replace(there, area=Circle(latitude=0.0, longitude=0.0, radius_km=10.0))
    assert passes_between(database, far, 10) == []


def kept(on: Connection, person: str, name: str, case: str = "26 7", ends: timedelta = HOUR) -> int:
    search = NewSearch(name, {"pattern": "ABC*"}, "theft", "26-7", case, "W-1", None, datetime.now(UTC) + ends)
    return save(on, search, person)


def test_kept_searches_are_their_persons_until_they_end(database: Database) -> None:
    with database.transaction() as on:
        mine = [kept(on, "lee", name) for name in ("one", "two")]
        theirs = kept(on, "kim", "three", "26 8")
        over = kept(on, "lee", "four", ends=-timedelta(seconds=1))
        assert (count_saved(on, "lee"), count_saved(on, "kim"), count_saved(on, "ann")) == (2, 1, 0)
        assert [one.search_id for one in saved_searches(on, "lee")] == mine
        assert [one.search_id for one in saved_searches(on, None)] == [*mine, theirs]
        assert saved_searches(on, "lee", theirs) == saved_searches(on, None, over) == []
        (found,) = saved_searches(on, "lee", mine[0])
        assert (found.name, found.asked, found.purpose, found.case_number, found.warrant, found.offense) == (
            *("one", {"pattern": "ABC*"}, "theft", "26-7", "W-1", None),
        )
        assert remove_saved(on, "lee") == 0
        assert remove_saved(on, "lee", search_id=theirs) == 0
        assert remove_saved(on, "lee", case_key="26 8") == 0
        assert remove_saved(on, "lee", search_id=mine[0]) == 1
        assert remove_saved(on, None, case_key="26 8") == 1
        assert [one.search_id for one in saved_searches(on, None)] == [mine[1]]
        assert remove_saved(on, "lee", case_key="26 7") == 2
