"""Speeds as a person writes them."""

from __future__ import annotations

import re

import typer

_UNITS = {"mph": 0.44704, "km/h": 1 / 3.6, "kmh": 1 / 3.6, "kph": 1 / 3.6, "m/s": 1.0}
_SPEED = re.compile(r"\s*(\d{1,4}(?:\.\d+)?)\s*([a-z/]*)\s*", re.IGNORECASE)


def parse_speed(value: str) -> float:
    """Return the speed that an option gives, in meters per second.

    Args:
        value: A number in miles an hour, or with its unit: mph, km/h or m/s.

    Raises:
        typer.BadParameter: It is none.
    """
    found = _SPEED.fullmatch(value)
    unit = None if found is None else _UNITS.get(found[2].lower() or "mph")
    if found is None or unit is None:
        raise typer.BadParameter(f"'{value}' is no speed; write it like 65 (miles an hour), 100km/h or 30m/s")
    return float(found[1]) * unit
