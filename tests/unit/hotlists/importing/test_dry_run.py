"""A list's file that is looked at without a database."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotlists.importing.importer import ImportOptions, survey_file
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry

WRITTEN_AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def test_a_dry_run_says_all_that_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "Our list.csv"
    path.write_text(
        "plate,category\nABC1234,stolen vehicle\nDEF5678,odd\nA*C,odd\nDEF5678,odd\nGHJ9999,odd\nNULL,odd\n"
    )
    os.utime(path, (WRITTEN_AT.timestamp(), WRITTEN_AT.timestamp()))
    seen: list[HotlistEntry] = []
    told: list[tuple[int, int]] = []
    report = survey_file(
        path,
        "csv",
        ImportOptions(default_state="US-VA"),
        on_entry=seen.append,
        on_progress=lambda done, whole: told.append((done, whole)),
    )
    assert (report.hotlist_id, report.layout, report.file_name) == ("our-list", "csv", "Our list.csv")
    assert (report.as_of, report.outcome) == (WRITTEN_AT, None)
    survey = report.survey
    assert (survey.as_of, survey.rows, survey.entries, survey.duplicates) == (WRITTEN_AT, 6, 3, 1)
    assert (survey.withdrawn, survey.no_plate, [row.line for row in survey.rejects]) == (0, 1, [4, 7])
    assert survey.unmapped == (("odd", 3),)
    assert survey.categories == ((Category.UNMAPPED, 3), (Category.STOLEN_VEHICLE, 1))
    assert [(entry.plate, entry.jurisdiction, entry.hotlist_id) for entry in seen] == [
        (plate, "US-VA", "our-list") for plate in ("ABC1234", "DEF5678", "DEF5678", "GHJ9999")
    ]
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    dated = survey_file(path, "csv", ImportOptions(hotlist_id="region", as_of=datetime(2025, 5, 5, tzinfo=UTC)))
    assert (dated.hotlist_id, dated.as_of) == ("region", datetime(2025, 5, 5, tzinfo=UTC))


def test_a_dry_run_refuses_what_an_import_does(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("plate\nA*C\n")
    for options, words in ((ImportOptions(), "no 'csv' list"), (ImportOptions("Our List"), "cannot name a hotlist")):
        with pytest.raises(InvalidInput, match=words):
            survey_file(tmp_path / "list.csv", "csv", options)

    def replaced(entry: HotlistEntry) -> None:
        path.write_text("plate\nDEF5678\n")

    path = tmp_path / "other.csv"
    path.write_text("plate\nABC1234\nABC1235\n")
    with pytest.raises(InvalidInput, match="changed or was replaced"):
        survey_file(path, "csv", on_entry=replaced)
