"""Passes that were handed on: for how long, and where, their vehicle may be seen again."""

from __future__ import annotations

import pytest

from recognition.tracking.again import HandedOn
from tests.unit.recognition.tracking.samples import track


@pytest.mark.parametrize(
    ("gap", "x", "text", "goes_on"),
    [
        # Ten seconds wherever it is, half a minute near where it was.
        *((10.0, 900, "ABC1234", True), (10.01, 900, "ABC1234", False), (10.01, 100, "ABC1234", True)),
        *((30.0, 340, "ABC1234", True), (30.0, 341, "ABC1234", False), (30.01, 100, "ABC1234", False)),
        *((1.0, 100, "ABC1235", False), (1.0, 100, "ABC12", False), (-3.0, 900, "ABC1234", True)),
    ],
)
def test_a_pass_goes_on_where_its_text_is_seen_again_soon_or_in_its_place(
    gap: float, x: float, text: str, *, goes_on: bool
) -> None:
    handed_on = HandedOn()
    assert not handed_on.holds(track(2, 1, 1 + gap, 9 + gap, x), text)
    handed_on.note(track(1, 1, 0, 1), "ABC1234")
    handed_on.note(track(3, 1, 0, 1, 500), "XYZ9876")
    assert handed_on.holds(track(2, 1, 1 + gap, 9 + gap, x), text) is goes_on


def test_where_and_when_a_text_was_last_seen_counts() -> None:
    handed_on = HandedOn()
    handed_on.note(track(1, 1, 0, 1, 900), "ABC1O34")
    handed_on.note(track(2, 1, 20, 21, 100), "ABC1034")  # the letter O and zero are one
    assert handed_on.holds(track(3, 1, 51, 52, 100), "ABC1034")
    assert not handed_on.holds(track(3, 1, 51.1, 52, 100), "ABC1034")
    assert not handed_on.holds(track(3, 1, 40, 41, 900), "ABC1034")


def test_sixty_four_passes_of_half_a_minute_are_kept() -> None:
    handed_on = HandedOn()
    for number in range(70):
        handed_on.note(track(number, 1, 0, 1, looks=1), f"ABC{1000 + number}")
    kept = [number for number in range(70) if handed_on.holds(track(99, 1, 2, 3), f"ABC{1000 + number}")]
    assert kept == list(range(6, 70))
    assert len(handed_on._passes) == 64
    handed_on.note(track(99, 1, 0, 30.0, looks=2), "XYZ9876")
    assert len(handed_on._passes) == 64, "thirty seconds after they were last seen"
    handed_on.note(track(99, 1, 0, 30.1, looks=2), "XYZ9877")
    assert [one.text for one in handed_on._passes] == ["XYZ9876", "XYZ9877"]
