"""A plate reader in numbers: true plates in, reads with a probability distribution per character out.

Every character is a point, as far from each other one as the confusion table says that readers take the one for the
other. A reader sees the point through Gaussian noise; which characters the noisy point may be, and how likely, follows
exactly, so its distributions are calibrated but for a temperature. Noise differs from read to read: most plates are
easy. Characters get lost and added as often as the table says, times a share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import NormalDist
from typing import Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from benchmarks.common.vehicles import Vehicle
from matcher.characters.confusion import (
    ADDED,
    ADDED_EASILY,
    ALPHABET,
    DROPPED,
    DROPPED_EASILY,
    NARROW,
    VV_FOR_W,
    shown_probability,
)
from schemas.types import CharacterRead, PlateRead

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)

MAX_ALTERNATIVES = 8
MIN_ALTERNATIVE = 0.001
"""Alternatives as the shipped reader keeps them."""

_ADDED_CHARACTERS: Final = "11IIJL07"
_CHUNK: Final = 50_000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Habits:
    """How a simulated reader behaves.

    Attributes:
        noise: median of a read's noise; 1: as often wrong as the confusion table.
        spread: of the noise's logarithm from read to read.
        temperature: its distributions are to the power of 1/temperature; below 1: too sure of itself.
        gaps: lost and added characters, as a share of the table's rates.
        state_named: share of the reads with a state.
    """

    noise: float = 0.62
    spread: float = 0.3
    temperature: float = 0.9
    gaps: float = 0.3
    state_named: float = 0.9


def simulate(
    vehicles: Sequence[Vehicle], states: Sequence[str], rng: np.random.Generator, habits: Habits = Habits()
) -> list[PlateRead]:
    """Return one read of each vehicle.

    Args:
        vehicles: With canonical plates.
        states: What a misread state may be taken for.
        rng: What everything is drawn with.
        habits: The reader's.
    """
    reads: list[PlateRead] = []
    for start in range(0, len(vehicles), _CHUNK):
        part = vehicles[start : start + _CHUNK]
        noise = habits.noise * np.exp(habits.spread * rng.standard_normal(len(part)))
        shown = [_with_gaps(vehicle.plate, rng, habits.gaps) for vehicle in part]
        distributions = iter(_seen("".join(text for text, _ in shown), noise, [len(t) for t, _ in shown], rng, habits))
        for vehicle, (text, added) in zip(part, shown, strict=True):
            places = [next(distributions) for _ in text]
            reads.append(_read(len(reads), vehicle, _with_added(places, added, rng), states, rng, habits))
    return reads


def _with_gaps(plate: str, rng: np.random.Generator, share: float) -> tuple[str, int | None]:
    """Return the characters that are seen, and the place before which one is seen that is not there."""
    if rng.random() < share * VV_FOR_W and ("VV" in plate or "W" in plate):
        return (plate.replace("VV", "W", 1) if "VV" in plate else plate.replace("W", "VV", 1)), None
    draws = rng.random(len(plate))
    last = len(plate) - 1
    kept = [
        character
        for place, character in enumerate(plate)
        if draws[place] >= share * (DROPPED_EASILY if place in (0, last) or character in NARROW else DROPPED)
    ]
    added = None
    if rng.random() < share * 2 * ADDED_EASILY:
        added = 0 if rng.random() < 0.5 else len(kept)
    elif rng.random() < share * ADDED * len(kept):
        added = int(rng.integers(1, max(len(kept), 2)))
    return "".join(kept) if len(kept) > 1 else plate, added


def _points() -> Floats:
    """Return a point per character (35, dimensions), at distances that give the table's rates at noise 1."""
    size = len(ALPHABET)
    distances = np.zeros((size, size))
    for i, one in enumerate(ALPHABET):
        for j, other in enumerate(ALPHABET[:i]):
            rate = (shown_probability(one, other) + shown_probability(other, one)) / 2
            distances[i, j] = distances[j, i] = 2 * NormalDist().inv_cdf(1 - rate)
    centered = np.eye(size) - 1 / size
    values, vectors = np.linalg.eigh(-centered @ distances**2 @ centered / 2)
    points: Floats = vectors * np.sqrt(np.maximum(values, 0.0))
    return points


_POINTS: Final = _points()
_ROW: Final = {character: row for row, character in enumerate(ALPHABET)}


def _seen(
    text: str, noise: Floats, counts: Sequence[int], rng: np.random.Generator, habits: Habits
) -> list[tuple[tuple[str, float], ...]]:
    """Return what is seen of each character: (character, probability), best first."""
    true = _POINTS[[_ROW[character] for character in text]]
    # Noise is shared by a read's characters, up to a smudge here and there.
    scale = np.repeat(noise, counts) * np.exp(0.25 * rng.standard_normal(len(text)))
    seen = true + scale[:, None] * rng.standard_normal(true.shape)
    logits = (seen @ _POINTS.T - (_POINTS**2).sum(axis=1) / 2) / (scale**2 * habits.temperature)[:, None]
    probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    order = np.argsort(-probabilities, axis=1)[:, : MAX_ALTERNATIVES + 1]
    best = np.take_along_axis(probabilities, order, axis=1)
    kept = (best >= MIN_ALTERNATIVE).sum(axis=1)
    return [
        tuple((ALPHABET[row], probability) for row, probability in zip(rows[:number], chances[:number], strict=True))
        for rows, chances, number in zip(order.tolist(), best.tolist(), kept.tolist(), strict=True)
    ]


def _with_added(
    places: list[tuple[tuple[str, float], ...]], added: int | None, rng: np.random.Generator
) -> list[tuple[tuple[str, float], ...]]:
    if added is None:
        return places
    absent = float(rng.beta(2, 4))
    character = _ADDED_CHARACTERS[int(rng.integers(len(_ADDED_CHARACTERS)))]
    return [*places[:added], ((character, 1 - absent), ("", absent)), *places[added:]]


def _read(
    number: int,
    vehicle: Vehicle,
    places: list[tuple[tuple[str, float], ...]],
    states: Sequence[str],
    rng: np.random.Generator,
    habits: Habits,
) -> PlateRead:
    state = sure = None
    if rng.random() < habits.state_named:
        sure = float(np.clip(rng.beta(9, 1), 0.3, 0.995))
        state = vehicle.state if rng.random() < sure else states[int(rng.integers(len(states)))]
    characters = tuple(CharacterRead(place[0][0], place[0][1], place[1:]) for place in places)
    confidence = 1.0
    for character in characters:
        confidence *= character.confidence
    return PlateRead(
        UUID(int=number),
        "benchmark",
        "benchmark",
        MOMENT,
        MOMENT,
        MOMENT,
        "".join(character.character for character in characters),
        min(confidence, 0.999),
        characters,
        state,
        sure,
    )
