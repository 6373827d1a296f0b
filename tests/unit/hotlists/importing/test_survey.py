"""What a list holds, and lists of another layout."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotlists.importing.difference import Comparison, no_known_rows
from hotlists.importing.files import open_list
from hotlists.importing.reading import ListReader
from hotlists.importing.survey import Survey
from hotlists.text import lines as text_lines
from schemas.errors import InvalidInput
from schemas.types import Category
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


def test_everything_that_a_list_holds_is_counted() -> None:
    text = (
        "plate,state,category\nABC123,VA,stolen vehicle\nNULL,VA,odd\nABC124,VA,odd\nABC124,VA,odd\nABC125,VA,other\n"
        "A*C,VA,odd\nABC126,VA,\nABC127,MD,stolen vehicle\nABC124,MD,odd\n"
    )
    found, active = look(text)
    assert [entry.plate for entry in active] == ["ABC123", "ABC124", "ABC125", "ABC126", "ABC127", "ABC124"]
    assert found == Survey(
        as_of=found.as_of,
        rows=9,
        entries=6,
        duplicates=1,
        withdrawn=0,
        rejects=found.rejects,
        unmapped=(("odd", 3), ("other", 1), ("", 1)),
        categories=((Category.STOLEN_VEHICLE, 2), (Category.UNMAPPED, 5)),
        no_plate=1,
    )
    assert [(row.line, row.column, row.raw) for row in found.rejects] == [
        (3, "plate", "NULL,VA,odd"),
        (7, "plate", "A*C,VA,odd"),
    ]


@pytest.mark.parametrize(
    ("good", "bad", "is_taken"),
    [
        *((1, 18, True), (0, 19, False), (10, 10, True), (9, 11, False), (1, 19, False), (11, 11, True)),
        *((100, 100, True), (99, 101, False)),
    ],
)
def test_a_list_is_of_its_layout_while_half_of_its_rows_can_be_used_and_a_short_one_while_one_can(
    good: int, bad: int, is_taken: bool
) -> None:
    text = "plate\n" + "".join(f"ABC{number:04d}\n" for number in range(1, good + 1)) + "A*C\n" * bad
    if is_taken:
        found, active = look(text)
        assert (len(found.rejects), len(active)) == (bad, good)
        return
    with pytest.raises(InvalidInput, match=f"{bad} of the first {good + bad} rows cannot be used") as refusal:
        look(text)
    assert (refusal.value.line, refusal.value.column) == (good + 2, "plate")


def test_rows_that_say_that_there_is_no_plate_are_of_the_layout_unless_there_are_no_others() -> None:
    found, active = look("plate\n" + "NULL\n" * 60 + "ABC1234\n")
    assert (found.no_plate, len(active)) == (60, 1)
    with pytest.raises(InvalidInput, match="no 'csv' list"):
        look("plate\n" + "NULL\n" * 60)
    with pytest.raises(InvalidInput, match="no 'csv' list"):
        look("plate\n" + "NULL\n" * 10 + "A*C\n" * 25 + "ABC1234\n" * 5)


def test_codes_are_told_apart_until_there_are_too_many() -> None:
    text = "plate,category\n" + "".join(f"AB{number:05d},code {number % 1010}\n" for number in range(2020))
    found, _ = look(text)
    counted = dict(found.unmapped)
    assert len(counted) == 1001
    assert counted["code 0"] == counted["code 999"] == 2
    assert counted["..."] == 20


def reader_of(path: Path, text: str, layout: str = "csv") -> ListReader:
    """Return a list's reader at its end."""
    path.write_text(text)
    with open_list(path) as file:
        reader = ListReader(file, path.name, "l", layout, None, None, None)
        reader.run(Comparison(no_known_rows()), lambda entry, digest: None, frozenset())
    return reader


@pytest.mark.parametrize(
    ("rows", "last", "is_cut"),
    [
        *((20, "ABC", True), (20, "ABC\n", False), (20, "ABC1234", False), (19, "ABC", False), (300, "ABC", True)),
        *((5, "A*", True), (5, "A*\n", False), (5, '"ABC1234', True), (5, "ABC1234", False), (200, "ABC", True)),
    ],
)
def test_a_file_that_ends_in_the_middle_of_a_row_is_cut(tmp_path: Path, rows: int, last: str, is_cut: bool) -> None:
    text = "plate\n" + "".join(f"ABC{number:04d}\n" for number in range(1, rows + 1)) + last
    assert reader_of(tmp_path / "a.csv", text).cut_line == (rows + 2 if is_cut else None)


@pytest.mark.parametrize("short", [2, 150, 200, 201])
def test_a_last_row_is_cut_only_where_it_is_shorter_than_every_other_one(tmp_path: Path, short: int) -> None:
    rows = [f"ABC{number:04d}" for number in range(1, 301)]
    rows[short - 1] = "AB1"
    assert reader_of(tmp_path / "a.csv", "plate\n" + "\n".join([*rows, "AB12"])).cut_line is None
    assert reader_of(tmp_path / "b.csv", "plate\n" + "\n".join([*rows, "AB2"])).cut_line is None
    assert reader_of(tmp_path / "c.csv", "plate\n" + "\n".join([*rows, "A2"])).cut_line == 302


def test_it_is_told_how_far_the_work_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_lines, "_BLOCK_BYTES", 1000)
    path = tmp_path / "a.csv"
    path.write_text("plate\n" + "".join(f"ABC{number:04d}\n" for number in range(1, 5001)))
    size = path.stat().st_size
    told: list[tuple[int, int]] = []
    with open_list(path) as file:
        reader = ListReader(file, "a.csv", "l", "csv", None, None, lambda *done: told.append(done))
        reader.run(Comparison(no_known_rows()), lambda entry, digest: None, frozenset())
    assert [total for _, total in told] == [size] * 3
    done = [part for part, _ in told]
    assert done == sorted(done)
    assert 200 * 8 <= done[0] < size // 2
    assert done[-1] == size


def test_what_is_withdrawn_is_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("plate\nABC1234\nDEF5678\nABC1234\n")
    written: list[str] = []
    with open_list(path) as file:
        told: list[tuple[int, int]] = []
        reader = ListReader(file, "a.csv", "l", "csv", None, None, lambda *done: told.append(done))
        gone = next(entry for entry in look(path.read_text())[1] if entry.plate == "ABC1234")
        comparison = Comparison(no_known_rows())
        reader.run(comparison, lambda entry, digest: written.append(entry.plate), frozenset({gone.entry_id}))
    difference = comparison.result()
    found = reader.survey(difference, (), ())
    assert (found.rows, found.entries, found.withdrawn, found.duplicates) == (3, 1, 2, 0)
    assert written == ["DEF5678"]
    reader.check_counts(difference)
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    reader.counts.rows += 1
    with pytest.raises(InvalidInput, match="this is a fault of platewatch: nothing was imported"):
        reader.check_counts(difference)


@pytest.mark.parametrize(
    ("text", "only"),
    [
        *(("ABC1,odd\nABC2,strange\n", True), ("ABC1,odd\nABC2,\n", False), ("ABC1,odd\nABC2,stolen vehicle\n", False)),
        ("ABC1,\n", False),
    ],
)
def test_a_list_of_which_no_code_is_known_is_known(tmp_path: Path, text: str, only: bool) -> None:
    assert reader_of(tmp_path / "a.csv", f"plate,category\n{text}").only_unknown_codes is only


def test_the_date_of_the_content_is_the_headers_or_else_the_files(tmp_path: Path) -> None:
    row = "V123456789LA057020020190509AB123456  CA2009MC2009YAMACYLMCBLK\n"
    dated = reader_of(tmp_path / "a.txt", f"VEHICLE EXTRACT 20260102 0630\n{row}", "ncic")
    assert dated.as_of == datetime(2026, 1, 2, 6, 30, tzinfo=UTC)
    plain = reader_of(tmp_path / "b.csv", "plate\nABC1234\n")
    written_at = datetime.fromtimestamp((tmp_path / "b.csv").stat().st_mtime, UTC)
    assert (plain.as_of, plain.declared_rows) == (written_at, None)
