"""A good line brings much at once, a bad one less and less, and neither ends it."""

from __future__ import annotations

from pipeline.patrol.lists.part_size import BEGIN, LEAST, MOST, PartSize


def test_a_quick_line_brings_more_until_there_is_enough() -> None:
    size = PartSize()
    seen = [size.entries]
    for _ in range(10):
        size.took(0.5)
        seen.append(size.entries)
    assert seen[0] == BEGIN
    assert seen == sorted(seen)
    assert seen[-1] == MOST


def test_a_line_that_breaks_or_crawls_brings_less_but_always_something() -> None:
    size = PartSize()
    size.broke()
    assert LEAST <= size.entries < BEGIN
    before = size.entries
    size.took(30.0)
    assert size.entries < before
    for _ in range(20):
        size.broke()
        size.took(50.0)
    assert size.entries == LEAST
    size.took(2.0)
    assert size.entries == LEAST, "neither quick nor slow"
    size.took(0.2)
    assert size.entries > LEAST
