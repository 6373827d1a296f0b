"""A list goes out in parts that a broker takes."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from schemas.convert import shared_entry
from schemas.types import Category, HotlistEntry, VehicleDescription
from sharing.lists.parts import in_parts
from tests.unit.alerts.samples import sample_entry

PART_ENTRIES = 1000

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(["\x01" * 40, '"' * 40, "😀"])


@given(texts=st.lists(st.tuples(TEXTS, TEXTS), max_size=12), most=st.integers(800, 4000))
def test_no_part_is_larger_than_it_may_be_and_nothing_is_left_out(texts: list[tuple[str, str]], most: int) -> None:
    entries = [
        sample_entry()._replace(instructions=one, case_number=other, vehicle=VehicleDescription(make=one))
        for one, other in texts
    ]
    parts = list(in_parts(entries, most))
    assert [event for part in parts for event in part] == [shared_entry(entry) for entry in entries]
    for part in parts:
        size = sum(len(event.model_dump_json().encode()) for event in part)
        assert size <= most or len(part) == 1


def test_a_part_has_so_many_entries_at_most() -> None:
    short = HotlistEntry(*sample_entry()[:4])
    parts = list(in_parts([short] * (PART_ENTRIES + 1), 10**9))
    assert [len(part) for part in parts] == [PART_ENTRIES, 1]
    assert [len(part) for part in in_parts([short] * PART_ENTRIES, 10**9)] == [PART_ENTRIES]
    assert list(in_parts([])) == []


def test_an_entry_with_every_field_is_not_larger_than_it_is_taken_for() -> None:
    moment = datetime(2026, 11, 20, 18, 30, 0, 123456, tzinfo=UTC)
    longest = max(Category, key=lambda one: len(one.value))
    texts = dict.fromkeys(("plate", "source_entry_id", "source_code", "originating_agency", "case_number"), "x")
    full = sample_entry()._replace(
        **texts,
        category=longest,
        vehicle=VehicleDescription(2009, *"xxxxx"),
        priority="x",
        instructions="x",
        valid_from=moment,
        valid_until=moment,
    )
    size = len(shared_entry(full).model_dump_json())
    assert [len(part) for part in in_parts([full] * 2, 2 * size - 1)] == [1, 1]
