"""Pictures for people."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.pictures.annotate import annotate
from recognition.results import PictureRead
from schemas.types import Box


@pytest.mark.parametrize("box", [Box(50, 50, 110, 70), Box(0, 0, 60, 20), Box(180, 100, 240, 140), Box(-5, -5, 3, 3)])
def test_annotation_draws_on_a_copy_wherever_the_plate_is(box: Box) -> None:
    frame = np.full((120, 200, 3), 90, np.uint8)
    drawn = annotate(frame, [PictureRead(box, 0.9, "ABC1234", 0.97, ())])
    assert (frame == 90).all()
    assert drawn.shape == frame.shape
    assert (drawn != frame).any(axis=2).sum() > 50


COLOR = (40, 200, 40)


@pytest.mark.parametrize(
    ("size", "thickness"), [((200, 300), 1), ((599, 900), 1), ((601, 900), 2), ((900, 601), 2), ((1000, 1000), 2)]
)
def test_the_box_is_drawn_where_the_plate_is_the_text_above_it(size: tuple[int, int], thickness: int) -> None:
    frame = np.full((*size, 3), 90, np.uint8)
    drawn = annotate(frame, [PictureRead(Box(50.4, 99.6, 149.6, 140.4), 0.9, "ABC1234", 0.97, ())])
    colored = (drawn == COLOR).all(axis=2)
    # A line of whole pixels within the box, at each of its sides.
    for row, column in ((120, 50), (120, 149), (139, 100)):
        assert colored[row, column]
    assert not colored[115:125, 60:140].any()
    text = (drawn != frame).any(axis=2)[: 100 - thickness]
    rows, columns = np.nonzero(text)
    assert (rows.max(), columns.min()) == (99 - thickness, 50)
    assert (drawn[rows.min() : 98, 50:60] != 90).any()


def test_at_the_pictures_top_the_text_stands_below_and_nowhere_beyond_its_sides() -> None:
    frame = np.full((200, 300, 3), 90, np.uint8)
    drawn = annotate(frame, [PictureRead(Box(250, 4, 296, 30), 0.9, "ABC1234", 0.97, ())])
    rows, columns = np.nonzero((drawn != frame).any(axis=2))
    assert rows.min() == 4
    below = columns[rows > 31]
    assert len(below) > 0
    assert below.min() < 250
    assert below.max() == 299
    far = annotate(frame, [PictureRead(Box(-40, 100, 6, 126), 0.9, "ABC1234", 0.97, ())])
    assert (far[80:99, 0] == COLOR).all(axis=1).any()


def test_a_read_without_a_box_is_left_out() -> None:
    frame = np.full((200, 300, 3), 90, np.uint8)

    class Read:
        plate, confidence, box = "ABC1234", 0.9, None

    assert (annotate(frame, [Read()]) == frame).all()
