"""Rendered plates: serials in real formats, pictures of one size, the same chance gives the same plate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering.plates.designs import DESIGNS, JURISDICTIONS
from rendering.plates.standard import PLATE_HEIGHT, PLATE_WIDTH, WornCharacter, random_serial, render_plate

jurisdictions = st.sampled_from(JURISDICTIONS)
seeds = st.integers(0, 2**32 - 1)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def shape_of(serial: str) -> str:
    return "".join("A" if character.isalpha() else "9" for character in serial)


def test_all_states_and_the_district_have_a_plate() -> None:
    assert len(JURISDICTIONS) == 51
    assert len(set(JURISDICTIONS)) == 51
    assert all(len(code) == 5 and code.startswith("US-") for code in JURISDICTIONS)


@settings(deadline=None)
@given(jurisdictions, seeds)
def test_serials_run_as_the_jurisdiction_issues_them(jurisdiction: str, seed: int) -> None:
    serial = random_serial(jurisdiction, rng(seed))
    formats = {
        "".join(slot.replace("0", "9") for slot in pattern if slot in "A90")
        for pattern in DESIGNS[jurisdiction].serials
    }
    assert shape_of(serial) in formats
    assert not set(serial) & set("IOQ")


@settings(deadline=None, max_examples=40)
@given(jurisdictions, seeds)
def test_every_plate_is_a_picture_of_the_same_size(jurisdiction: str, seed: int) -> None:
    plate = render_plate(random_serial(jurisdiction, rng(seed)), jurisdiction, rng(seed))
    assert plate.image.shape == (PLATE_HEIGHT, PLATE_WIDTH, 3)
    assert plate.image.dtype == np.uint8
    assert plate.image.std() > 15  # there is ink on it


def test_the_same_chance_gives_the_same_plate_and_other_chance_another() -> None:
    first, again = render_plate("UKW4183", "US-VA", rng(4)), render_plate("UKW4183", "US-VA", rng(4))
    assert np.array_equal(first.image, again.image)
    assert not np.array_equal(first.image, render_plate("UKW4183", "US-VA", rng(5)).image)


def test_a_serial_is_taken_with_separators_and_in_any_case() -> None:
    plate = render_plate("ukw-4183", "US-VA", rng())
    assert (plate.text, plate.jurisdiction) == ("UKW4183", "US-VA")
    assert np.array_equal(plate.image, render_plate("UKW4183", "US-VA", rng()).image)


@pytest.mark.parametrize("serial", ["A", "HAVFUN", "12345678"])
def test_vanity_serials_fit_the_plate(serial: str) -> None:
    image = render_plate(serial, "US-VA", rng(2)).image
    ink = (image[90:170].astype(int).sum(axis=2) < 380).any(axis=0)
    assert not ink[14:22].any()
    assert not ink[-22:-14].any()


@pytest.mark.parametrize("worn", [WornCharacter(0, "7", 1.0), WornCharacter(0, "7", 0.5, faint=0.6)])
def test_worn_paint_changes_its_own_character_only(worn: WornCharacter) -> None:
    new = render_plate("TXB4927", "US-VA", rng(3)).image.astype(int)
    old = render_plate("TXB4927", "US-VA", rng(3), worn=worn).image.astype(int)
    changed = np.abs(new - old).max(axis=2).any(axis=0).nonzero()[0]
    assert changed.size
    assert changed.max() < PLATE_WIDTH * 0.2


def test_a_faint_character_keeps_its_place_but_loses_contrast() -> None:
    new = render_plate("TXB4927", "US-VA", rng(3)).image.astype(int)
    faint = render_plate("TXB4927", "US-VA", rng(3), worn=WornCharacter(0, "T", 0.0, faint=0.7)).image.astype(int)
    places = (new[80:180, :90].sum(axis=2) < 350).nonzero()
    assert places[0].size
    assert faint[80:180, :90][places].mean() > new[80:180, :90][places].mean() + 60


def test_a_font_may_replace_the_dies() -> None:
    own = render_plate("UKW4183", "US-VA", rng(6))
    other = render_plate("UKW4183", "US-VA", rng(6), font="sans")
    assert other.text == own.text
    assert other.image.shape == own.image.shape
    assert not np.array_equal(own.image, other.image)


def test_an_unknown_jurisdiction_is_refused() -> None:
    with pytest.raises(KeyError):
        render_plate("ABC123", "US-XX", rng())
