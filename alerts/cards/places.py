"""Where a vehicle is, in words for whoever drives: which way it goes, and on which side."""

from __future__ import annotations

from typing import Final

from alerts.cards.card import Place

_POINTS: Final = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
_WAYS: Final = {"approaching": "oncoming", "leaving": "ahead"}


def compass_word(heading: float | None) -> str:
    """Return a heading as a compass word, empty where there is none.

    Args:
        heading: Degrees clockwise from true north.
    """
    return "" if heading is None else _POINTS[round(heading / 45) % len(_POINTS)]


def where_words(place: Place) -> str:
    """Return where a vehicle is, like `looking west, oncoming, lane 2`: the way the camera looked, and how it moved."""
    point = compass_word(place.heading)
    parts = [f"looking {point}" if point else ""]
    parts += [_WAYS.get(part, part) for part in place.movement.split(", ")]
    return ", ".join(part for part in parts if part)
