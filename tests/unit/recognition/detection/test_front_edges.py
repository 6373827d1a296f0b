"""The plate in front, of two that lie over one another in one box."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from recognition.detection.front_edges import DEFAULT_WEIGHTS, EDGES, PLACES, FrontEdges
from recognition.engines import whole_plate
from rendering.plates.designs import JURISDICTIONS
from rendering.plates.standard import random_serial
from schemas.errors import ConfigurationError
from schemas.types import Box, Image, PlateDetection
from tests.unit.recognition.pairs import drawn, on_vehicle, pair

PICTURE = np.full((300, 600, 3), 90, np.uint8)
WHOLE = Box(100, 50, 300, 150)
"""Seen with .12 of its height around it: 224 pixels from x 88, 124 from y 38."""


@pytest.fixture(scope="module")
def edges() -> FrontEdges:
    return FrontEdges()


def corners(box: Box) -> tuple[float, float, float, float]:
    return box.x1, box.y1, box.x2, box.y2


SHOWN = [(0.25, 0), (-0.25, 0), (0.35, -0.2), (-0.35, 0.2), (0, -0.3), (0, 0.3)]


@pytest.mark.parametrize(("right", "down"), SHOWN)
def test_what_shows_of_a_plate_behind_is_taken_off(right: float, down: float, edges: FrontEdges) -> None:
    whole = Box(600 + min(right, 0) * 150, 400 + min(down, 0) * 75, 750 + max(right, 0) * 150, 475 + max(down, 0) * 75)
    for front, rear in (("UKW4183", "KTR4821"), ("RJD2760", "TMP3377"), ("HJR6142", "VBX9054")):
        (found,) = edges.narrowed(pair(front, rear, right, down), [PlateDetection(whole, 0.7)])
        assert found.confidence == 0.7
        assert corners(found.box) == pytest.approx((600, 400, 750, 475), abs=6)


def test_plates_alone_keep_their_boxes(edges: FrontEdges) -> None:
    rng = np.random.default_rng(4)
    places = [(450 + 220 * column, 240 + 120 * row) for row in range(3) for column in range(2)]
    for start in range(0, len(JURISDICTIONS), len(places)):
        plates, found = [], []
        for number, place in zip(range(start, len(JURISDICTIONS)), places, strict=False):
            plate = drawn(random_serial(JURISDICTIONS[number], rng), (70, 110, 160)[number % 3], number)
            (height, width), (x, y) = plate.shape[:2], place
            plates.append((plate, x, y))
            found.append(PlateDetection(Box(x - 2, y - 1, x + width + 1, y + height + 2), 0.9))
        assert edges.narrowed(on_vehicle(*plates), found) == found


class Saying:
    """Stands for the network: says where edges are, and how sure it is."""

    def __init__(self, *answers: tuple[tuple[float, float, float, float], float]) -> None:
        self.answers = answers
        self.asked: list[tuple[int, ...]] = []

    def get_inputs(self) -> list[Any]:
        return [type("Input", (), {"name": "input", "shape": ["batch", 64, 128, 3]})]

    def get_outputs(self) -> list[Any]:
        return [type("Output", (), {"name": "edges", "shape": ["batch", len(EDGES), PLACES]})]

    def run(self, names: None, given: dict[str, Image]) -> list[npt.NDArray[np.float32]]:
        self.asked.append(given["input"].shape)
        out = np.zeros((len(self.answers), len(EDGES), PLACES), np.float32)
        for one, (places, sureness) in zip(out, self.answers, strict=True):
            for edge, place in zip(one, places, strict=True):
                at = round(place * PLACES - 0.5)
                edge[at] = sureness
                edge[(at + PLACES // 2) % PLACES] = 1 - sureness
        return [out]


def place(number: int) -> float:
    return (number + 0.5) / PLACES


WHERE_IT_IS = (place(2), place(4), place(37), place(35))


def told(monkeypatch: pytest.MonkeyPatch, *answers: tuple[tuple[float, float, float, float], float]) -> FrontEdges:
    monkeypatch.setattr(whole_plate, "open_session", lambda *_: Saying(*answers))
    return FrontEdges()


def narrowed(monkeypatch: pytest.MonkeyPatch, places: tuple[float, ...], sureness: float = 1.0) -> tuple[float, ...]:
    edges = told(monkeypatch, ((places[0], places[1], places[2], places[3]), sureness))
    ((box),) = (one.box for one in edges.narrowed(PICTURE, [PlateDetection(WHOLE, 0.9)]))
    return corners(box)


def test_each_edge_moves_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = (place(9), place(8), place(31), place(31))
    moved = 88 + place(9) * 224, 38 + place(8) * 124, 88 + place(31) * 224, 38 + place(31) * 124
    assert narrowed(monkeypatch, WHERE_IT_IS) == corners(WHOLE)
    for edge in range(4):
        places = (*WHERE_IT_IS[:edge], inside[edge], *WHERE_IT_IS[edge + 1 :])
        expected = (*corners(WHOLE)[:edge], moved[edge], *corners(WHOLE)[edge + 1 :])
        assert narrowed(monkeypatch, places) == pytest.approx(expected, abs=0.01)
    assert narrowed(monkeypatch, inside) == pytest.approx(moved, abs=0.01)


def test_what_is_little_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    # 224 pixels are 40 places of 5.6; a box of 200 has to lose 18, its right edge to be at 282 or less.
    for number, moves in ((36, False), (35, False), (34, True)):
        x2 = narrowed(monkeypatch, (*WHERE_IT_IS[:2], place(number), WHERE_IT_IS[3]))[2]
        assert (x2 < 300) == moves, 88 + place(number) * 224


def test_what_would_be_half_a_plate_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    # A box 100 high has to keep 150: its right edge to be at 250 or more.
    for number, moves in ((29, True), (28, False)):
        x2 = narrowed(monkeypatch, (*WHERE_IT_IS[:2], place(number), WHERE_IT_IS[3]))[2]
        assert (x2 < 300) == moves, 88 + place(number) * 224
    # What shows above or below takes nothing off the width, and a plate with two rows is no wider.
    square = Box(100, 50, 220, 170)
    edges = told(monkeypatch, ((place(2), place(12), place(37), place(35)), 1.0))
    (found,) = edges.narrowed(PICTURE, [PlateDetection(square, 0.9)])
    assert found.box.y1 > 65
    assert found.box.x2 == 220


def test_two_plates_that_both_show_are_left_to_a_closer_look(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of 100 pixels of height 70 have to be left, its upper edge to be at 80 or less: places of 3.1 from y 38.
    for number, moves in ((13, True), (14, False)):
        y1 = narrowed(monkeypatch, (WHERE_IT_IS[0], place(number), *WHERE_IT_IS[2:]))[1]
        assert (y1 > 50) == moves, 38 + place(number) * 124
    # Of a wide one 240 of 400.
    wide = Box(100, 50, 500, 150)
    for number, moves in ((24, True), (22, False)):
        edges = told(monkeypatch, ((place(1), place(4), place(number), place(35)), 1.0))
        (found,) = edges.narrowed(PICTURE, [PlateDetection(wide, 0.9)])
        assert (found.box.x2 < 500) == moves, 88 + place(number) * 424


def test_what_is_unsure_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = (*WHERE_IT_IS[:2], place(30), WHERE_IT_IS[3])
    assert narrowed(monkeypatch, inside, 0.69) == corners(WHOLE)
    assert narrowed(monkeypatch, inside, 0.71)[2] == pytest.approx(88 + place(30) * 224, abs=0.01)


def test_narrow_plates_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = (*WHERE_IT_IS[:2], place(30), WHERE_IT_IS[3])
    edges = told(monkeypatch, (inside, 1.0))
    narrow = PlateDetection(Box(400, 50, 439, 70), 0.8)
    wide = PlateDetection(Box(400, 150, 440, 170), 0.7)
    small, large = edges.narrowed(PICTURE, [narrow, wide])
    assert small == narrow
    assert large.box.x2 < wide.box.x2
    assert edges.narrowed(PICTURE, [narrow]) == [narrow]
    assert edges.narrowed(PICTURE, []) == []
    flat = PlateDetection(Box(100, 50, 300, 50), 0.3)
    assert edges.narrowed(PICTURE, [flat]) == [flat], "a detector's box may have no height"


def test_no_plate_is_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = (*WHERE_IT_IS[:2], place(30), WHERE_IT_IS[3])
    front = Box(*narrowed(monkeypatch, inside))
    own = dataclasses.replace(front, x2=front.x2 + 2)
    edges = told(monkeypatch, (inside, 1.0), (WHERE_IT_IS, 1.0), (inside, 1.0))
    found = [PlateDetection(WHOLE, 0.9), PlateDetection(own, 0.8), PlateDetection(WHOLE, 0.7)]
    assert edges.narrowed(PICTURE, found) == [found[1]], "its own box is the more exact one"
    both = told(monkeypatch, (inside, 1.0), (inside, 1.0))
    assert both.narrowed(PICTURE, [found[0], found[2]]) == [PlateDetection(front, 0.9)]


def test_missing_and_other_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such weights for plates in front"):
        FrontEdges(tmp_path / "none.onnx")
    with pytest.raises(ConfigurationError, match=r"plate-state-v1\.onnx: takes .* and tells \[52\]; expected"):
        FrontEdges(DEFAULT_WEIGHTS.with_name("plate-state-v1.onnx"))
