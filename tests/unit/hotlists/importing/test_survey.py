"""What a list holds, and lists of another layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotlists.importing.difference import Comparison, no_known_rows
from hotlists.importing.files import open_list
from hotlists.importing.reading import ListReader
from schemas.errors import InvalidInput
from tests.unit.hotlists.importing.surveying import look


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
