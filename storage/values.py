"""Single values as PostgreSQL takes them, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb

from schemas.types import VehicleDescription


def storable(text: str) -> str:
    """Return text that PostgreSQL can hold: a zero byte or half a surrogate pair becomes its escape.

    Lists and file names of real life hold both; losing a row for it would be worse than a visible `\\x00`.
    """
    if "\x00" in text:
        text = text.replace("\x00", "\\x00")
    if text.isascii():  # nearly all is, and every read has a dozen texts
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def optional(text: str | None) -> str | None:
    """Return `storable(text)`, or None for None."""
    return None if text is None else storable(text)


def jsonb(value: object) -> Jsonb:
    """Wrap a value for a jsonb column; NaN and infinity are refused, as JSON has none."""
    return Jsonb(value, dumps=_dumps)


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def vehicle_json(vehicle: VehicleDescription | None) -> dict[str, Any] | None:
    """Return a vehicle as a JSON object with what is known, or None."""
    if vehicle is None:
        return None
    values = {
        "year": vehicle.year,
        "make": optional(vehicle.make),
        "model": optional(vehicle.model),
        "style": optional(vehicle.style),
        "color": optional(vehicle.color),
        "vehicle_class": optional(vehicle.vehicle_class),
    }
    return {key: value for key, value in values.items() if value is not None}


def vehicle_of(value: Mapping[str, Any] | None) -> VehicleDescription | None:
    """Return the vehicle of a JSON object of `vehicle_json`."""
    return None if value is None else VehicleDescription(**value)
