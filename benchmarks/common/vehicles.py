"""Long hotlists and passing vehicles for the matching benchmarks, drawn with a seed in the states' serial formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from rendering.serials.formats import SerialFormat, formats
from schemas.plates import canonical_plate
from schemas.types import Category, HotlistEntry

HOME = "US-VA"
"""Where the reads are made."""

NATIONAL_HOME = 0.07
LISTED_HOME = 0.3
PASSING_HOME = 0.7
"""Shares of the home state on a national list, on one with much of a region, and in traffic; other states have equal
parts of what is left. The more the list resembles the traffic, the more innocent plates look like listed ones."""

_CLASSES = {"passenger": 0.9, "commercial": 0.06, "trailer": 0.02, "motorcycle": 0.02}
_LONGEST = 8
_VANITY = 0.05
"""Share of plates with a text that no series has."""

_LETTERS = np.array(list("ABCDEFGHJKLMNPRSTUVWXYZ"))


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What a vehicle carries: the canonical plate, and the state."""

    plate: str
    state: str


def draw_vehicles(count: int, rng: np.random.Generator, home_share: float) -> list[Vehicle]:
    """Draw vehicles, in random order.

    Args:
        count: How many.
        rng: What they are drawn with.
        home_share: Share of plates of `HOME` (0-1).
    """
    found: list[Vehicle] = []
    weighed = [(one, weight) for one, weight in _weights(home_share) if weight > 0]
    numbers = rng.multinomial(count, np.array([weight for _, weight in weighed]))
    for (series, _), number in zip(weighed, numbers.tolist(), strict=True):
        found += [Vehicle(canonical_plate(text), series.jurisdiction) for text in _serials(series, number, rng)]
    order = rng.permutation(len(found))
    return [found[i] for i in order.tolist()]


def listed_entries(vehicles: Sequence[Vehicle]) -> Iterator[HotlistEntry]:
    """Yield an entry for each vehicle, numbered as they come."""
    for number, vehicle in enumerate(vehicles):
        yield HotlistEntry(UUID(int=number), "benchmark", vehicle.plate, Category.STOLEN_VEHICLE, vehicle.state)


def _weights(home_share: float) -> list[tuple[SerialFormat, float]]:
    known = [one for one in formats() if one.plate_class in _CLASSES and one.jurisdiction.startswith("US-")]
    states = sorted({one.jurisdiction for one in known})
    found = []
    for state in states:
        share = home_share if state == HOME else (1 - home_share) / (len(states) - 1)
        own = [one for one in known if one.jurisdiction == state]
        totals = {name: sum(one.weight for one in own if one.plate_class == name) for name in _CLASSES}
        present = sum(_CLASSES[name] for name, total in totals.items() if total)
        found += [
            (one, share * _CLASSES[one.plate_class] / present * one.weight / totals[one.plate_class]) for one in own
        ]
    total = sum(weight for _, weight in found)
    return [(one, weight / total) for one, weight in found]


def _serials(series: SerialFormat, count: int, rng: np.random.Generator) -> list[str]:
    columns: list[npt.NDArray[np.str_]] = [
        np.array(part.choices)[rng.integers(len(part.choices), size=count)] for part in series.parts if not part.mark
    ]
    texts = ["".join(row) for row in zip(*(column.tolist() for column in columns), strict=True)]
    return [text if 4 <= len(text) <= _LONGEST and rng.random() >= _VANITY else _vanity(text, rng) for text in texts]


def _vanity(text: str, rng: np.random.Generator) -> str:
    """Replace a serial by letters of about its length, as an owner's own text is."""
    length = int(np.clip(len(text) + rng.integers(-1, 1), 4, 7))
    return "".join(_LETTERS[rng.integers(len(_LETTERS), size=length)].tolist())
