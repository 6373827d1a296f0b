"""Questions about many vehicles: kept whole, approved and run once, and who opened which result."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.analyses.analyses import (
    Analysis,
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
from storage.database import Database
from storage.reads.sought import SoughtReads
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import START, sample_read

REASON = AnalysisReason("robbery\x00", "26-1\x00", "W-7\x00", "theft\x00")
STORED = ("robbery\\x00", "26-1\\x00", "W-7\\x00", "theft\\x00")
NOBODY = AnalysisReason(None, None, None, None)


def now(moment: datetime | None) -> datetime:
    assert moment is not None
    assert abs(datetime.now(UTC) - moment) < timedelta(hours=1)
    return moment


def test_a_question_is_approved_and_run_once_and_said_whole(database: Database) -> None:
    with database.transaction() as on:
        first = request_analysis(on, "convoy", {"plate": "VNV4527"}, REASON, "lee\x00")
        second = request_analysis(on, "places", {}, NOBODY, "kim")
        third = request_analysis(on, "places", {}, NOBODY, "kim")
        one, two, three = analyses(on)
        plain = Analysis(
            *(first, "convoy", {"plate": "VNV4527"}, *STORED, "lee\\x00", now(one.requested_at)),
            *(None, None, None, None, 0, 0),
        )
        bare = Analysis(second, "places", {}, *[None] * 4, "kim", now(two.requested_at), *[None] * 4, 0, 0)  # type: ignore[arg-type]
        assert [one, two] == [plain, bare]
        assert (analyses(on, second), analyses(on, third + 1)) == ([bare], [])
        assert approve_analysis(on, first, "kim\x00")
        assert not approve_analysis(on, first, "ann")
        results = [(["B2", "A1"], {"trips": 7}, START), (["C3"], {}, START), (["D4"], {"x": 1}, START)]
        assert keep_results(on, first, {"found": 3}, results)
        assert not keep_results(on, first, {"found": 0}, results)
        assert keep_results(on, third, {}, results[:1])
        assert not approve_analysis(on, third, "ann")  # it has run
        # The first time of each counts.
        for number, person in ((2, "lee"), (2, "kim\x00"), (2, "lee"), (3, "lee"), (9, "lee")):
            note_opened(on, first, number, person)
        times = on.execute(
            "select openings -> 'lee' from analysis_results where openings ? 'lee' order by number"
        ).fetchall()
        note_opened(on, first, 2, "lee")
        assert (
            on.execute(
                "select openings -> 'lee' from analysis_results where openings ? 'lee' order by number"
            ).fetchall()
            == times
        )
        one, two, three = analyses(on)
        assert one == Analysis(
            *(first, "convoy", {"plate": "VNV4527"}, *STORED, "lee\\x00", plain.requested_at),
            *("kim\\x00", now(one.approved_at), now(one.ran_at), {"found": 3}, 3, 2),
        )
        assert two == bare
        assert (three.approved_by, three.summary, three.results, three.opened) == (None, {}, 1, 0)
        found = results_of(on, first)
        assert [AnalysisResult(r.number, r.plates, r.content, sorted(r.opened_by)) for r in found] == [
            AnalysisResult(1, ["B2", "A1"], {"trips": 7}, []),
            AnalysisResult(2, ["C3"], {}, ["kim\\x00", "lee"]),
            AnalysisResult(3, ["D4"], {"x": 1}, ["lee"]),
        ]
        assert results_of(on, first, 3) == found[2:]
        assert results_of(on, second) == []


def test_passes_are_of_the_time_and_cameras_and_no_more_than_are_wanted(database: Database) -> None:
    reads = [sample_read(number, f"VNO{number}") for number in range(4)]  # on gate-0, 1, 2 and 0, a minute apart
    Records(database).write([ReadRecord(read) for read in reads])
    passes = [(read.camera_id, read.captured_at.timestamp(), f"VN0{n}") for n, read in enumerate(reads)]
    span = SoughtReads(reads[1].captured_at, reads[3].captured_at)
    assert sorted(passes_between(database, span, 10)) == passes[1:3]
    assert len(passes_between(database, span, 1)) == 1
    every = SoughtReads(START, START + timedelta(days=1), cameras=["gate-0"])
    assert sorted(passes_between(database, every, 10)) == [passes[0], passes[3]]
