"""The plate generator: every state and class drawable, the same chance the same plate, the text convention kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering.plates.designs import JURISDICTIONS
from rendering.plates.generator import GENERATED_CLASSES, STYLES, draw_plate
from rendering.serials.formats import PLATE_CLASSES, formats
from tests.unit.rendering.serials.samples import matches

seeds = st.integers(0, 2**32 - 1)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("plate_class", GENERATED_CLASSES)
def test_every_state_has_plates_of_every_class(plate_class: str) -> None:
    for index, jurisdiction in enumerate(JURISDICTIONS):
        plate = draw_plate(rng(index), jurisdiction=jurisdiction, plate_class=plate_class, width=120)
        assert (plate.jurisdiction, plate.plate_class) == (jurisdiction, plate_class)
        assert plate.image.shape == (69 if plate_class == "motorcycle" else 60, 120, 3)
        assert plate.image.dtype == np.uint8
        assert plate.image.std() > 10  # there is ink on it
        assert 1 <= len(plate.text) <= 8
        assert plate.text.isalnum()


def test_rare_classes_are_drawn_where_they_are_issued() -> None:
    for plate_class in PLATE_CLASSES:
        plate = draw_plate(rng(), plate_class=plate_class, style="standard")
        assert plate.jurisdiction in {one.jurisdiction for one in formats(None, plate_class)} | set(JURISDICTIONS)
    for jurisdiction in ("US-PR", "US-GU", "US"):
        assert draw_plate(rng(), jurisdiction=jurisdiction).jurisdiction == jurisdiction


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(JURISDICTIONS), seeds)
def test_a_standard_plate_carries_a_serial_of_its_state(jurisdiction: str, seed: int) -> None:
    plate = draw_plate(rng(seed), jurisdiction=jurisdiction, plate_class="passenger", style="standard", width=60)
    assert jurisdiction in {one.jurisdiction for one in matches(plate.text)}


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_the_same_chance_draws_the_same_plate_and_other_chance_another(seed: int) -> None:
    first, again, other = draw_plate(rng(seed)), draw_plate(rng(seed)), draw_plate(rng(seed + 1))
    assert np.array_equal(first.image, again.image)
    assert first.text == again.text
    assert first.image.shape != other.image.shape or not np.array_equal(first.image, other.image)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_is_drawn_as_asked(style: str) -> None:
    plate = draw_plate(rng(), style=style, plate_class="passenger", width=300)
    assert plate.style == style
    assert plate.image.shape == (150, 300, 3)


def test_unknown_wishes_are_refused() -> None:
    with pytest.raises(ValueError, match="style"):
        draw_plate(rng(), style="baroque")
    with pytest.raises(ValueError, match="class"):
        draw_plate(rng(), plate_class="submarine")
    with pytest.raises(KeyError):
        draw_plate(rng(), jurisdiction="US-XX", plate_class="motorcycle")
    with pytest.raises(ValueError, match="livery"):
        draw_plate(rng(), jurisdiction="US-AL", plate_class="livery", style="standard")
