"""Scores of innocent vehicles' reads, and the curves that they make."""

from __future__ import annotations

import gc
import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from benchmarks.common.hits import ALL, matched
from benchmarks.common.simulated_reads import Habits, simulate
from benchmarks.common.vehicles import HOME, LISTED_HOME, PASSING_HOME, draw_vehicles, listed_entries
from matcher.index import HotlistIndex
from matcher.judging.false_alerts import Curve, ReadDetail, Weights
from matcher.match import Matcher
from policy.traffic import HOME_SHARE
from schemas.types import PlateRead, Tier

READERS = (Habits(), Habits(noise=0.75, temperature=0.8))
TRAFFIC: tuple[dict[str, float], ...] = ({}, {HOME: HOME_SHARE})
"""What the matcher is told of the traffic: nothing, and what it is told by default."""

STEP = 0.5
LEAST_READS = 10
"""A point of the curve needs so many reads at least."""

LEAST_FALL = 1e-3

LEAST_REACHED = 40
MOST_REACHED = 0.005
"""The weights are measured where so many reads at least, and such a share at most, reach a score."""

Curves: TypeAlias = dict[ReadDetail, tuple[list[float], list[float]]]
"""Scores and the logarithms of their rates."""


def best_scores(matcher: Matcher, reads: Sequence[PlateRead], detail: ReadDetail) -> npt.NDArray[np.float64]:
    """Return each read's best score with an entry that is no exact hit of it; -inf where there is none."""
    found = matched(matcher, reads, detail)
    return np.array(
        [max((hit.score for hit in hits if hit.tier is not Tier.EXACT), default=-math.inf) for hits in found]
    )


def measure(sizes: Sequence[int], count: int, seed: int) -> dict[ReadDetail, list[tuple[int, npt.NDArray[np.float64]]]]:
    """Return best scores of innocent reads by how much they say, with the size of the list that they belong to."""
    found: dict[ReadDetail, list[tuple[int, npt.NDArray[np.float64]]]] = {detail: [] for detail in ReadDetail}
    for size in sizes:
        rng = np.random.default_rng(seed)
        listed = draw_vehicles(size, rng, LISTED_HOME)
        states = sorted({vehicle.state for vehicle in listed})
        on_list = set(listed)
        innocent = [vehicle for vehicle in draw_vehicles(count, rng, PASSING_HOME) if vehicle not in on_list]
        gc.disable()
        index = HotlistIndex.build(listed_entries(listed))
        gc.enable()
        for habits in READERS:
            reads = simulate(innocent, states, rng, habits)
            for traffic in TRAFFIC:
                matcher = Matcher(index, ALL.model_copy(update={"traffic": traffic}))
                for detail in ReadDetail:
                    found[detail].append((size, best_scores(matcher, reads, detail)))
    return found


def curve_of(measured: Sequence[tuple[int, npt.NDArray[np.float64]]]) -> tuple[list[float], list[float]]:
    """Return scores and the logarithms of their rates, from the least score to the last that enough reads reached."""
    top = max(float(scores.max()) for _, scores in measured)
    low = min(float(scores[np.isfinite(scores)].min()) for _, scores in measured)
    points: list[tuple[float, float]] = []
    for score in np.arange(math.floor(low), top + STEP, STEP).tolist():
        counts = [(size, int((scores >= score).sum()), len(scores)) for size, scores in measured]
        rates = [
            -math.log1p(-min(count / reads, 1 - 0.5 / reads)) / size
            for size, count, reads in counts
            if count >= LEAST_READS
        ]
        if not rates:
            break
        rate = math.log(max(rates))
        if points and rate > points[-1][1] - LEAST_FALL:
            # Flat: the point before it says no more than this one.
            rate = points[-1][1] - LEAST_FALL
        points.append((score, rate))
    fallen = next(i for i, (_, rate) in enumerate(points) if rate < points[0][1] - 0.05)
    points = points[max(fallen - 1, 0) :]
    return [score for score, _ in points], [rate for _, rate in points]


def measure_weights(curves: Curves, size: int, count: int, seed: int) -> dict[ReadDetail, Weights]:
    """Return for how many of the curves' entries one of the traffic's own state counts, and one of another state.

    The first is measured where all that is listed and all that passes is of one state, which is as near as a list and
    its traffic come; the second on the list of the curves. Both are the most that any reader and score gives.
    """
    rng = np.random.default_rng(seed)
    found: dict[ReadDetail, dict[str, float]] = {detail: {} for detail in curves}
    for name, listed_share, passing_share in (("near", 1.0, 1.0), ("far", LISTED_HOME, PASSING_HOME)):
        listed = draw_vehicles(size, rng, listed_share)
        on_list = {vehicle.plate for vehicle in listed}
        innocent = [one for one in draw_vehicles(count, rng, passing_share) if one.plate not in on_list]
        counted = [one for one in listed if (one.state == HOME) == (name == "near")]
        states = sorted({vehicle.state for vehicle in draw_vehicles(size, rng, LISTED_HOME)})
        matcher = Matcher(HotlistIndex.build(listed_entries(counted)), ALL.model_copy(update={"traffic": TRAFFIC[1]}))
        for habits in READERS:
            reads = simulate(innocent, states, rng, habits)
            for detail, (scores, log_rates) in curves.items():
                best = best_scores(matcher, reads, detail)
                ratios = _ratios(best, len(counted), Curve(tuple(scores), tuple(log_rates)))
                found[detail][name] = max(found[detail].get(name, 0.0), *ratios)
    return {detail: Weights(**weights) for detail, weights in found.items()}


def _ratios(best: npt.NDArray[np.float64], entries: int, curve: Curve) -> Iterator[float]:
    """Yield how many times as often scores are reached as the curve says, where thresholds are."""
    for score in np.arange(curve.scores[0], curve.scores[-1], STEP).tolist():
        reached = int((best >= score).sum())
        if LEAST_REACHED <= reached <= MOST_REACHED * len(best):
            yield -math.log1p(-reached / len(best)) / entries / math.exp(curve.log_rate(score))


def write(path: Path, curves: Curves, weights: dict[ReadDetail, Weights], made: str) -> None:
    """Write the matcher's data."""
    lines = [
        "# Made by `python -m benchmarks.false_alerts`; do not edit. How often reads of vehicles on no list score how",
        "# high: scores in nats, and the logarithm of the chance per read and entry that a score is reached. Near and",
        "# far say for how many of these entries one counts whose state is common in the traffic, and one of another.",
        "",
        "[made]",
        f'how = "{made}"',
        f'date = "{datetime.now(UTC):%Y-%m-%d}"',
    ]
    for detail, (scores, rates) in curves.items():
        lines += ["", f"[{detail}]"]
        lines += [f"near = {weights[detail].near:.2f}", f"far = {weights[detail].far:.2f}"]
        lines.append("scores = [" + ", ".join(f"{score:.1f}" for score in scores) + "]")
        lines.append("log_rates = [")
        lines += [
            "    " + ", ".join(f"{rate:.3f}" for rate in rates[i : i + 10]) + "," for i in range(0, len(rates), 10)
        ]
        lines.append("]")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
