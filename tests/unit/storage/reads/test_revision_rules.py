"""Of reads that come several times, in a batch and after it, every revision counts once and the newest is known."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from schemas.settling import Arrived
from schemas.types import PlateRead
from storage.reads.merging import arrivals_of, revision_key, without_doubles
from tests.unit.alerts.samples import START, sample_read

IDS = tuple(UUID(int=number) for number in range(3))


def made(which: int, revision: int, is_final: bool, second: int) -> PlateRead:
    moment = START + timedelta(seconds=second)
    return dataclasses.replace(
        sample_read(), read_id=IDS[which], revision=revision, is_final=is_final, captured_at=moment
    )


READS = st.lists(st.builds(made, st.integers(0, 2), st.integers(0, 2), st.booleans(), st.integers(0, 5)), max_size=8)


@given(READS)
def test_every_revision_stays_once_and_is_the_one_of_the_earliest_capture(reads: list[PlateRead]) -> None:
    kept = without_doubles(reads)
    groups: dict[tuple[UUID, tuple[bool, int]], list[PlateRead]] = {}
    for read in reads:
        groups.setdefault((read.read_id, revision_key(read)), []).append(read)
    assert {(one.read_id, revision_key(one)): one.captured_at for one in kept} == {
        name: min(one.captured_at for one in group) for name, group in groups.items()
    }
    assert len(kept) == len(groups)
    assert all(one in reads for one in kept)


@given(READS, st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 2)), max_size=3))
def test_what_a_read_is_depends_on_the_newest_before_it(
    reads: list[PlateRead], before: list[tuple[int, bool, int]]
) -> None:
    stored = {IDS[which]: (is_final, revision) for which, is_final, revision in before}
    unchanged = dict(stored)
    found = arrivals_of(reads, stored)
    assert stored == unchanged
    for place, (read, arrived) in enumerate(zip(reads, found, strict=True)):
        earlier = [revision_key(one) for one in reads[:place] if one.read_id == read.read_id]
        if read.read_id in stored:
            earlier.append(stored[read.read_id])
        own = revision_key(read)
        if not earlier:
            assert arrived is Arrived.NEW
        elif own == max(earlier):
            assert arrived is Arrived.AGAIN
        else:
            assert arrived is (Arrived.NEWER if own > max(earlier) else Arrived.LATE)
