"""States are judged by coverage and by the answers; widths only shrink."""

from __future__ import annotations

from benchmarks.common.shares import Share
from benchmarks.recognition.crops import judged, narrowed
from benchmarks.recognition.data import thinned
from recognition.recognizer import PictureRead
from recognition.states.reader import StateRead
from schemas.types import Box
from tests.unit.benchmarks.recognition.samples import stripes


def test_states_are_judged_by_coverage_and_by_the_answers() -> None:
    box = Box(0, 0, 1, 1)
    states = (StateRead("US-VA", 0.9), None, StateRead("US-TX", 0.9))
    reads = [PictureRead(box, 1.0, "A1", 0.9, (), state) for state in states]
    assert judged(reads, ["US-VA", "US-MD", "US-OK"]) == (Share(2, 3), Share(1, 2))


def test_samples_are_evenly_spread_and_widths_only_shrink() -> None:
    assert thinned([0, 1, 2, 3, 4], 3) == [0, 2, 4]
    assert thinned([0, 1], None) == [0, 1]
    assert narrowed(stripes(40, 100), 50).shape == (20, 50, 3)
    assert narrowed(stripes(40, 100), 200).shape == (40, 100, 3)
