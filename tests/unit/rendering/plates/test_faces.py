"""The typefaces."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from rendering.plates.faces import FACES, Face, draw_word, word_width


@pytest.mark.parametrize("name", FACES)
def test_faces_draw_every_character_within_its_box(name: str) -> None:
    face: Face = FACES[name]
    for character in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
        width = word_width(character, 60, face)
        mask = np.zeros((100, 120), dtype=np.uint8)
        draw_word(mask, character, (20, 20, 20 + width, 80), face)
        x, y, columns, rows = cv2.boundingRect(mask)
        assert columns > 3
        assert rows > 50
        assert x >= 16
        assert y >= 17
        assert x + columns <= 20 + width + 5
        assert y + rows <= 84
