"""The first pass over a list: repeated rows, and none that gets lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import InvalidInput
from schemas.types import RejectedRow
from tests.unit.hotlists.importing.surveying import look


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
