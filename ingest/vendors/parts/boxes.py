"""Where a plate is in a picture, as vendors write it."""

from __future__ import annotations

from typing import Any

from ingest.vendors.parts.values import as_number, number_at, trees_at
from schemas.types import Box

_LARGEST = 100_000


def corners_box(tree: Any, path: str) -> Box | None:
    """Return the box around corners like `[{x, y}, ...]`."""
    points = [(number_at(point, "x"), number_at(point, "y")) for point in trees_at(tree, path)]
    xs = [x for x, _ in points if x is not None]
    ys = [y for _, y in points if y is not None]
    return box_of(min(xs), min(ys), max(xs), max(ys)) if len(xs) > 1 and len(xs) == len(ys) else None


def sides_box(tree: Any, path: str) -> Box | None:
    """Return a box like `{xmin, ymin, xmax, ymax}`."""
    sides = [number_at(tree, f"{path}.{side}") for side in ("xmin", "ymin", "xmax", "ymax")]
    return box_of(*sides)


def sized_box(tree: Any, path: str) -> Box | None:
    """Return a box like `{x, y, width, height}`, also with short and capital names."""
    x, y = number_at(tree, f"{path}.x", f"{path}.left"), number_at(tree, f"{path}.y", f"{path}.top")
    width, height = number_at(tree, f"{path}.width", f"{path}.w"), number_at(tree, f"{path}.height", f"{path}.h")
    if x is None or y is None or width is None or height is None:
        return None
    return box_of(x, y, x + width, y + height)


def listed_box(value: Any) -> Box | None:
    """Return a box like `[x1, y1, x2, y2]`."""
    if isinstance(value, str):
        value = value.replace(";", ",").split(",")
    return box_of(*(as_number(side) for side in value)) if isinstance(value, list) and len(value) == 4 else None


def box_of(x1: float | None, y1: float | None, x2: float | None, y2: float | None) -> Box | None:
    """Return a box in pixels, None where it has no area or is in no picture."""
    if x1 is None or y1 is None or x2 is None or y2 is None:
        return None
    fits = 0 <= x1 < x2 <= _LARGEST and 0 <= y1 < y2 <= _LARGEST
    # Shares of the picture are no pixels.
    return Box(x1, y1, x2, y2) if fits and x2 > 1 and y2 > 1 else None
