"""Areas of the map as a person writes them: a circle or a polygon."""

from __future__ import annotations

import re
from typing import Final

from pydantic import ValidationError

from policy.agreements.area import Area, Circle, Polygon
from schemas.errors import InvalidInput

_NUMBER: Final = r"[+-]?\d{1,3}(?:\.\d{1,15})?"
_POINT: Final = re.compile(rf"({_NUMBER})\s*,\s*({_NUMBER})")
_CIRCLE: Final = re.compile(rf"({_NUMBER})\s*,\s*({_NUMBER})\s*,\s*(\d{{1,4}}(?:\.\d{{1,9}})?)\s*(?:km)?")
_ADVICE: Final = (
    "write a circle as LATITUDE,LONGITUDE,KILOMETERS like 36.83,-76.29,1.5, or three or more corners like "
    "'36.82,-76.31 36.84,-76.31 36.84,-76.27'"
)


def parse_area(text: str) -> Area:
    """Return the area that a text names.

    Args:
        text: `latitude,longitude,kilometers`, or three or more corners `latitude,longitude` with blanks between.

    Raises:
        InvalidInput: It is none.
    """
    circle = _CIRCLE.fullmatch(text.strip())
    corners = [_POINT.fullmatch(part) for part in text.replace(";", " ").split()]
    try:
        if circle is not None:
            latitude, longitude, radius = map(float, circle.groups())
            return Circle(latitude=latitude, longitude=longitude, radius_km=radius)
        points = [(float(one[1]), float(one[2])) for one in corners if one is not None]
        if len(points) != len(corners):
            raise InvalidInput(f"{text[:60]!r} is no area; {_ADVICE}")
        return Polygon(polygon=tuple(points))
    except ValidationError as error:
        reason = error.errors()[0]["msg"].lower()
        raise InvalidInput(f"{text[:60]!r} is no area ({reason}); {_ADVICE}") from error


def area_text(area: Area) -> str:
    """Return an area as `parse_area` takes it, for the audit."""
    if isinstance(area, Circle):
        return f"{_number(area.latitude)},{_number(area.longitude)},{_number(area.radius_km)}"
    return " ".join(f"{_number(latitude)},{_number(longitude)}" for latitude, longitude in area.polygon)


def _number(value: float) -> str:
    """Return a number as exact as `parse_area` takes one."""
    return f"{value:.9f}".rstrip("0").rstrip(".")
