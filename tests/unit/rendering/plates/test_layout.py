"""Serials laid out in lines."""

from __future__ import annotations

import numpy as np
import pytest

from rendering.plates.faces import FACES
from rendering.plates.layout import break_line, compose, plain_line, set_lines, text_of
from rendering.serials.formats import SerialFormat, drawable_formats, formats


def test_stacked_characters_are_read_from_top_to_bottom_in_their_place() -> None:
    form = SerialFormat("US-MN", "commercial", "{yA} 99{Z9}9", "B")
    (line,) = compose("YB12Z34", SerialFormat("US-MN", "commercial", "{yA} 99{[Z]9}9", "B"))
    assert form.jurisdiction == "US-MN"
    assert [(element.kind, element.text) for element in line] == [
        ("stack", "YB"),
        ("mark", " "),
        ("run", "12"),
        ("stack", "Z3"),
        ("run", "4"),
    ]
    assert text_of([line]) == "YB12Z34"
    mask = np.zeros((100, 400), dtype=np.uint8)
    set_lines(mask, [line], (0, 0, 400, 100), FACES["standard"], 80)
    first = int(np.flatnonzero(mask.any(axis=0))[0])
    rows = mask[:, first : first + 20].max(axis=1)
    assert rows.min() == 0
    assert rows[:50].max() > 0
    assert rows[50:].max() > 0  # one above the other


def test_lines_are_read_from_top_to_bottom() -> None:
    lines = compose("AB1234", SerialFormat("US-TX", "motorcycle", "AA/9999", "AB"))
    assert [text_of([line]) for line in lines] == ["AB", "1234"]
    assert text_of(lines) == "AB1234"
    assert text_of(break_line(plain_line("ABC-123"))) == "ABC123"
    assert len(break_line(plain_line("ABC123"))) == 2
    assert len(break_line(plain_line("AB"))) == 1


def test_emblems_stand_between_the_groups_and_are_no_part_of_the_text() -> None:
    (form,) = (one for one in formats("US-MO", "passenger") if one.confidence == "sourced")
    lines = compose("AB1C2D", form)
    mask = np.zeros((100, 300), dtype=np.uint8)
    (spot,) = set_lines(mask, lines, (0, 0, 300, 100), FACES["standard"], 60)
    assert text_of(lines) == "AB1C2D"
    assert 120 < spot.x < 180
    assert not mask[:, round(spot.x - spot.radius) : round(spot.x + spot.radius)].any()


def test_a_serial_of_another_format_cannot_be_laid_out() -> None:
    with pytest.raises(ValueError, match="pattern"):
        compose("123", drawable_formats("US-CA", "passenger")[0])
