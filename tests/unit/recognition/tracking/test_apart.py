"""A track whose boxes hold two plates each: the front one's observations take the place of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from recognition.reading.fusion import FusedRead
from recognition.tracking.apart import told_apart
from recognition.tracking.observation import Observation, observe
from recognition.tracking.track import Track
from schemas.types import Box, Frame, Image, PlateDetection
from tests.unit.recognition.tracking.samples import Shades, frame

BESIDE_ANOTHER = 0.67

WHOLE = Box(100, 100, 200, 200)
UPPER, LOWER, NARROW = Box(100, 100, 200, 148), Box(100, 152, 200, 200), Box(105, 152, 190, 200)
TEXTS: dict[int, str | tuple[str, float]] = {
    0: ("AXC1276", 0.8),
    1: "ABC1234",
    2: ("XYZ9076", 0.99),
    3: ("XYZ9O76", 0.99),
    4: ("AXC1276", 0.99),
}
READ = FusedRead("AXC1276", 0.35, ())


def shown(number: int, upper: int, lower: int, part: Box = LOWER) -> Frame:
    """A frame with two plates in one box, in two shades."""
    return frame(number / 10, (upper, UPPER), (lower, part))


class Closely:
    """A closer look: in each observation's turn the given parts of the frame are found in its picture."""

    def __init__(self, observations: Sequence[Observation], *parts: Sequence[PlateDetection]) -> None:
        self.known = list(zip(observations, parts, strict=True))
        self.looks = 0

    def __call__(self, picture: Image, inner: Box) -> list[PlateDetection]:
        observation, parts = self.known[self.looks]
        assert picture is observation.picture
        assert inner is observation.inner
        self.looks += 1
        x, y = inner.x1 - WHOLE.x1, inner.y1 - WHOLE.y1
        return [
            PlateDetection(Box(p.box.x1 + x, p.box.y1 + y, p.box.x2 + x, p.box.y2 + y), p.confidence) for p in parts
        ]


def apart(
    *looks: tuple[int, int, Sequence[PlateDetection]], whole: FusedRead = READ
) -> tuple[list[tuple[int, str]], float, int, list[Observation], list[Frame]]:
    """Numbers and texts of the front plate's observations, the most confidence, and how many looks there were."""
    frames = [shown(n, *one[:2], (one[2] or [found(LOWER)])[-1].box) for n, one in enumerate(looks)]
    observations = [observe(one, PlateDetection(WHOLE, 0.8)) for one in frames]
    closely = Closely(observations, *[one[2] for one in looks])
    kept, most = told_apart(observations, whole, Shades(TEXTS), closely)  # type: ignore[arg-type]
    texts = [(one.frame_number, one.reading.text) for one in kept if one.reading]
    return texts, most, closely.looks, kept, frames


def found(place: Box, confidence: float = 0.6) -> PlateDetection:
    return PlateDetection(place, confidence)


BOTH = [found(UPPER), found(LOWER, 0.9)]


def fields(one: Observation) -> dict[str, Any]:
    names = ("frame_number", "captured_at", "box", "confidence", "quality", "inner")
    return {name: getattr(one, name) for name in names}


def test_the_front_plate_is_kept_as_if_its_own_box_had_been_found() -> None:
    texts, most, _, kept, frames = apart(*[(1, 2, BOTH)] * 4)
    assert (texts, most) == ([(n, "ABC1234") for n in range(3)], 1.0), "the three best are looked at"
    for one, seen in zip(kept, frames, strict=False):
        expected = observe(seen, PlateDetection(UPPER, 0.6))
        assert fields(one) == fields(expected)
        assert np.array_equal(one.picture, expected.picture)
        assert one.picture.base is None, "the outer picture need not be kept"
    (_, *_), _, _, kept, frames = apart((2, 1, BOTH))
    assert fields(kept[0]) == fields(observe(frames[0], PlateDetection(LOWER, 0.8))), "no surer than the box was"


@pytest.mark.parametrize(
    ("looks", "texts", "times"),
    [
        # Where the best one shows one plate, the others are not looked at.
        ([(1, 2, []), (1, 2, BOTH)], [], 1),
        ([(1, 2, BOTH), (1, 2, []), (1, 2, BOTH)], [(0, "ABC1234"), (2, "ABC1234")], 3),
        # It was read as the front plate all along.
        ([(4, 2, BOTH), (1, 2, BOTH)], [], 1),
        ([(1, 2, BOTH), (1, 4, BOTH), (1, 2, BOTH)], [], 2),
        # All of the same plate, though another one is surer elsewhere; O and zero are one.
        (
            [(2, 2, [found(LOWER)]), (1, 2, BOTH), (1, 3, BOTH)],
            [(0, "XYZ9076"), (1, "XYZ9076"), (2, "XYZ9O76")],
            3,
        ),
        ([(1, 2, BOTH), (2, 2, BOTH)], [(0, "ABC1234")], 2),
    ],
)
def test_observations_of_the_front_plate_are_all_of_one_text(
    looks: list[tuple[int, int, Sequence[PlateDetection]]], texts: list[tuple[int, str]], times: int
) -> None:
    told, most, looked, _, _ = apart(*looks)
    assert (told, most, looked) == (texts, 1.0, times)


def test_a_part_has_to_read_more_surely_than_all_of_it() -> None:
    assert apart((0, 2, [found(LOWER)]), whole=FusedRead("AXC1276", 0.99, ()))[0] == []
    assert apart((0, 2, [found(LOWER)]), whole=FusedRead("AXC1276", 0.8, ()))[0] == [(0, "XYZ9076")]


def test_what_is_beside_another_plate_is_no_surer_than_such_reads_are_right() -> None:
    beside, whole = [found(NARROW)], [found(LOWER)]
    assert apart((0, 2, beside), (0, 2, whole))[:2] == ([(0, "XYZ9076"), (1, "XYZ9076")], BESIDE_ANOTHER)
    assert apart((0, 2, whole), (0, 2, beside))[:2] == ([(0, "XYZ9076"), (1, "XYZ9076")], BESIDE_ANOTHER)


def pair_track() -> Track:
    made = Track(1, shown(0, 1, 2), PlateDetection(WHOLE, 0.8), 0.99)
    for number in (1, 2):
        made.add(shown(number, 1, 2), PlateDetection(WHOLE, 0.8))
    return made


@pytest.mark.parametrize(("part", "most"), [(LOWER, 1.0), (NARROW, BESIDE_ANOTHER)])
def test_a_track_that_reads_unsurely_is_read_as_the_front_plate(part: Box, most: float) -> None:
    track, ocr = pair_track(), Shades(TEXTS)
    closely = Closely(track.observations, *[[found(part)]] * 3)
    read = track.read_last(ocr, closely)  # type: ignore[arg-type]
    assert read.plate == "XYZ9076"
    assert read.confidence == min(read.confidence, most)
    assert (read.confidence == most) is (most < 1)
    assert [one.box for one in track.observations] == [part] * 3
    assert track.read_last(ocr, lambda picture, inner: []) == read  # type: ignore[arg-type]


def test_a_track_whose_boxes_hold_one_plate_stays_as_it_is() -> None:
    track, ocr = pair_track(), Shades(TEXTS)
    before = track.read_last(ocr)  # type: ignore[arg-type]
    assert before.plate == "AXC1276"
    assert track.read_last(ocr, lambda picture, inner: []) == before  # type: ignore[arg-type]
    ocr.sure_enough = before.confidence

    def no_look(picture: Image, inner: Box) -> list[PlateDetection]:
        raise AssertionError("what is sure enough needs no closer look")

    assert track.read_last(ocr, no_look) == before  # type: ignore[arg-type]
