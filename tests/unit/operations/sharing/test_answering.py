"""How much of an answer fits into one message."""

from __future__ import annotations

from operations.sharing.answering import _within
from schemas.convert import read_to_event
from tests.unit.alerts.samples import sample_read


def test_as_many_of_the_newest_reads_go_as_fit() -> None:
    reads = [read_to_event(sample_read(number, "Ä" * (number + 1))) for number in range(3)]
    sizes = [len(read.model_dump_json().encode()) + 1 for read in reads]  # with a comma
    for most, fit in (
        (sum(sizes), 3),
        (sum(sizes) - 1, 2),
        (sum(sizes[:2]), 2),
        (sum(sizes[:2]) - 1, 1),
        (sizes[0], 1),
        (sizes[0] - 1, 0),
    ):
        assert _within(reads, most) == reads[:fit]
    assert _within([], 0) == []
