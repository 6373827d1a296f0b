"""The strokes that words and serials are made of."""

from __future__ import annotations

import numpy as np

from rendering.plates.designs import DESIGNS
from rendering.plates.glyphs import PATHS, Die, advance, draw_text


def test_every_word_on_a_plate_has_its_glyphs() -> None:
    words = "".join(design.name + design.slogan for design in DESIGNS.values()) + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    assert set(words) - {" "} <= set(PATHS)


def test_text_takes_the_width_that_was_announced() -> None:
    die = Die(height=100, width=50, stroke=12, gap=10)
    mask = np.zeros((140, 500), dtype=np.uint8)
    draw_text(mask, "HDO8", 20, 20, die)
    columns, rows = mask.any(axis=0).nonzero()[0], mask.any(axis=1).nonzero()[0]
    assert abs(columns[0] - 20) <= 1
    assert abs(columns[-1] - (20 + advance("HDO8", die))) <= 2
    assert abs(rows[0] - 20) <= 1
    assert abs(rows[-1] - 120) <= 2
