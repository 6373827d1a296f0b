"""No cell of an export is a formula, and no module writes cells that were not asked."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.searches.forms import as_csv
from schemas.spreadsheets import safe_cell
from tests.unit.alerts.samples import sample_read

ROOT = Path(__file__).parents[3]
OURS = {
    # Written by us, of our own texts, for our own programs.
    "recognition/training/reader/plate_texts.py",
    "recognition/training/state/labels.py",
    "cli/demo/street.py",
    "rendering/demo_lists.py",
    "rendering/picture_set.py",
}


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
@pytest.mark.parametrize("blanks", ["", " ", "  ", "\u00a0", "\u3000 "])
def test_a_formula_is_a_text(begin: str, blanks: str) -> None:
    assert safe_cell(f"{blanks}{begin}cmd|' /C calc'!A0") == f"'{blanks}{begin}cmd|' /C calc'!A0"


@pytest.mark.parametrize("value", [-77.03, 0, None, "VNV4527", "a=b", "", " ", datetime(2026, 1, 31, tzinfo=UTC)])
def test_what_is_none_stays(value: object) -> None:
    assert safe_cell(value) == value


@given(st.text())
def test_every_text_is_there_still(text: str) -> None:
    cell = safe_cell(text)
    assert cell in (text, f"'{text}")
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))


def test_every_cell_of_an_export_is_asked() -> None:
    import dataclasses

    read = dataclasses.replace(sample_read(), plate="=1+1", camera_id=" @sum(a1)", jurisdiction="-2+3")
    (row,) = csv.DictReader(io.StringIO(as_csv([read], {})))
    assert (row["plate"], row["camera_id"], row["jurisdiction"]) == ("'=1+1", "' @sum(a1)", "'-2+3")
    assert float(row["longitude"]) < 0


def test_whoever_writes_a_table_asks_of_every_cell() -> None:
    folders = ("alerts", "cli", "console", "hotlists", "ingest", "operations", "pipeline", "policy", "recognition")
    folders += ("rendering", "schemas", "services", "sharing", "storage")
    writers = {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"csv\.(writer|DictWriter)\(", path.read_text(encoding="utf-8"))
    }
    assert writers >= OURS
    missing = [path for path in writers - OURS if "safe_cell" not in (ROOT / path).read_text(encoding="utf-8")]
    assert missing == [], "schemas/spreadsheets.py says what a cell may begin with"
