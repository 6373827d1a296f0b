"""Arithmetic of the recognition benchmark: shares with intervals, equality of texts, matching of boxes, tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from recognition.detection.postprocess import overlap
from schemas.types import Box, PlateDetection

IOU = 0.5
"""A detection has found a plate when their intersection over union is at least this (PASCAL VOC's criterion)."""

_Z = 1.959964
"""Normal quantile of a two-sided 95 % interval."""

_ALIKE = str.maketrans("OQI", "001")


def norm(text: str) -> str:
    """Return a text with O and Q as 0 and I as 1: labels of US plates mix them, and many dies show them alike."""
    return text.upper().translate(_ALIKE)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a number of trials went right."""

    right: int
    total: int

    @property
    def value(self) -> float:
        """The share (0-1); 0 without trials."""
        return self.right / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share, 0 to 1 without trials.

        Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
        """
        if not self.total:
            return 0.0, 1.0
        n, p = self.total, self.value
        middle = p + _Z**2 / (2 * n)
        spread = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        scale = 1 + _Z**2 / n
        return max((middle - spread) / scale, 0.0), min((middle + spread) / scale, 1.0)

    def __add__(self, other: Share) -> Share:
        return Share(self.right + other.right, self.total + other.total)

    def __str__(self) -> str:
        if not self.total:
            return "-"
        low, high = self.interval
        return f"{self.value:.3f} ({low:.2f}-{high:.2f}) {self.right}/{self.total}"


@dataclass(frozen=True, slots=True)
class TextScore:
    """Reads compared with labels: equal as they are, and equal under `norm`."""

    exact: Share
    normalized: Share


def score_texts(reads: Sequence[str], labels: Sequence[str]) -> TextScore:
    """Compare reads with their labels, one to one."""
    pairs = list(zip(reads, labels, strict=True))
    return TextScore(
        Share(sum(read == label for read, label in pairs), len(pairs)),
        Share(sum(norm(read) == norm(label) for read, label in pairs), len(pairs)),
    )


@dataclass(frozen=True, slots=True)
class Matching:
    """What became of one picture's labels and detections.

    `found` has one entry per labeled plate, `extra` the boxes that are none of them.
    """

    found: tuple[bool, ...]
    extra: tuple[Box, ...]


def match_boxes(plates: Sequence[Box], detections: Sequence[PlateDetection]) -> Matching:
    """Assign detections to labels: most confident first, each takes the free label that it overlaps most."""
    free = dict(enumerate(plates))
    extra = []
    for detection in sorted(detections, key=lambda item: -item.confidence):
        best = max(free, key=lambda number: overlap(free[number], detection.box), default=None)
        if best is not None and overlap(free[best], detection.box) >= IOU:
            free.pop(best)
        else:
            extra.append(detection.box)
    return Matching(tuple(number not in free for number in range(len(plates))), tuple(extra))


Cell = Share | str | int | float | None


@dataclass(slots=True)
class Table:
    """One table of results; `note` says how it was measured."""

    title: str
    columns: tuple[str, ...]
    note: str = ""
    rows: list[tuple[Cell, ...]] = field(default_factory=list)

    def add(self, *cells: Cell) -> None:
        """Append a row.

        Raises:
            ValueError: It has another number of cells than there are columns.
        """
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells, expected {len(self.columns)}")
        self.rows.append(cells)

    def markdown(self) -> str:
        """Return the table with its title and note."""
        lines = [f"### {self.title}", ""]
        if self.note:
            lines += [self.note, ""]
        lines += [_row(self.columns), _row(["---"] * len(self.columns))]
        lines += [_row([_text(cell) for cell in row]) for row in self.rows]
        return "\n".join(lines)

    def record(self) -> dict[str, Any]:
        """Return the table for JSON."""
        rows = [[_value(cell) for cell in row] for row in self.rows]
        return {"title": self.title, "note": self.note, "columns": list(self.columns), "rows": rows}


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _text(cell: Cell) -> str:
    if cell is None:
        return "-"
    return f"{cell:.3g}" if isinstance(cell, float) else str(cell)


def _value(cell: Cell) -> Any:
    if not isinstance(cell, Share):
        return cell
    low, high = cell.interval
    figures = {"share": round(cell.value, 4), "low": round(low, 4), "high": round(high, 4)}
    return {"right": cell.right, "total": cell.total, **figures}
