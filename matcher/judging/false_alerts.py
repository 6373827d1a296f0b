"""How often innocent vehicles score how high: measured, so that a threshold can be set as a number of false alerts.

A read has as many chances of a false alert as the list has entries. The chance that some entry scores at least `t` is
1 - exp(-n * rate(t)) for n entries; rate(t) is data (false_alerts.toml), measured with reads of vehicles that are
on no list. It depends on how much the reader says: a text alone fits more entries than a text with its doubts. And an
entry counts by how much the vehicles that pass resemble it: one of the traffic's own state for several of another's.
"""

from __future__ import annotations

import itertools
import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from matcher.characters.slots import Slot
from schemas.errors import ConfigurationError

PER: Final = 10_000
"""Reads that false alerts are counted per."""

_LEAST_FALL: Final = 0.5
"""Beyond what was measured a nat of score is worth at most so much of the rate's logarithm: less than measured."""

_TAIL: Final = 3.0
"""Nats at the upper end over which the slope is taken; single steps there are noise."""


class ReadDetail(StrEnum):
    """How much a reader says of its characters: all of their likeliest others, how sure it is, or the text alone."""

    DISTRIBUTIONS = "distributions"
    CONFIDENCES = "confidences"
    TEXT = "text"


def detail_of(slots: Sequence[Slot]) -> ReadDetail:
    """Return how much a read says of its characters."""
    given = [slot.distribution for slot in slots if slot.distribution is not None]
    if not given:
        return ReadDetail.TEXT
    return ReadDetail.DISTRIBUTIONS if any(len(each) > 1 for each in given) else ReadDetail.CONFIDENCES


@dataclass(frozen=True, slots=True)
class Curve:
    """Rates by score: `scores` rise (nats), `log_rates` fall (logarithm of the chance per read and entry).

    Raises:
        ValueError: They do not.
    """

    scores: tuple[float, ...]
    log_rates: tuple[float, ...]

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in itertools.pairwise(self.scores))
        falling = all(a > b for a, b in itertools.pairwise(self.log_rates))
        finite = all(math.isfinite(number) for number in (*self.scores, *self.log_rates))
        if not (rising and falling and finite and len(self.scores) == len(self.log_rates) >= 2):
            raise ValueError("scores have to rise and rates to fall, two of each at least")

    def log_rate(self, score: float) -> float:
        """Return the logarithm of the chance that one entry scores at least `score` with one innocent read."""
        if score <= self.scores[0]:
            return self.log_rates[0]
        if score >= self.scores[-1]:
            return self.log_rates[-1] - (score - self.scores[-1]) * self._last_fall
        return _interpolated(score, self.scores, self.log_rates)

    def least_score(self, log_rate: float) -> float:
        """Return the least score whose rate is no more than this; never less than the least that was measured."""
        if log_rate >= self.log_rates[0]:
            return self.scores[0]
        if log_rate <= self.log_rates[-1]:
            return self.scores[-1] + (self.log_rates[-1] - log_rate) / self._last_fall
        return _interpolated(-log_rate, [-rate for rate in self.log_rates], self.scores)

    @property
    def _last_fall(self) -> float:
        first = next(i for i, score in enumerate(self.scores) if score >= self.scores[-1] - _TAIL)
        first = min(first, len(self.scores) - 2)
        fallen = self.log_rates[first] - self.log_rates[-1]
        return min(fallen / (self.scores[-1] - self.scores[first]), _LEAST_FALL)


class Weights(NamedTuple):
    """For how many entries of the list that the curves were measured with one entry counts.

    `near`: of a state that many passing vehicles have, or of no known state. `far`: of another state.
    """

    near: float
    far: float


class Listed(NamedTuple):
    """How many entries of a list resemble the traffic.

    `near`: of states that are common in it, or without a state. `far`: of other states. `any`: where nothing is known
    of the traffic.
    """

    near: int = 0
    far: int = 0
    any: int = 0

    def weighed(self, detail: ReadDetail) -> float:
        """Return for how many entries these count with reads that say so much; those of `any` count once.

        Raises:
            ConfigurationError: The data cannot be read.
        """
        weights = _load()[detail].weights
        return self.near * weights.near + self.far * weights.far + self.any


def least_score(false_alerts: float, entries: float, detail: ReadDetail = ReadDetail.DISTRIBUTIONS) -> float:
    """Return the least score, in nats, that raises no more false alerts than this.

    Args:
        false_alerts: Expected false alerts per 10,000 reads of vehicles on no list, above 0; 10,000 or more: any score.
        entries: Size of the list, from `Listed.weighed`.
        detail: How much the reads say.
    """
    if false_alerts >= PER:
        return -math.inf
    return curve(detail).least_score(math.log(-math.log1p(-false_alerts / PER) / max(entries, 1.0)))


def expected_false_alerts(score: float, entries: float, detail: ReadDetail = ReadDetail.DISTRIBUTIONS) -> float:
    """Return how many of 10,000 reads of vehicles on no list score at least `score` with some entry.

    Args:
        score: In nats.
        entries: Size of the list, from `Listed.weighed`.
        detail: How much the reads say.
    """
    return -PER * math.expm1(-entries * math.exp(curve(detail).log_rate(score)))


def curve(detail: ReadDetail) -> Curve:
    """Return what was measured.

    Raises:
        ConfigurationError: The data cannot be read or is no such curve.
    """
    return _load()[detail].curve


class Measured(NamedTuple):
    """What a false_alerts.toml says of reads that say so much of their characters."""

    curve: Curve
    weights: Weights


@cache
def _load() -> dict[ReadDetail, Measured]:
    return parse(files("matcher.judging").joinpath("false_alerts.toml").read_text(encoding="utf-8"))


def parse(text: str) -> dict[ReadDetail, Measured]:
    """Return what a false_alerts.toml says.

    Raises:
        ConfigurationError: It is not one.
    """
    try:
        table = tomllib.loads(text)
        return {detail: _measured(table[detail]) for detail in ReadDetail}
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"matcher/judging/false_alerts.toml: {error}; reinstall platewatch or make it with "
            "`python -m benchmarks.false_alerts`"
        ) from error


def _measured(table: dict[str, Any]) -> Measured:
    weights = Weights(float(table["near"]), float(table["far"]))
    if not 0 < weights.far <= weights.near < math.inf:
        raise ValueError(f"near {weights.near:g}, far {weights.far:g}: near has to be at least far, and far above 0")
    return Measured(Curve(tuple(table["scores"]), tuple(table["log_rates"])), weights)


def _interpolated(at: float, points: Sequence[float], values: Sequence[float]) -> float:
    """Return the value at a place inside of rising points, on the line between its neighbors."""
    right = next(i for i in range(1, len(points)) if points[i] >= at)
    share = (at - points[right - 1]) / (points[right] - points[right - 1])
    return values[right - 1] + share * (values[right] - values[right - 1])
