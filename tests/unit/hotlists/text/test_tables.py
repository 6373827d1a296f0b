"""Headers of tables."""

from __future__ import annotations

import pytest

from schemas.errors import InvalidInput
from schemas.types import HotlistEntry
from tests.unit.hotlists.list_samples import read, rows


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("license,state\nABC123,VA\n", "no column is named 'plate'"),
        ("ABC123,VA\nDEF456,MD\n", "no column is named 'plate'"),
        ("plate,Plate,state\nABC123,DEF456,VA\n", "names 'plate' 2 times"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refusal:
        rows("csv", text)
    assert refusal.value.line == 1


@pytest.mark.parametrize("delimiter", [",", "|", ";", "\t"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_no_row_of_a_long_table_is_lost(delimiter: str, quote: str) -> None:
    plates = [f"BKR{number:05d}" for number in range(5000)]
    lines = [delimiter.join((f"{quote}{plate}{quote}", "VA")) for plate in plates]
    parsed = read("csv", "\n".join((delimiter.join(("plate", "state")), *lines)) + "\n")
    found = list(parsed.rows)
    assert [row.plate for row in found if isinstance(row, HotlistEntry)] == plates
    assert len(found) == len(plates)
    assert parsed.header == f"plate{delimiter}state"
