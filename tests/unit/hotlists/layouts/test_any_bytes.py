"""Any bytes give rows, rejects or one clear refusal, whatever the layout."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import InvalidInput
from schemas.plates import normalize_plate
from schemas.types import HotlistEntry, RejectedRow
from tests.unit.hotlists.layouts.mapping_samples import EXAMPLE, mapped
from tests.unit.hotlists.list_samples import (
    COLUMN_ROWS,
    OTHER_ROWS,
    UNHEADED_ROWS,
    lines_in,
    mangled,
    rows,
)


@pytest.mark.parametrize("layout", COLUMN_ROWS)
@settings(deadline=None)
@given(data=st.data())
def test_any_bytes_give_rows_rejects_or_one_clear_refusal_of_fixed_columns(layout: str, data: st.DataObject) -> None:
    raw = data.draw(st.one_of(st.binary(max_size=400), mangled(COLUMN_ROWS[layout])))
    try:
        found = rows(layout, raw)
    except InvalidInput:
        return
    assert all(isinstance(row, RejectedRow) or len(normalize_plate(row.plate)) >= 2 for row in found)
    assert len(found) <= lines_in(raw)


@pytest.mark.parametrize("layout", UNHEADED_ROWS)
@settings(deadline=None)
@given(data=st.data())
def test_any_bytes_give_rows_rejects_or_one_clear_refusal_of_unheaded_rows(layout: str, data: st.DataObject) -> None:
    raw = data.draw(st.one_of(st.binary(max_size=400), mangled(UNHEADED_ROWS[layout])))
    try:
        found = rows(layout, raw)
    except InvalidInput:
        return
    assert all(isinstance(row, RejectedRow) or len(normalize_plate(row.plate)) >= 2 for row in found)
    assert len(found) <= lines_in(raw)


@pytest.mark.parametrize("layout", sorted(OTHER_ROWS))
@settings(max_examples=200)
@given(data=st.binary(max_size=400), row=st.booleans())
def test_any_bytes_give_rows_rejects_or_one_refusal_of_other_states(layout: str, data: bytes, row: bool) -> None:
    raw = OTHER_ROWS[layout].encode() + b"\n" + data if row else data
    try:
        found = rows(layout, raw)
    except InvalidInput:
        return
    assert all(isinstance(item, (HotlistEntry, RejectedRow)) for item in found)


@pytest.mark.parametrize("layout", sorted(OTHER_ROWS))
@settings(max_examples=200)
@given(text=st.text(string.ascii_uppercase + string.digits + ' /*,;"\u00e9\n', max_size=160), cut=st.integers(0, 120))
def test_any_text_after_half_a_row_gives_rows_or_rejects(layout: str, text: str, cut: int) -> None:
    row = OTHER_ROWS[layout]
    found = rows(layout, f"{row}\n{row[:cut]}{text}\n")
    assert isinstance(found[0], HotlistEntry)


CUSTOM_LAYOUTS = ("csv", "missing", "flock", "vigilant", "genetec")

_STARTS = (b"plate,state\n", b'{"plate":"AB12"}\n', b"[", b"Hot Plate,State,Alert\n", b"Stolen;QC;ABC123\n", b"")


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(CUSTOM_LAYOUTS), st.sampled_from(_STARTS), st.binary(max_size=200))
def test_any_bytes_give_rows_or_one_refusal_of_custom_lists(layout: str, start: bytes, data: bytes) -> None:
    try:
        found = rows(layout, start + data)
    except InvalidInput:
        return
    assert all(isinstance(row, (HotlistEntry, RejectedRow)) for row in found)


@settings(deadline=None)
@given(
    st.sampled_from([EXAMPLE, '[columns]\nplate = "p"\n', 'format = "jsonl"\n[columns]\nplate = "p"\n']),
    st.sampled_from([b"Kfz;Code;Until;No\n", b"p\n", b'{"p":"AB12"}\n', b""]),
    st.binary(max_size=200),
)
def test_any_bytes_give_rows_or_one_refusal_with_a_mapping(toml: str, start: bytes, data: bytes) -> None:
    try:
        found = rows(mapped(toml), start + data)
    except InvalidInput:
        return
    assert all(isinstance(row, (HotlistEntry, RejectedRow)) for row in found)
