"""The first pass over a list: counts, repeated rows, wrong layouts."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.importing.difference import Comparison, no_known_rows
from hotlists.importing.files import open_list
from hotlists.importing.reading import ListReader
from hotlists.importing.survey import Survey
from hotlists.layouts.registry import parser_for
from schemas.errors import InvalidInput
from schemas.types import HotlistEntry, RejectedRow


def look(text: str, layout: str = "csv") -> tuple[Survey, list[HotlistEntry]]:
    """Read a list without a database; return what it holds and the entries that would be active, by line."""
    written: dict[int, HotlistEntry] = {}

    def write(entry: HotlistEntry, digest: str) -> None:
        written[entry.source_line or 0] = entry

    with tempfile.NamedTemporaryFile() as file:
        file.write(text.encode())
        file.flush()
        with open_list(Path(file.name)) as opened:
            reader = ListReader(opened, "f", "l", layout, None, None, None)
            comparison = Comparison(no_known_rows())
            reader.run(comparison, write, frozenset())
    difference = comparison.result()
    active = [entry for line, entry in sorted(written.items()) if line not in difference.superseded_lines]
    return reader.survey(difference, reader.counts.unmapped.items(), reader.counts.categories.items()), active


def test_the_later_of_two_rows_of_one_identity_wins_and_the_earlier_is_counted() -> None:
    found, active = look("plate,state,color\nABC123,VA,RED\nDEF456,VA,BLU\nABC123,VA,GRN\nABC123,MD,RED\n")
    assert (found.rows, found.entries, found.duplicates, len(found.rejects)) == (4, 3, 1, 0)
    assert [(entry.plate, entry.jurisdiction, entry.source_line) for entry in active] == [
        ("DEF456", "US-VA", 3),
        ("ABC123", "US-VA", 4),
        ("ABC123", "US-MD", 5),
    ]


def test_ncic_rows_with_the_same_nic_are_one_entry_and_two_states_are_two() -> None:
    row = "V{nic:09d}LA057020020190509AB123456  {state}2009MC2009YAMACYLMCBLK\n"
    text = "HEADER\n" + row.format(nic=1, state="CA") + row.format(nic=2, state="NV") + row.format(nic=1, state="CA")
    found, active = look(text, "ncic")
    assert (found.rows, found.entries, found.duplicates) == (3, 2, 1)
    assert [entry.jurisdiction for entry in active] == ["US-NV", "US-CA"]


def test_unknown_categories_are_counted_by_what_the_list_wrote() -> None:
    found, _ = look("plate,category\nABC123,odd\nABC124,odd\nABC125,stolen\nABC126,\n")
    assert dict(found.unmapped) == {"odd": 2, "": 1}


def test_a_list_of_another_layout_is_refused_before_all_of_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mn.csv"
    path.write_text("".join(f"C84599{i:04d},0H0671200,20211122,JFJ4764,0H\n" for i in range(100_000)))
    with open_list(path) as file:
        reader = ListReader(file, "mn.csv", "l", "ncic", None, None, None)
        with pytest.raises(InvalidInput, match="no 'ncic' list") as refusal:
            reader.run(Comparison(no_known_rows()), lambda entry, digest: None, frozenset())
    assert refusal.value.line == 1
    assert file.done < path.stat().st_size


def test_a_short_list_with_one_good_row_is_accepted() -> None:
    found, active = look("plate\nABC123\n??\n*\n")
    assert (found.rows, len(found.rejects), len(active)) == (3, 2, 1)


@pytest.mark.parametrize("text", ["plate\n??\n*\n", "plate\n", "plate\n" + "ABC123\n" * 9 + "??\n" * 11])
def test_a_list_without_enough_usable_rows_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        look(text)


def test_an_unknown_layout_names_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="use one of ncic"):
        parser_for("xml")


@settings(deadline=None)
@given(st.lists(st.sampled_from(["ABC123,VA", "ABC123,MD", "abc-123,va", "XYZ99,", "?,VA", "A*B,VA"]), min_size=1))
def test_no_row_gets_lost(body: list[str]) -> None:
    try:
        found, active = look("plate,state\n" + "\n".join(body) + "\n")
    except InvalidInput:
        return
    assert found.entries + len(found.rejects) + found.duplicates == found.rows == len(body)
    assert len(active) == found.entries
    assert len({entry.entry_id for entry in active}) == len(active)
    assert all(isinstance(reject, RejectedRow) and reject.reason for reject in found.rejects)
