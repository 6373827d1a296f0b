"""What reads have to say of a vehicle to be found: plain words become PostgreSQL's expressions here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from storage.values import optional, storable

_BETWEEN = "[^a-z]*"
_BETWEEN_SIGNS = "[^a-z0-9]*"


@dataclass(frozen=True, slots=True)
class SeenVehicle:
    """What reads have to say besides plate, time and camera; what is None does not matter, nor does case.

    `speed_over` and `speed_under` are in meters per second, exclusive. `lanes` and `directions` are words of which a
    read has one. `make` is a name of which the read's is the beginning, two letters at least, or the other way around;
    `make_codes` are other names of it, `other_makes` beginnings that stand for other ones. `model` is a part of its
    model. `colors` are words of which one stands in its color, `vehicle_class` words that all stand in its class or
    style. `vendor` is whose reader it was; our own is `platewatch`.
    """

    lanes: tuple[str, ...] | None = None
    directions: tuple[str, ...] | None = None
    speed_over: float | None = None
    speed_under: float | None = None
    make: str | None = None
    make_codes: tuple[str, ...] = ()
    other_makes: tuple[str, ...] = ()
    model: str | None = None
    colors: tuple[str, ...] | None = None
    vehicle_class: tuple[str, ...] | None = None
    vendor: str | None = None

    @property
    def values(self) -> dict[str, Any]:
        """Return it as the statements' parameters; expressions hold but letters and digits of what was asked."""
        return {
            "lanes": None if self.lanes is None else [storable(lane) for lane in self.lanes],
            "directions": None if self.directions is None else [storable(word) for word in self.directions],
            "speed_over": self.speed_over,
            "speed_under": self.speed_under,
            "make": None if self.make is None else _make(self.make, self.make_codes, set(self.other_makes)),
            "model": None if self.model is None else _BETWEEN_SIGNS.join(_plain(self.model)),
            "color": None if self.colors is None else _word(self.colors),
            "vehicle_class": None if self.vehicle_class is None else [_word([word]) for word in self.vehicle_class],
            "vendor": optional(self.vendor),
        }


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _word(words: Iterable[str]) -> str:
    """Return an expression for any of some words, whatever stands around it."""
    return f"(^|[^a-z0-9])({'|'.join(map(_plain, words))})($|[^a-z0-9])"


def _make(name: str, codes: Iterable[str], others: set[str]) -> str:
    """Return an expression for a make, whatever signs stand between its letters."""
    letters = _plain(name)
    found = ""
    for length in range(len(letters), 1, -1):
        may_end = f"{_BETWEEN}$" if letters[:length].upper() not in others else ""
        longer = f"{_BETWEEN}{letters[length]}{found}" if length < len(letters) else ""
        parts = [part for part in (may_end if longer else "", longer) if part]
        found = f"({'|'.join(parts)})" if parts else ""
    beginning = f"{_BETWEEN}{_BETWEEN.join(letters[:2])}{found}"
    whole = (f"{_BETWEEN}{_plain(code)}{_BETWEEN}$" for code in sorted(codes))
    return "|".join(f"^{one}" for one in (beginning, *whole))
