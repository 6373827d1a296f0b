"""Texts that owners choose: words, names and numbers cut to a plate's length, as personalized plates carry them."""

from __future__ import annotations

from typing import Final

import numpy as np

__all__ = ["vanity_text"]

_WORDS: Final = (
    "LOVE", "BEACH", "GOLF", "FISH", "MUSIC", "DANCE", "HAPPY", "SUNNY", "LUCKY", "TURBO", "RACER", "DRIVE", "CRUISE",
    "SURF", "SKI", "BIKE", "RIDE", "HIKE", "CAMP", "SAIL", "FLY", "JAZZ", "ROCK", "BLUES", "PIANO", "CHEF", "BAKER",
    "NURSE", "COACH", "TEACH", "LAWYER", "DOC", "VET", "GRAMMY", "NANA", "PAPA", "MOM", "DAD", "BABY", "QUEEN", "KING",
    "BOSS", "ANGEL", "EAGLE", "HAWK", "WOLF", "BEAR", "TIGER", "LION", "HORSE", "PUPPY", "KITTY", "BUNNY", "TURTLE",
    "STAR", "MOON", "SKY", "OCEAN", "RIVER", "LAKE", "HILL", "PEAK", "SNOW", "WIND", "FIRE", "GOLD", "RUBY", "JADE",
    "VIPER", "COBRA", "STANG", "VETTE", "JEEP", "TRUCK", "DIESEL", "HEMI", "BUG", "MINI", "ZOOM", "VROOM", "QUICK",
    "FAST", "LOUD", "QUIET", "WILD", "FREE", "CRAZY", "SASSY", "FUNKY", "GROOVY", "ZEN", "YOGA", "JOY", "HOPE", "FAITH",
    "GRACE", "PEACE", "WHY", "WOW", "OMG", "OUI", "YES", "NOPE", "GOGO", "XOXO", "VAMOS", "ALOHA", "QUILT", "WAVES",
)  # fmt: skip
_NAMES: Final = (
    "AVA", "EMMA", "MIA", "LUNA", "ZOE", "IVY", "RUBY", "NORA", "JUNE", "OLIVIA", "MAYA", "JACK", "LEO", "MAX", "OWEN",
    "LUKE", "HENRY", "OSCAR", "FELIX", "HUGO", "IVAN", "QUINN", "RAY", "BOB", "TOM", "JIM", "SUE", "KIM", "WENDY",
)  # fmt: skip
_BEFORE: Final = ("MY", "GO", "I", "IM", "MS", "MR", "DR", "THE", "OUR", "2", "4", "LIL", "BIG", "GR8", "1", "X", "EZ")
_AFTER: Final = (
    "1",
    "2",
    "4U",
    "ME",
    "4ME",
    "GO",
    "R",
    "RS",
    "FAN",
    "77",
    "01",
    "LVR",
    "GUY",
    "GAL",
    "S",
    "X",
    "Z",
    "JR",
)
_SPELLED: Final = {"TO": "2", "FOR": "4", "ATE": "8", "EAT": "8", "O": "0", "I": "1", "E": "3", "S": "5", "YOU": "U"}


def vanity_text(rng: np.random.Generator, *, longest: int = 7) -> str:
    """Make up a personalized text.

    Args:
        rng: source of chance.
        longest: the most characters it may have.

    Returns:
        2 to `longest` characters A-Z and 0-9; sometimes a space or a dash within, which is no part of the serial.
    """
    kind = rng.random()
    if kind < 0.15:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        return "".join(rng.choice(list(letters), int(rng.integers(2, longest + 1))))
    if kind < 0.25:
        initials = "".join(rng.choice(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), int(rng.integers(2, 4))))
        return _joined((initials, str(rng.integers(1, 1000))), longest, rng)
    word = str(rng.choice(_WORDS if rng.random() < 0.75 else _NAMES))
    if rng.random() < 0.3:
        old = str(rng.choice(list(_SPELLED)))
        word = word.replace(old, _SPELLED[old], 1)
    if rng.random() < 0.15 and len(word) > 4:
        word = word[0] + "".join(letter for letter in word[1:] if letter not in "AEIOU")
    choice = rng.random()
    if choice < 0.3:
        return _joined((str(rng.choice(_BEFORE)), word), longest, rng)
    if choice < 0.65:
        return _joined((word, str(rng.choice(_AFTER))), longest, rng)
    if choice < 0.75:
        return _joined((word, str(rng.choice(_WORDS))), longest, rng)
    return word[:longest] if len(word) > 1 else word + word


def _joined(words: tuple[str, str], longest: int, rng: np.random.Generator) -> str:
    first, second = words
    text = (first + second)[:longest]
    if rng.random() < 0.25 and len(text) > len(first):
        mark = " " if rng.random() < 0.6 else "-"
        return text[: len(first)] + mark + text[len(first) :]
    return text
