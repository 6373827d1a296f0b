"""Draws US plates to train the reader with: the states' designs with their own formats and as vanity plates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from recognition.training.examples.look_alikes import random_character, with_look_alikes
from recognition.training.examples.reader_format import SLOTS
from rendering.plates.designs import JURISDICTIONS
from rendering.plates.generator import draw_plate
from rendering.plates.standard import random_serial, render_plate
from schemas.types import Image

# Labels leave stacked characters out, and plates of two lines are put in one row before they are read.
_NOT_LEARNED = ("stacked", "two-line")
_GENERATED = 0.6  # share of plates of every class and style; the others have texts chosen to be hard

# What people order: whole words, and parts that make word-like texts.
_WORDS = (
    "LOVE", "MOM", "DAD", "FAMILY", "BLESSED", "JESUS", "FAITH", "HOPE", "GOLFER", "FISHING", "HUNTER", "RACER",
    "SPEEDY", "TURBO", "MUSTANG", "CAMARO", "VETTE", "JEEP", "TRUCK", "BMW", "TESLA", "EVPOWER", "NOGAS", "VOLT",
    "ZOOM", "VROOM", "BEACH", "SURFER", "SAILING", "WINERY", "HIKER", "SKIER", "RUNNER", "DANCER", "SINGER",
    "TEACHER", "NURSE", "DOCTOR", "LAWYER", "PILOT", "CHEF", "COWBOY", "COWGIRL", "KITTY", "PUPPY", "DOGMOM",
    "CATMOM", "WOLF", "EAGLE", "TIGER", "BADGER", "COUGARS", "HUSKERS", "BUCKEYE", "GATORS", "AGGIES", "HUSKY",
    "PACKERS", "YANKEES", "REDSOX", "CUBS", "HAPPY", "SMILE", "DREAM", "ENJOY", "RELAX", "FREEDOM", "LIBERTY", "USA",
    "ARMYVET", "MARINE", "NAVYVET", "USAF", "GR8DAY", "2FAST4U", "L8R", "M8", "B4U", "IMLATE", "CUL8R", "GOODGUY",
    "BIGDOG", "LILRED", "MYTOY", "HISTOY", "HERJEEP", "OURVAN", "WEFISH", "IFLY", "IDRIVE", "ILUVNY", "LUVMYK9",
    "K9COP", "MRSMITH", "MSKITTY", "KATHY", "JENNY", "WILLIAM", "JOHNNY", "MICHAEL", "SUSAN", "LINDA", "BOBBY",
    "TOMMY", "SALLY", "VICKY", "WENDY", "YVONNE", "XAVIER", "ZACK", "QUEEN", "KING", "PRINCE", "WIZARD", "MUGGLE",
    "YODA", "JEDI", "VADER", "NCC1701", "OUTATIM",
)  # fmt: skip
_WORD_PARTS = (
    "CO", "VE", "LO", "RI", "DER", "MA", "XI", "QU", "ZE", "BO", "HI", "JO", "KA", "WI", "TY", "GO", "FUN", "SEA",
    "MY", "VW", "HW", "UV", "NH", "WM", "EFF", "ZZ", "KX", "GC", "BB", "SS",
)  # fmt: skip


def font_files(folder: Path | None) -> tuple[str, ...]:
    """List the TrueType files of a folder, by name; none without a folder."""
    return () if folder is None else tuple(str(path) for path in sorted(folder.glob("*.ttf")))


def draw_us(rng: np.random.Generator, fonts: Sequence[str]) -> tuple[Image, str]:
    """Draw a US plate.

    Args:
        rng: Source of chance.
        fonts: TrueType files; half of the plates use one of them where there are any.

    Returns:
        uint8 (H, W, 3) BGR, tight around the plate, and its serial of up to 9 characters.
    """
    if rng.random() < _GENERATED:
        generated = draw_plate(rng, fonts=fonts, width=260)
        if len(generated.text) <= SLOTS and generated.style not in _NOT_LEARNED:
            return generated.image, generated.text
    jurisdiction = JURISDICTIONS[int(rng.integers(len(JURISDICTIONS)))]
    serial = with_look_alikes(random_serial(jurisdiction, rng), rng) if rng.random() < 0.3 else _vanity(rng)
    font = str(rng.choice(fonts)) if fonts and rng.random() < 0.5 else None
    plate = render_plate(serial, jurisdiction, rng, font=font)
    return _half(plate.image), plate.text


def _vanity(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.2:
        word = str(rng.choice(_WORDS))
        word += str(rng.integers(1, 100)) if rng.random() < 0.25 else ""
        return with_look_alikes(word, rng, across=True)[: SLOTS - 1] if rng.random() < 0.4 else word[: SLOTS - 1]
    if kind < 0.45:
        word = "".join(rng.choice(_WORD_PARTS, int(rng.integers(1, 4))))
        return (word + (str(rng.integers(1, 100)) if rng.random() < 0.4 else ""))[: SLOTS - 1]
    length = int(rng.choice([2, 3, 4, 5, 6, 7, 8], p=[0.03, 0.04, 0.1, 0.2, 0.25, 0.33, 0.05]))
    return "".join(random_character("#", rng) for _ in range(length))


def _half(image: Image) -> Image:
    height, width = image.shape[:2]
    return cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
