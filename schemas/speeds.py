"""Speeds as a person writes them."""

from __future__ import annotations

import re

from schemas.errors import InvalidInput

_UNITS = {"mph": 0.44704, "km/h": 1 / 3.6, "kmh": 1 / 3.6, "kph": 1 / 3.6, "m/s": 1.0}
_SPEED = re.compile(r"\s*(\d{1,4}(?:\.\d{1,9})?)\s*([a-z/]*)\s*", re.IGNORECASE | re.ASCII)


def speed_of(text: str) -> float:
    """Return the speed that a person gives, in meters per second.

    Args:
        text: A number in miles an hour, or with its unit: mph, km/h or m/s.

    Raises:
        InvalidInput: It is none.
    """
    found = _SPEED.fullmatch(text)
    unit = None if found is None else _UNITS.get(found[2].lower() or "mph")
    if found is None or unit is None:
        raise InvalidInput(f"'{text[:40]}' is no speed; write it like 65 (miles an hour), 100km/h or 30m/s")
    return float(found[1]) * unit
