"""When reads were, on a line for each camera: a drawing that needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from console.search.choices import Choices
from schemas.types import PlateRead

WIDTH: Final = 1000
_LEFT, _RIGHT = 190, 980
_TOP, _LANE = 16, 26
MOST_LANES: Final = 15
"""Cameras with a line of their own, those with most reads; all others share one."""
_TICKS: Final = 5
_LONGEST_LABEL: Final = 26
OTHERS: Final = "other cameras"


@dataclass(frozen=True, slots=True)
class Lane:
    """A camera's line."""

    label: str
    y: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A read on its camera's line."""

    x: float
    y: int
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A time below the lines; the first begins at its place, the last ends there."""

    x: float
    day: str
    time: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing, in units of its own, and what it shows in words."""

    height: int
    bottom: int
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    words: str


def timeline_of(reads: Sequence[PlateRead], choices: Choices, zone: tzinfo | None) -> Timeline | None:
    """Return when reads were; None where there are fewer than two.

    Args:
        reads: In any order.
        choices: What the agency calls its cameras.
        zone: The agency's time zone; None: the machine's.
    """
    if len(reads) < 2:
        return None
    times = [read.captured_at for read in reads]
    begin, end = min(times), max(times)
    span = max(end - begin, timedelta(seconds=1))
    lanes, number_of = _lanes(reads, choices)

    def x(moment: datetime) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * ((moment - begin) / span), 1)

    def local(moment: datetime) -> datetime:
        return moment.astimezone(zone)

    bottom = _TOP + _LANE * len(lanes)
    marks = tuple(
        Mark(x(read.captured_at), lanes[number_of[read.camera_id]].y, f"{local(read.captured_at):%Y-%m-%d %H:%M:%S %Z}")
        for read in reads
    )
    # Evenly in time, as it passes: over a change of the clocks the labels jump, and the marks do not.
    moments = [begin.astimezone(UTC) + span * (number / (_TICKS - 1)) for number in range(_TICKS)]
    anchors = ("start", *["middle"] * (_TICKS - 2), "end")
    ticks = tuple(
        Tick(x(moment), f"{local(moment):%Y-%m-%d}", f"{local(moment):%H:%M:%S %Z}", anchor)
        for moment, anchor in zip(moments, anchors, strict=True)
    )
    words = (
        f"{len(reads)} reads at {len({read.camera_id for read in reads})} cameras between "
        f"{local(begin):%Y-%m-%d %H:%M %Z} and {local(end):%Y-%m-%d %H:%M %Z}"
    )
    return Timeline(bottom + 44, bottom, lanes, marks, ticks, words)


def _lanes(reads: Sequence[PlateRead], choices: Choices) -> tuple[tuple[Lane, ...], dict[str, int]]:
    """Return the lines, and the number of each camera's."""
    counts: dict[str, int] = {}
    for read in reads:
        counts[read.camera_id] = counts.get(read.camera_id, 0) + 1
    ranked = sorted(counts, key=lambda one: (-counts[one], one))
    own = ranked if len(ranked) <= MOST_LANES else ranked[: MOST_LANES - 1]
    number_of = {camera: min(number, len(own)) for number, camera in enumerate(ranked)}
    labels = [choices.camera(camera) for camera in own] + ([OTHERS] if len(own) < len(ranked) else [])
    short = (label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}\u2026" for label in labels)
    return tuple(Lane(label, _TOP + _LANE * number + _LANE // 2) for number, label in enumerate(short)), number_of
