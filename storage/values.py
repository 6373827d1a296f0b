"""Single values as PostgreSQL takes them, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb
from pydantic_core import to_json

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


_exact = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def _dumps(value: object) -> bytes | str:
    """Return a value as JSON text, at a fifth of what the standard library's encoder takes.

    Raises:
        ValueError: There is no JSON of it.
        TypeError: There is no JSON of it.
    """
    text = to_json(value, inf_nan_mode="constants")
    # Either one of these numbers, which have no JSON, or a text that holds their name.
    return _exact(value) if b"NaN" in text or b"Infinity" in text else text


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
