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
