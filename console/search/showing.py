"""Reads as a page shows them: rows of a table, places on a map, marks on a line of time."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final
from uuid import UUID

from console.search.choices import Choices
from operations.searches.finding import LookAlike
from operations.searches.forms import Corrections
from schemas.types import PlateRead
from schemas.wording import chance_text, confidence_text, movement_text, vehicle_text

MOST_NUMBERS: Final = 12
"""Passes that a place on the map names by number."""


@dataclass(frozen=True, slots=True)
class Row:
    """A read in a table. `corrected` stands beside what was read and never in its place."""

    read_id: UUID
    at: str
    moment: str
    claimed: str | None
    camera: str
    camera_id: str
    place: str
    plate: str
    corrected: str | None
    corrected_by: str | None
    state: str
    sure: str
    vehicle: str
    way: str
    vendor: str
    picture: str | None
    score: str | None = None
    chance: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the map with what was read there; of passes with their numbers, in order."""

    latitude: float
    longitude: float
    label: str
    count: int


class Showing:
    """Makes rows.

    Args:
        zone: The agency's time zone; None: the machine's.
        choices: What the agency calls its cameras.
        corrections: What people saw instead, by read.
        pictures: Of plates, by read, as JPEG.
    """

    def __init__(
        self,
        zone: tzinfo | None,
        choices: Choices,
        corrections: Corrections,
        pictures: Mapping[UUID, bytes],
    ) -> None:
        self._zone = zone
        self._choices = choices
        self._corrections = corrections
        self._pictures = pictures

    def at(self, moment: datetime) -> str:
        """Return a time as it is shown everywhere: in the agency's zone, to the second."""
        return moment.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S %Z")

    def row(self, read: PlateRead, alike: LookAlike | None = None) -> Row:
        """Return a read's row."""
        correction, place = self._corrections.get(read.read_id), read.location
        claimed = None if read.claimed_at is None else self.at(read.claimed_at)
        return Row(
            read_id=read.read_id,
            at=self.at(read.captured_at),
            moment=read.captured_at.isoformat(timespec="milliseconds"),
            claimed=claimed,
            camera=self._choices.camera(read.camera_id),
            camera_id=read.camera_id,
            place="" if place is None else f"{place.latitude:.5f}, {place.longitude:.5f}",
            plate=read.plate,
            corrected=None if correction is None else correction.plate,
            corrected_by=None if correction is None else correction.corrected_by,
            state=(read.jurisdiction or "").removeprefix("US-"),
            sure=confidence_text(read),
            vehicle=vehicle_text(read.vehicle),
            way=movement_text(read.movement),
            vendor="" if read.report is None else read.report.vendor,
            picture=picture_url(self._pictures.get(read.read_id)),
            score=None if alike is None else f"{alike.score:.1f}",
            chance=None if alike is None else chance_text(alike.expected_by_chance),
        )

    def places(self, reads: Iterable[PlateRead], *, numbered: bool = False) -> list[Place]:
        """Return the places where reads were, each once, with how many were there.

        Args:
            reads: The reads.
            numbered: Say which of them were there, by number, in place of how many.
        """
        numbers: dict[tuple[float, float], list[int]] = {}
        names: dict[tuple[float, float], dict[str, None]] = {}
        for number, read in enumerate(reads, 1):
            if read.location is None:
                continue
            point = (round(read.location.latitude, 5), round(read.location.longitude, 5))
            numbers.setdefault(point, []).append(number)
            names.setdefault(point, {})[self._choices.camera(read.camera_id)] = None
        return [
            Place(*point, f"{', '.join(names[point])}: {_listed(there) if numbered else len(there)}", len(there))
            for point, there in numbers.items()
        ]


def _listed(numbers: Sequence[int]) -> str:
    """Return the first of some numbers, and that there are more."""
    shown = ", ".join(map(str, numbers[:MOST_NUMBERS]))
    return shown if len(numbers) <= MOST_NUMBERS else f"{shown}, \u2026"


def picture_url(picture: bytes | None) -> str | None:
    """Return a picture as it is put into a page itself: it has no address that somebody could ask for by itself."""
    return None if picture is None else f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"


def in_order(reads: Sequence[PlateRead]) -> list[tuple[float, float]]:
    """Return the places of a vehicle's passes in order, as a line on the map has them."""
    points = [(read.location.latitude, read.location.longitude) for read in reads if read.location is not None]
    return [point for number, point in enumerate(points) if not number or points[number - 1] != point]
