"""A file becomes the active version of its list: with what was read, what changed, and what could not be used."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotlists.importing.importer import ImportOptions, ImportReport, import_file
from schemas.errors import HeldForReview, InvalidInput
from schemas.types import Category
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.history import Hold, HotlistHistory
from storage.hotlists.imports import ImportOutcome
from storage.hotlists.lists import HotlistStore
from storage.hotlists.versions import HotlistVersions
from tests.unit.hotlists.list_samples import NCIC, NCIC_HEADER

WRITTEN_AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def put(folder: Path, *rows: str, name: str = "list.csv", written_at: datetime = WRITTEN_AT) -> Path:
    path = folder / name
    path.write_text("plate,category,color\n" + "".join(f"{row}\n" for row in rows))
    os.utime(path, (written_at.timestamp(), written_at.timestamp()))
    return path


def version_row(database: Database, version: int) -> dict[str, Any]:
    columns = (
        *("file_name", "file_sha256", "as_of", "rows_read", "entries", "added", "removed", "changed", "rejected"),
        *("kind", "reason"),
    )
    with database.connection() as connection:
        row = connection.execute(
            f"select {', '.join(columns)} from hotlist_versions where version_id = %s".encode(), (version,)
        ).fetchone()
    assert row is not None
    return dict(zip(columns, row, strict=True))


def done(report: ImportReport) -> ImportOutcome:
    assert report.outcome is not None
    return report.outcome


def test_an_import_says_and_stores_what_it_read_and_what_changed(database: Database, tmp_path: Path) -> None:
    first = [f"ABC{number:04d},stolen vehicle" for number in range(30)]
    import_file(database, put(tmp_path, *first), "csv", ImportOptions("region"))
    HotlistEdits(database).withdraw(
        [entry.entry_id for entry in HotlistStore(database).entries_of("region", 1)], by="lee", reason="recovered"
    )
    # 0 is withdrawn, 1 is gone, 2 is changed, 30 is new and comes twice, two rows are of no use.
    rows = [
        *(first[0], f"{first[2]},RED", *first[3:]),
        *("NEW0030,odd,RED", "A*C,odd", "NEW0030,odd,BLU", "NULL,odd"),
    ]
    path = put(tmp_path, *rows, written_at=WRITTEN_AT + timedelta(hours=1))
    report = import_file(database, path, "csv", ImportOptions("region", force="checked by hand"))
    outcome = done(report)
    assert (report.hotlist_id, report.layout, report.file_name) == ("region", "csv", "list.csv")
    assert report.as_of == WRITTEN_AT + timedelta(hours=1)
    assert outcome == ImportOutcome(
        outcome.version_id, total=29, added=1, removed=1, changed=1, unchanged=27, rejected=3
    )
    store = HotlistStore(database)
    assert len(store.entries_of("region", 100)) == store.lists()[0].entries == report.survey.entries == 29
    assert (report.survey.rows, report.survey.withdrawn, report.survey.no_plate) == (len(rows), 1, 1)
    assert [row.line for row in store.rejects(outcome.version_id)] == [31, 32, 34]
    assert report.survey.unmapped == (("odd", 1),)
    assert report.survey.categories == ((Category.STOLEN_VEHICLE, 28), (Category.UNMAPPED, 1))
    assert version_row(database, outcome.version_id) == {
        "file_name": "list.csv",
        "file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "as_of": WRITTEN_AT + timedelta(hours=1),
        "rows_read": len(rows),
        "entries": 29,
        "added": 1,
        "removed": 1,
        "changed": 1,
        "rejected": 3,
        "kind": "import",
        "reason": "checked by hand",
    }


def test_a_file_that_is_dated_ahead_is_as_current_as_the_clock_and_no_more(database: Database, tmp_path: Path) -> None:
    before = datetime.now(UTC)
    for ahead in (timedelta(hours=3), timedelta(hours=2)):
        report = import_file(
            database, put(tmp_path, "ABC1234,odd"), "csv", ImportOptions("region", as_of=datetime.now(UTC) + ahead)
        )
        assert before <= report.as_of <= datetime.now(UTC)
        assert version_row(database, done(report).version_id)["as_of"] == report.as_of


def test_a_held_file_is_noted_whole_and_changes_nothing_else(database: Database, tmp_path: Path) -> None:
    whole = put(tmp_path, *(f"ABC{number:04d},odd" for number in range(100)))
    import_file(database, whole, "csv", ImportOptions("region"))
    small = put(tmp_path, "ABC0001,odd", name="small.csv", written_at=WRITTEN_AT + timedelta(hours=1))
    before = HotlistStore(database).lists(), HotlistStore(database).revision()
    with pytest.raises(HeldForReview, match=r"small\.csv: it shrinks from 100 to 1 entries") as held:
        import_file(database, small, "csv", ImportOptions("region"))
    (hold,) = HotlistHistory(database).holds()
    assert hold == Hold(
        *(hold.hold_id, "region", "csv", "small.csv", hashlib.sha256(small.read_bytes()).hexdigest()),
        *(WRITTEN_AT + timedelta(hours=1), held.value.message, hold.held_at),
    )
    (now,) = HotlistStore(database).lists()
    assert (now.version_id, now.entries, now.held) == (before[0][0].version_id, 100, held.value.message)
    assert HotlistStore(database).revision() == before[1]
    report = import_file(database, small, "csv", ImportOptions("region", force="asked"))
    assert version_row(database, done(report).version_id)["reason"] == "asked"
    assert HotlistHistory(database).holds() == []


def test_a_held_files_date_is_its_headers(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "extract.txt"
    path.write_text(f"{NCIC_HEADER.replace('20260102', '20260103')}\n{NCIC}\n")
    import_file(database, path, "ncic", ImportOptions("ncic"))
    path.write_text(f"{NCIC_HEADER}\n{NCIC}\n")
    with pytest.raises(HeldForReview, match="is older than the active one's of 2026-01-03 06:30 UTC"):
        import_file(database, path, "ncic", ImportOptions("ncic"))
    (hold,) = HotlistHistory(database).holds()
    assert hold.as_of == datetime(2026, 1, 2, 6, 30, tzinfo=UTC)


def test_a_list_keeps_its_layout_until_it_is_removed(database: Database, tmp_path: Path) -> None:
    import_file(database, put(tmp_path, "ABC1234,odd"), "csv", ImportOptions("region"))
    other = tmp_path / "other.json"
    other.write_text('[{"plate": "ABC1234", "reason": "Stolen Vehicle"}]')
    with pytest.raises(InvalidInput, match="the list 'region' is a 'csv' list; give this 'flock' list another name"):
        import_file(database, other, "flock", ImportOptions("region"))
    assert [(row.layout, row.is_active) for row in HotlistVersions(database).of_list("region")] == [("csv", True)]
    HotlistVersions(database).remove("region")
    assert done(import_file(database, other, "flock", ImportOptions("region"))).added == 1
