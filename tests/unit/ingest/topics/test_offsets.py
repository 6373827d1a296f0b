"""An offset is committed when everything before it in its partition is done, whatever order that happens in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.topics.offsets import Offsets, Span


def _begun(offsets: Offsets, lengths: list[int], partition: int = 0) -> list[Span]:
    spans, end = [], 0
    for length in lengths:
        end += length
        spans.append(offsets.begin(partition, end, None, ["message"] * length))
    return spans


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12).flatmap(lambda lengths: st.tuples(
    st.just(lengths), st.permutations(range(len(lengths))))))  # fmt: skip
def test_no_gap_is_ever_committed_and_in_the_end_all_of_it_is(drawn: tuple[list[int], list[int]]) -> None:
    lengths, order = drawn
    offsets, committed, done = Offsets(), 0, set[int]()
    spans = _begun(offsets, lengths)
    for number in order:
        spans[number].acknowledge(None)
        done.add(number)
        committed = max([committed, *(span.end for span in offsets.done().values())])
        first_open = next((place for place in range(len(lengths)) if place not in done), len(lengths))
        assert committed == sum(lengths[:first_open])
    assert committed == sum(lengths)
    assert offsets.unfinished() == []
    assert offsets.done() == {}


def test_partitions_do_not_wait_for_one_another() -> None:
    offsets = Offsets()
    _begun(offsets, [3], partition=0)
    (other,) = _begun(offsets, [2], partition=1)
    other.acknowledge(None)
    assert {partition: span.end for partition, span in offsets.done().items()} == {1: 2}


def test_what_another_member_has_now_is_not_committed_when_it_is_done() -> None:
    offsets = Offsets()
    (span,) = _begun(offsets, [3])
    offsets.give_up([0])
    span.acknowledge(None)
    assert offsets.done() == {}
    # It comes back, from where the group was.
    (again,) = _begun(offsets, [1])
    again.acknowledge(None)
    assert {partition: span.end for partition, span in offsets.done().items()} == {0: 1}
