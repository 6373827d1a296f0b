"""A vehicle from the words of a person: `2014 grey Honda Odyssey`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hotlists.codes.maps import load_codes
from hotlists.fields.vehicles import parse_year
from schemas.types import VehicleDescription

_WORD = re.compile(r"[^\s,;/]+")
_SHORT_YEAR = re.compile(r"['\u2019](\d{2})")
_FILLERS = frozenset({"a", "an", "the", "and", "over", "on", "or", "with", "in", "color", "colored", "colour"})
_MOST_COLORS = 2


def vehicle_of_words(text: str) -> VehicleDescription | None:
    """Return the vehicle that words describe; None where there are none.

    Year, colors (`black over silver` is `BLK/SIL`), make and style become NCIC's codes where
    `hotlists/codes/vehicle_words.toml` knows the words; everything else is the model, in the order of the words.

    Args:
        text: The words.
    """
    words = _Words(text)
    year = words.take_year()
    make = words.take(load_codes("vehicle_words")["makes"])
    colors: list[str] = []
    while len(colors) < _MOST_COLORS and (color := words.take(load_codes("vehicle_words")["colors"])):
        colors.append(color)
    style = words.take(load_codes("vehicle_words")["styles"])
    found = VehicleDescription(year, make, words.rest() or None, style, "/".join(colors) or None)
    return None if found == VehicleDescription() else found


class _Words:
    """Words of which the known ones are taken out."""

    def __init__(self, text: str) -> None:
        self._given = _WORD.findall(text)
        self._keys = [_key(word) for word in self._given]

    def take_year(self) -> int | None:
        for place, word in enumerate(self._given):
            short = _SHORT_YEAR.fullmatch(word)
            digits = short[1] if short else word
            if short or len(digits) == 4:
                year = parse_year(digits)
                if year is not None:
                    self._remove(place, 1)
                    return year
        return None

    def take(self, known: Mapping[str, str]) -> str | None:
        """Take out the first of the longest known phrases."""
        for length in range(min(3, len(self._keys)), 0, -1):
            for place in range(len(self._keys) - length + 1):
                # A make and a model may be written as one: Mercedes-Benz.
                phrase = " ".join(self._keys[place : place + length])
                if phrase in known:
                    self._remove(place, length)
                    return known[phrase]
        return None

    def rest(self) -> str:
        left = [word for word, key in zip(self._given, self._keys, strict=True) if key and key not in _FILLERS]
        return " ".join(left)

    def _remove(self, place: int, count: int) -> None:
        del self._given[place : place + count]
        del self._keys[place : place + count]


def _key(word: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", word.casefold()))
