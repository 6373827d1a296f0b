"""Lists of JSON objects."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow
from tests.unit.hotlists.list_samples import (
    FLOCK,
    entries,
    rows,
)

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
MAX_LINE_BYTES = 64 * 1024


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(FLOCK) + "\n" + json.dumps(FLOCK | {"id": "e-2"}),
        json.dumps([FLOCK, FLOCK | {"id": "e-2"}]),
        json.dumps([FLOCK, FLOCK | {"id": "e-2"}], indent=2),
        json.dumps(FLOCK, indent=2) + "\n" + json.dumps(FLOCK | {"id": "e-2"}, indent=2),
        "\ufeff" + json.dumps({"name": "l", "id": "x", "entries": [FLOCK, FLOCK | {"id": "e-2"}]}, indent=1),
    ],
)
def test_json_is_read_as_it_is_saved(text: str) -> None:
    assert [entry.source_entry_id for entry in entries("flock", text)] == ["e-1", "e-2"]
    assert [entry.source_entry_id for entry in entries("flock", text.encode("utf-16"))] == ["e-1", "e-2"]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("not json", "row"),
        ("[1, 2]", "row"),
        ('"ABC123"', "row"),
        ('{"plate": "ABC123"', "row"),
        ('{"plate": "ABC\\u0000123"}', "row"),
        ('{"plate": "ABC123", "note": "\\ud800"}', "row"),
        ('{"note": "no plate"}', "plate"),
        ('{"plate": null}', "plate"),
        ('{"plate": true, "Plate": "x"}', "row"),
        ('{"plate": "ABC123", "expires": "tomorrow"}', "expires"),
        ('{"plate": "ABC123", "a":' + '{"a":' * 20 + "1" + "}" * 21, "row"),
        ('{"plate": "ABC123", "a":' + "[" * 30_000 + "]" * 30_000 + "}", "row"),
        ('{"a":' * 10_000 + "1" + "}" * 10_000, "row"),
    ],
)
def test_json_lines_that_cannot_be_used_are_rejected_one_by_one(line: str, column: str) -> None:
    good = '{"plate":"AB12"}'
    first, bad, last = rows("csv", f"{good}\n{line}\n{good}\n")
    assert isinstance(bad, RejectedRow)
    assert (bad.line, bad.column) == (2, column)
    assert isinstance(first, HotlistEntry)
    assert isinstance(last, HotlistEntry)


def test_objects_of_a_document_that_cannot_be_used_are_rejected_one_by_one() -> None:
    bad = ('{"plate":"AB13","note":"\\ud800"}', '{"plate":"AB\\u0000"}', "7", '{"note":"no plate"}')
    text = "[" + ",\n".join(('{"plate":"AB12"}', *bad, '{"plate":"AB14","note":"\u00e9"}')) + "]"
    first, *between, last = rows("csv", text)
    assert [(row.line, row.column) for row in between if isinstance(row, RejectedRow)] == [
        *((2, "row"), (3, "row"), (4, "row"), (5, "plate")),
    ]
    assert isinstance(first, HotlistEntry)
    assert isinstance(last, HotlistEntry)
    assert (last.plate, last.source_line, dict(last.extra)) == ("AB14", 6, {"note": "\u00e9"})


def test_json_keys_are_columns() -> None:
    line = {"License Plate": 1234567, "LIS": "0H", "vehicle": {"color": "RED", "doors": 4}, "tags": ["a", 1.50]}
    line["on"] = True
    (entry,) = entries("csv", json.dumps(line))
    assert (entry.plate, entry.jurisdiction) == ("1234567", "US-OH")
    assert dict(entry.extra) == {"vehicle.doors": "4", "tags": '["a", "1.5"]', "on": "true"}
    assert entry.vehicle is not None
    assert entry.vehicle.color == "RED"
    (missing,) = entries("missing", '{"plate": "ABC1??4", "message_key": "EME", "mnp": "CA"}')
    assert missing.category is Category.CHILD_ABDUCTION


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"plate": "' + "A" * MAX_LINE_BYTES + '"}', "longer than"),
        ("[{}" + " " * MAX_DOCUMENT_BYTES + "]", "one object per line"),
        ('[{"plate": "ABC123"}', "no JSON"),
        ("[" * 200_000, "no JSON"),
        ("[]", "no objects"),
        ('[{"plate": "' + "A" * MAX_LINE_BYTES + '"}]', "longer than"),
        ('[{"plate":"ABC123"}]\n\x00', "no JSON"),
    ],
)
def test_json_that_is_no_list_is_refused_as_a_whole(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        rows("csv", text)


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["plate", "state", "expires", "x"]) | st.text(max_size=4), _values)))
def test_any_objects_are_entries_or_rejects_and_none_is_lost(objects: list[dict[str, Any]]) -> None:
    text = '{"plate":"AB12"}\n' + "".join(json.dumps(value) + "\n" for value in objects)
    found = rows("csv", text)
    assert len(found) == len(objects) + 1
    for row in found:
        if isinstance(row, HotlistEntry):
            assert "\0" not in repr(row.extra)
            json.dumps(row.extra, ensure_ascii=False).encode()
