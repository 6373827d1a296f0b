"""Lists that are read by a mapping."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotlists.fields.columns import FIELDS
from hotlists.layouts.mapping import read_mapping
from hotlists.text.parsing import HotlistParser
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow
from tests.unit.hotlists.layouts.mapping_samples import EXAMPLE, LIST, mapped
from tests.unit.hotlists.list_samples import (
    entries,
    read,
    rows,
)


def test_a_mapping_declares_a_layout() -> None:
    *good, bad = rows(mapped(EXAMPLE), LIST)
    found = [row for row in good if isinstance(row, HotlistEntry)]
    assert [(entry.plate, entry.category) for entry in found] == [
        ("ABC123", Category.STOLEN_VEHICLE),
        ("DEF456", Category.STOLEN_PLATE),
        ("GHI789", Category.WATCH),
        ("JKL012", Category.UNMAPPED),
        ("MNO345", Category.WATCH),
    ]
    assert {entry.jurisdiction for entry in found} == {"US-VA"}
    assert found[0].valid_until == datetime(2027, 1, 1, 5, tzinfo=UTC), "a day of New York"
    assert found[1].valid_until == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert (found[0].case_number, found[0].source_code, dict(found[0].extra)) == ("7", "sv", {"Note": "x"})
    assert isinstance(bad, RejectedRow)
    assert (bad.line, bad.column) == (8, "expires")
    assert "%d.%m.%Y was expected" in bad.reason


def test_a_state_given_for_the_import_wins_over_the_mappings() -> None:
    parsed = mapped(EXAMPLE)(io.BytesIO(LIST.encode()), file_name="l", hotlist_id="l", default_state="US-MD")
    assert {row.jurisdiction for row in parsed.rows if isinstance(row, HotlistEntry)} == {"US-MD"}


def test_all_of_a_mapping_is_part_of_what_entries_depend_on() -> None:
    changes = [("watch", "felony_vehicle"), ("New_York", "Chicago"), ("SV =", "SW ="), ('"VA"', '"MD"')]
    contexts = {read(mapped(EXAMPLE.replace(*change)), LIST).context for change in changes}
    assert len(contexts | {read(mapped(EXAMPLE), LIST).context}) == len(changes) + 1


def test_columns_by_number_without_a_header() -> None:
    toml = 'format = "tsv"\nheader = false\n[columns]\nplate = 2\nstate = 3\ncategory = 6\n'
    good, bad = rows(mapped(toml), "stolen\tABC123\tVA\nx\tDEF456\tMD\t1\t2\t3\t4\n")
    assert isinstance(good, HotlistEntry)
    assert (good.plate, good.jurisdiction, dict(good.extra)) == ("ABC123", "US-VA", {"column 1": "stolen"})
    assert isinstance(bad, RejectedRow)


def test_quoted_rows_over_several_lines_are_read_with_a_mapping_too() -> None:
    (entry,) = entries(mapped('[columns]\nplate = "p"\n'), 'n;p\n"two\nlines; ""quoted""";ABC123\n')
    assert (entry.plate, dict(entry.extra)) == ("ABC123", {"n": 'two\nlines; "quoted"'})


def test_nested_keys_of_objects() -> None:
    toml = 'date_formats = ["epoch_ms"]\n[columns]\nplate = "vehicle.plate"\nexpires = "end"\n'
    text = '{"vehicle": {"plate": "ABC123", "vin": "1"}, "end": 1798675200000}\n{"plate": "DEF456"}\n'
    good, bad = rows(mapped(toml), text)
    assert isinstance(good, HotlistEntry)
    assert (good.plate, dict(good.extra)) == ("ABC123", {"vehicle.vin": "1"})
    assert good.valid_until == datetime(2026, 12, 31, tzinfo=UTC)
    assert isinstance(bad, RejectedRow)
    assert "no key 'vehicle.plate'" in bad.reason


@pytest.mark.parametrize(
    ("toml", "text", "words"),
    [
        ('[columns]\nplate = "Kfz"\n', "plate,state\nABC123,VA\n", "no column is named 'Kfz'.*'plate,state'"),
        ('[columns]\nplate = "p"\nstate = "s"\n', "p,x\nABC123,VA\n", "no column is named 's'.*for 'state'.*'p,x'"),
        ('[columns]\nplate = "p"\n', "p,p\nABC123,VA\n", "2 columns are named 'p'"),
        ("[columns]\nplate = 5\n", "a,b\nABC123,VA\n", "no column 5.*'a,b'"),
        ("[columns]\nplate = 5\n", '{"plate": "ABC123"}', "name keys, not numbers"),
        ('skip = "."\n[columns]\nplate = "p"\n', "p\nABC123\n", "every line is skipped"),
    ],
)
def test_a_file_that_a_mapping_does_not_fit_is_refused_with_its_header(toml: str, text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        rows(mapped(toml), text)


def test_the_documented_mapping_reads_the_documented_list() -> None:
    text = (Path(__file__).parents[4] / "docs" / "hotlist-layouts.md").read_text(encoding="utf-8")
    toml = text.split("```toml\n# region.toml\n", 1)[1].split("```", 1)[0]
    sample = text.split("```text\n# regional list", 1)[1].split("```", 1)[0]
    assert len(read_mapping(toml).columns.given()) == len(FIELDS)
    stolen, missing, watched = entries(mapped(toml), "# regional list" + sample)
    assert (stolen.category, missing.category, watched.category) == (
        Category.STOLEN_VEHICLE,
        Category.MISSING_PERSON,
        Category.WATCH,
    )
    assert stolen.vehicle is not None
    assert stolen.vehicle.summary() == "2014 GRY HOND CRV SUV"
    assert (stolen.source_entry_id, stolen.priority, dict(stolen.extra)) == ("R-1", "2", {"Remark": "dent in hood"})
    assert (missing.instructions, missing.jurisdiction) == ("Check on the driver; call in", "US-VA")
    assert missing.valid_until == datetime(2026, 3, 5, 23, tzinfo=UTC)


def mapping(columns: str, head: str = "") -> HotlistParser:
    return mapped(f"{head}\n[columns]\n{columns}\n")


@pytest.mark.parametrize(
    ("text", "extra"),
    [
        # The delimiter with which most of the mapped columns are there, then with which there are most.
        *(("p;s,t\nABC123;x,y\n", {"s,t": "x,y"}), ("p,s;t\nABC123,x;y\n", {"s;t": "x;y"})),
        *(("p|s\nABC123|x\n", {"s": "x"}), ("p\ts\nABC123\tx\n", {"s": "x"}), ("p\nABC123\n", {})),
        ("sep=;\np;s\nABC123;x\n", {"s": "x"}),
    ],
)
def test_the_delimiter_is_that_which_shows_the_mapped_columns(text: str, extra: dict[str, str]) -> None:
    (found,) = entries(mapping('plate = "p"'), text)
    assert (found.plate, dict(found.extra)) == ("ABC123", extra)


def test_a_column_is_found_by_its_very_name_before_one_that_is_spelled_alike() -> None:
    (found,) = entries(mapping('plate = "Plate No"'), "plate-no,Plate No\nABC123,DEF456\n")
    assert found.plate == "DEF456"
    (alike,) = entries(mapping('plate = "Plate No"'), "x,PLATE_NO\nABC123,DEF456\n")
    assert alike.plate == "DEF456"
    with pytest.raises(InvalidInput, match="2 columns are named"):
        rows(mapping('plate = "Plate No"'), "plate-no,PLATE_NO\nABC123,DEF456\n")


def test_categories_are_the_mappings_then_those_in_common_use_and_without_words_the_default() -> None:
    head = 'default_category = "watch"'
    own = '[categories]\n"Stolen Vehicle" = "uninsured"\nX = "child_abduction"'
    parser = mapping(f'plate = "p"\ncategory = "c"\n{own}', head)
    text = "p,c\nAAA1,stolen vehicle\nAAA2, x \nAAA3,stolen plate\nAAA4,nothing known\nAAA5,\n"
    assert [(found.category, found.source_code) for found in entries(parser, text)] == [
        (Category.UNINSURED, "stolen vehicle"),
        (Category.CHILD_ABDUCTION, "x"),
        (Category.STOLEN_PLATE, "stolen plate"),
        (Category.UNMAPPED, "nothing known"),
        (Category.WATCH, None),
    ]
    plain = mapped('[columns]\nplate = "p"\ncategory = "c"\n')
    assert [found.category for found in entries(plain, "p,c\nAAA5,\n")] == [Category.UNMAPPED]


def test_lines_that_are_skipped_are_no_rows_and_no_header() -> None:
    head = "skip = '^(#|TOTAL)'"
    found = entries(mapping('plate = "p"', head), "# made today\np,n\nABC123,1\nTOTAL,1\nDEF456,# 2\n")
    assert [(entry.plate, entry.source_line) for entry in found] == [("ABC123", 3), ("DEF456", 5)]
    objects = entries(mapping('plate = "p"', "skip = 'old'"), '{"p": "ABC123"}\n{"p": "DEF456", "old": 1}\n')
    assert [entry.plate for entry in objects] == ["ABC123"]


@pytest.mark.parametrize("format_", ["auto", "jsonl"])
def test_columns_beyond_the_first_row_are_there_by_number(format_: str) -> None:
    parser = mapping("plate = 1\ncase_number = 3", "header = false")
    first, second = entries(parser, "ABC123,x\nDEF456,y,26-1\n")
    assert [(found.plate, found.case_number, dict(found.extra)) for found in (first, second)] == [
        ("ABC123", None, {"column 2": "x"}),
        ("DEF456", "26-1", {"column 2": "y"}),
    ]
    objects = mapping('plate = "p"', f'format = "{format_}"')
    assert [found.plate for found in entries(objects, '{"p": "ABC123"}\n')] == ["ABC123"]
