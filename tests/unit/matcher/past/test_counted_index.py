"""A part of the lists is matched as strictly as all of them."""

from __future__ import annotations

from matcher.index import HotlistIndex
from matcher.match import Matcher
from matcher.past.counted_index import CountedIndex
from tests.unit.matcher.samples import SETTINGS, characters, entry, filler, matcher, read


def test_a_part_of_the_lists_is_as_strict_as_all_of_them() -> None:
    blurred = read("8KV4921", characters=characters("8KV4921", p0=(("8", 0.6), ("B", 0.35))))
    listed = entry("BKV4921")
    everything = HotlistIndex.build([listed, *filler(30_000)])
    part = Matcher(CountedIndex.of([listed], {}, 30_001), SETTINGS)
    assert part.match(blurred) == Matcher(everything, SETTINGS).match(blurred)
    for size in (1, 10**6, 10**12):
        strict = Matcher(CountedIndex.of([listed], {}, size), SETTINGS).match(blurred)
        assert len(strict) == len(matcher(listed, size=size).match(blurred))
    assert strict == []
