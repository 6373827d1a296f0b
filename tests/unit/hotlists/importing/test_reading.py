"""The first pass over a list: repeated rows, and none that gets lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.importing import reading
from hotlists.importing.difference import Comparison, no_known_rows
from hotlists.importing.files import open_list
from hotlists.importing.reading import ListReader
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


def digests(text: str, layout: str, state: str | None = None, name: str = "list.csv") -> list[str]:
    """Return what each new row of a list is known by to the next version."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text)
        with open_list(path) as opened:
            reader = ListReader(opened, name, "l", layout, state, None, None)
            reader.run(Comparison(no_known_rows()), lambda entry, digest: found.append(digest), frozenset())
    return found


def test_a_row_is_known_again_while_nothing_that_its_entry_depends_on_is_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "plate,state\nABC123,VA\nDEF456,\n"
    first, second = known = digests(text, "csv")
    assert first != second
    assert len(first) == 32
    # Wherever the row stands, and whatever stands beside it.
    assert digests("plate,state\nDEF456,\nGHJ789,MD\nABC123,VA\n", "csv")[::2] == [second, first]
    others = [
        digests(text, "csv", "US-MD"),
        digests(text.replace("state", "make", 1), "csv"),
        digests(text.replace(",", ";"), "csv"),
        digests(text.replace("state", "state,", 1), "csv"),
    ]
    monkeypatch.setattr(reading, "PARSING_REVISION", 99)
    others.append(digests(text, "csv"))
    monkeypatch.undo()
    monkeypatch.setattr(reading, "codes_digest", lambda layout: f"other codes of {layout}")
    others.append(digests(text, "csv"))
    monkeypatch.undo()
    row = "V123456789LA057020020190509AB123456  CA2009MC2009YAMACYLMCBLK\n"
    others += [digests(row, layout) for layout in ("ncic", "mi")]
    # By none of these is a row taken for one that was read otherwise.
    every = [digest for some in (known, *others) for digest in some]
    assert len(every) == len(set(every)) == 16
    assert digests(text, "csv") == known
