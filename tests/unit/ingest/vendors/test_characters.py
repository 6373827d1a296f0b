"""What a vendor's candidates make of each character: the whole of it, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.vendors.characters import characters_of


@pytest.mark.parametrize(
    ("confidence", "candidates", "own", "expected"),
    [
        # What is left of certainty and said of no character is shared by all of them.
        (0.8, [("ABD", 0.1)], (), [("A", 0.966667, {}), ("B", 0.966667, {}), ("C", 0.866667, {"D": 0.1})]),
        # Scores that add up to more than is left are scaled to it; the likelier comes first, then by the alphabet.
        (0.8, [("ABE", 0.3), ("ABD", 0.5)], (), [("A", 1, {}), ("B", 1, {}), ("C", 0.8, {"D": 0.125, "E": 0.075})]),
        (0.8, [("ABE", 0.1), ("ABD", 0.1)], (), [("A", 1, {}), ("B", 1, {}), ("C", 0.8, {"D": 0.1, "E": 0.1})]),
        # One without a score is half as likely as the text; one that comes twice counts once, by its better score.
        (0.4, [("ABD", None)], (), [("A", 0.866667, {}), ("B", 0.866667, {}), ("C", 0.666667, {"D": 0.2})]),
        (
            0.8,
            [("A-bd", 0.05), ("ABD", 0.1), ("ABD", 0.07)],
            (),
            [("A", 0.966667, {}), ("B", 0.966667, {}), ("C", 0.866667, {"D": 0.1})],
        ),
        # Two texts that differ in the same place by the same character add up; both places of a text count.
        (0.7, [("AXC", 0.1), ("XBC", 0.2)], (), [("A", 0.8, {"X": 0.2}), ("B", 0.9, {"X": 0.1}), ("C", 1, {})]),
        # A character too few is an empty one in its place; one too many says nothing of those that are there.
        (0.9, [("AB", 0.1)], (), [("A", 1, {}), ("B", 1, {}), ("C", 0.9, {"": 0.1})]),
        (0.9, [("ABCD", 0.1)], (), [("A", 1, {}), ("B", 1, {}), ("C", 1, {})]),
        # Another plate altogether says nothing of single characters, but takes its share.
        (0.7, [("XYC", 0.3)], (), [("A", 1, {}), ("B", 1, {}), ("C", 1, {})]),
        # The text itself, an empty one and one that is never right are no others.
        (0.8, [("ABC", 0.8), ("", 0.5), ("-", 0.5), ("ABD", 0)], (), []),
        (0.8, [], (), []),
        (0.8, [], (0.1, 0.2), []),
        # Each character's own confidence counts where there is one for each.
        (0.8, [], (0.1, 0.2, 0.3), [("A", 0.1, {}), ("B", 0.2, {}), ("C", 0.3, {})]),
        (0.8, [("ABD", 0.1)], (0.1, 0.2, 0.3), [("A", 0.1, {}), ("B", 0.2, {}), ("C", 0.3, {"D": 0.1})]),
        # Of a text that is sure nothing is left for others.
        (1.0, [("ABD", 0.5)], (), [("A", 1, {}), ("B", 1, {}), ("C", 1, {"D": 0})]),
    ],
)
def test_what_each_character_may_be(
    confidence: float, candidates: list[tuple[str, float | None]], own: Any, expected: list[Any]
) -> None:
    found = characters_of("ABC", confidence, candidates, own)
    assert [(one.character, one.confidence, dict(one.alternatives)) for one in found] == expected
    assert [list(dict(one.alternatives)) for one in found] == [list(alternatives) for *_, alternatives in expected]


def test_a_plate_without_characters_has_none() -> None:
    assert characters_of("", 0.5, [("ABC", 0.5)], ()) == ()
