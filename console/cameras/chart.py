"""Charts as SVG that the server draws: no script, sharp at any size, in the colors of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Row = tuple[str, tuple[int, ...]]
"""A label, and one number for each series."""
WIDTH = 720
HEIGHT = 180
FOOT = 22
LINE = 26
LABEL_WIDTH = 180


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle, in the chart's own units; `series` says which color it has, from 0."""

    x: float
    y: float
    width: float
    height: float
    series: int
    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Label:
    """A text beside or below bars."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart; `most` is the largest number in it."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    most: int
    lies: bool


def columns(rows: Sequence[Row]) -> Chart:
    """Return upright bars, one place for each row, with every so manieth label below."""
    most = _most(rows)
    drawn, labels = [], []
    step = WIDTH / max(1, len(rows))
    every = max(1, -(-len(rows) // 8))
    for number, (label, values) in enumerate(rows):
        each = step * 0.8 / max(1, len(values))
        for series, value in enumerate(values):
            height = round(value / most * (HEIGHT - FOOT - 4), 1)
            x = round(number * step + step * 0.1 + series * each, 1)
            drawn.append(Bar(x, round(HEIGHT - FOOT - height, 1), round(each, 1), height, series, label, value))
        if number % every == 0:
            labels.append(Label(round(number * step + 2, 1), HEIGHT - 6, label))
    return Chart(WIDTH, HEIGHT, tuple(drawn), tuple(labels), most, lies=False)


def bars(rows: Sequence[Row]) -> Chart:
    """Return lying bars, a line for each row, with its label before."""
    most = _most(rows)
    drawn, labels = [], []
    for number, (label, values) in enumerate(rows):
        each = LINE * 0.8 / max(1, len(values))
        for series, value in enumerate(values):
            width = round(value / most * (WIDTH - LABEL_WIDTH - 60), 1)
            y = round(number * LINE + LINE * 0.1 + series * each, 1)
            drawn.append(Bar(LABEL_WIDTH, y, width, round(each, 1), series, label, value))
        short = label if len(label) <= 24 else f"{label[:23]}…"
        labels.append(Label(0, round(number * LINE + LINE * 0.7, 1), short))
    return Chart(WIDTH, max(LINE, LINE * len(rows)), tuple(drawn), tuple(labels), most, lies=True)


def _most(rows: Sequence[Row]) -> int:
    return max((value for _, values in rows for value in values), default=0) or 1
