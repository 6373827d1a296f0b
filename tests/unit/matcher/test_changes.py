"""An index that was changed is the index that a rebuild would give."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from unittest.mock import patch
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher import index as index_module
from matcher.index import HotlistIndex
from matcher.match import Matcher
from schemas.types import Category, HotlistEntry
from tests.unit.matcher.neighborhood import candidates
from tests.unit.matcher.samples import NOW, SETTINGS, entry, read

READS = ("ABC123", "A8C123", "ABC12", "8BC123", "VV123", "W123")
PLATES = (*READS, "ABC???", "AB?123", "", "??", "XYZ999")


def _entry(number: int, plate: str, hotlist_id: str) -> HotlistEntry:
    return HotlistEntry(UUID(int=number << 60 | number), hotlist_id, plate, Category.WATCH)


def _content(index: HotlistIndex) -> tuple[object, ...]:
    found = [sorted(candidates(index, text), key=lambda pair: pair[0].entry_id) for text in READS]
    return len(index), sorted(index.unusable), index.as_of, found


entries = st.builds(_entry, st.integers(0, 12), st.sampled_from(PLATES), st.just("ncic"))
changes = st.tuples(st.lists(entries, max_size=6, unique_by=lambda one: one.entry_id), st.sets(st.integers(0, 14)))


@given(
    st.lists(entries, max_size=12, unique_by=lambda one: one.entry_id), st.lists(changes, max_size=8), st.integers(0, 9)
)
def test_changes_in_a_row_give_what_a_rebuild_gives(
    begun: list[HotlistEntry], steps: list[tuple[list[HotlistEntry], set[int]]], small: int
) -> None:
    with patch.object(index_module, "SMALL_ADDITION", small):
        index = HotlistIndex.build(begun, {"ncic": NOW})
        expected = {one.entry_id: one for one in begun}
        for number, (added, removed) in enumerate(steps):
            before = _content(index)
            dates = {"ncic": NOW + timedelta(hours=number)}
            gone = [UUID(int=one << 60 | one) for one in removed]
            changed = index.with_changes(added, gone, dates)
            assert _content(index) == before
            expected = {key: one for key, one in expected.items() if key not in gone}
            expected |= {one.entry_id: one for one in added}
            index = changed
            assert _content(index) == _content(HotlistIndex.build(expected.values(), dates))
            unusable = {entry_id for entry_id, _ in index.unusable}
            assert all((key in index) == (key not in unusable) for key in expected)


def test_a_changed_entry_is_found_under_its_new_plate_alone() -> None:
    old = entry("ABC123", entry_id=UUID(int=1))
    index = HotlistIndex.build([old, entry("XYZ999")], {}).with_changes([old._replace(plate="DEF456")])
    assert [one.plate for one, _ in candidates(index, "DEF456")] == ["DEF456"]
    assert list(candidates(index, "ABC123")) == []
    assert len(index) == 2
    assert UUID(int=1) in index


def test_ids_that_share_a_half_are_told_apart() -> None:
    one, other = entry("ABC123", entry_id=UUID(int=5)), entry("ABC123", entry_id=UUID(int=1 << 64 | 5))
    index = HotlistIndex.build([one, other], {}).with_changes([], [one.entry_id])
    assert [found.entry_id for found, _ in candidates(index, "ABC123")] == [other.entry_id]
    assert one.entry_id not in index
    assert other.entry_id in index


def test_a_list_goes_as_a_whole_and_the_others_stay() -> None:
    mine = [entry("ABC123"), entry("A??123"), entry("??")]
    theirs = [entry("ABC123", hotlist_id="region"), entry("?", hotlist_id="region")]
    index = HotlistIndex.build([*mine, *theirs], {"ncic": NOW, "region": NOW})
    index = index.with_changes([entry("ABC129")]).without_list("ncic")
    assert [found.hotlist_id for found, _ in candidates(index, "ABC123")] == ["region"]
    assert (len(index), [key for key, _ in index.unusable]) == (1, [theirs[1].entry_id])
    assert index.as_of == {"region": NOW}
    assert len(index.with_changes(mine)) == 3


def test_an_entry_stops_matching_at_the_moment_it_ends_without_any_change() -> None:
    ends = entry("ABC123", valid_until=NOW + timedelta(seconds=0.25))
    matcher = Matcher(HotlistIndex.build([ends], {}), SETTINGS)
    assert len(matcher.match(read("ABC123", captured_at=NOW + timedelta(seconds=0.249)))) == 1
    assert matcher.match(read("ABC123", captured_at=NOW + timedelta(seconds=0.25))) == []


@pytest.fixture(scope="module")
def long_index() -> HotlistIndex:
    rng = random.Random(5)
    return HotlistIndex.build(
        (
            HotlistEntry(UUID(int=rng.getrandbits(128)), "l", "".join(rng.choices("ABCDEFG01234", k=7)), Category.WATCH)
            for _ in range(200_000)
        ),
        {},
    )


def test_withdrawing_from_a_long_list_takes_no_rebuild(long_index: HotlistIndex) -> None:
    listed = next(iter(candidates(long_index, "ABC0123")))[0]
    started = time.process_time()
    shorter = long_index.with_changes((), [listed.entry_id])
    assert time.process_time() - started < 0.25
    assert len(shorter) == 199_999
    assert listed not in [found for found, _ in candidates(shorter, "ABC0123")]
    assert listed in [found for found, _ in candidates(long_index, "ABC0123")]


@pytest.mark.parametrize("states", [(None, "US-MD"), ("US-MD", None), ("US-MD", "US-VA"), ("US-VA", "US-MD")])
def test_an_entry_whose_state_appears_goes_or_changes_matches_by_its_new_one(
    states: tuple[str | None, str | None],
) -> None:
    before, after = (entry("ABC123", state, entry_id=UUID(int=1)) for state in states)
    others = [entry(f"XYZ{number}") for number in range(100, 130)]
    changed = HotlistIndex.build([before, *others], {}).with_changes([after])
    for engine in ("numpy", "compiled"):
        (hit,) = Matcher(changed, SETTINGS, engine).match(read("ABC123", "US-VA"))  # type: ignore[arg-type]
        (rebuilt,) = Matcher(HotlistIndex.build([after, *others], {}), SETTINGS).match(read("ABC123", "US-VA"))
        assert hit == rebuilt
        assert hit.jurisdiction_agrees is {None: None, "US-VA": True, "US-MD": False}[states[1]]


def test_entries_that_resemble_the_traffic_are_counted_after_changes_too() -> None:
    states = {1: "US-VA", 2: "us-va", 3: None, 4: "US-MD", 5: "US-OR", 6: "US-OR"}
    listed = [
        HotlistEntry(UUID(int=number), "ncic", f"ABC12{number}", Category.WATCH, state)
        for number, state in states.items()
    ]
    index = HotlistIndex.build(listed)
    assert index.count_near({"US-VA"}) == 3
    assert index.count_near({"US-VA", "US-MD"}) == 4
    assert index.count_near({"US-TX"}) == 1
    came = HotlistEntry(UUID(int=7), "ncic", "ABC127", Category.WATCH, "US-TX")
    changed = index.with_changes([came], [UUID(int=1), UUID(int=5)])
    assert [changed.count_near({state}) for state in ("US-VA", "US-TX", "US-OR")] == [2, 2, 2]
