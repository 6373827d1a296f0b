"""Reads with the list that they are matched with, every rule's scores of them, and how these are shown."""

from __future__ import annotations

import gc
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.common.hits import ALL
from benchmarks.common.simulated_reads import simulate
from benchmarks.common.vehicles import (
    HOME,
    PASSING_HOME,
    Vehicle,
    draw_vehicles,
    listed_entries,
)
from benchmarks.matching_quality.roc_plot import Panel, PlotLine, write_plot
from benchmarks.matching_quality.rules import Scores, TextRules, likelihood_scores
from benchmarks.recognition.scores import Share
from matcher.index import HotlistIndex
from matcher.judging.false_alerts import ReadDetail, least_score
from matcher.match import Matcher
from pipeline.traffic import HOME_SHARE
from schemas.matching_settings import MatchingSettings
from schemas.plates import canonical_plate
from schemas.types import PlateRead

LEVELS = (10.0, 50.0, 100.0)
SETTING = MatchingSettings()
_SURE = 1e299
"""Only what alerts always scores more."""

OURS = "ours: likelihood, full distributions"
_PLOTTED = np.geomspace(1, 10_000, 60)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """Reads of listed vehicles with their entries' numbers, and reads of which `planted` entries are no false alert."""

    name: str
    listed: list[Vehicle]
    reads: list[PlateRead]
    numbers: list[int]
    innocent: list[PlateRead]
    planted: frozenset[int] = frozenset()
    traffic: Mapping[str, float] = field(default_factory=dict)
    groups: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    """Reads of listed vehicles that are also counted by themselves, by name."""

    @property
    def corrupted(self) -> npt.NDArray[np.bool_]:
        """Which reads of listed vehicles do not have the listed text."""
        return np.array(
            [
                canonical_plate(read.plate) != self.listed[number].plate
                for read, number in zip(self.reads, self.numbers, strict=True)
            ]
        )


def simulated_case(entries: int, count: int, seed: int, home: float) -> Case:
    """Draw a list, half as many reads of its vehicles as `count`, and `count` reads of other vehicles.

    `home` is the share of the home state on the list.
    """
    rng = np.random.default_rng(seed)
    listed = draw_vehicles(entries, rng, home)
    states = sorted({vehicle.state for vehicle in listed})
    on_list = set(listed)
    innocent = [vehicle for vehicle in draw_vehicles(count, rng, PASSING_HOME) if vehicle not in on_list]
    numbers = rng.choice(entries, size=min(count // 2, entries), replace=False).tolist()
    reads = simulate([listed[number] for number in numbers], states, rng)
    return Case("simulated reads", listed, reads, numbers, simulate(innocent, states, rng), traffic={HOME: HOME_SHARE})


def real_case(data: Path, entries: int, seed: int, home: float) -> Case:
    """Read real plates and put them on a list.

    Raises:
        PlatewatchError: The data or the recognizer's weights are not there.
    """
    from benchmarks.matching_quality.real import real_reads

    found = real_reads(data)
    own = list(dict.fromkeys(found.vehicles))
    drawn = draw_vehicles(entries - len(own), np.random.default_rng(seed), home)
    # A real plate that was drawn by chance as well is no false alert of its read.
    texts = {vehicle.plate for vehicle in own}
    listed = own + [vehicle for vehicle in drawn if vehicle.plate not in texts]
    place = {vehicle: number for number, vehicle in enumerate(own)}
    numbers = [place[vehicle] for vehicle in found.vehicles]
    widths = np.array(found.widths)
    sure = np.array([read.confidence >= SETTING.min_read_confidence for read in found.reads])
    return Case(
        "real reads",
        listed,
        found.reads,
        numbers,
        [*found.reads, *found.unlabeled],
        frozenset(range(len(own))),
        groups={
            "as they are": widths < 0,
            "80 and 100 pixels": widths >= 80,
            "50 and 60 pixels": (widths >= 50) & (widths < 80),
            "32 and 40 pixels": (widths > 0) & (widths < 50),
            f"confidence {SETTING.min_read_confidence} or more": sure,
        },
    )


def all_scores(case: Case) -> dict[str, Scores]:
    """Return every rule's scores."""
    rules = TextRules(case.listed)
    texts = (
        ("equal text", rules.exact, False),
        ("equal text and state", rules.exact, True),
        ("Levenshtein <= 1", rules.levenshtein, False),
        ("Levenshtein <= 1 and state", rules.levenshtein, True),
        ("groups 0ODQ 1I 2Z 5S 8B 6G", rules.groups, False),
    )
    found = {
        name: rules.scores(rule, case.reads, case.numbers, case.innocent, state, case.planted)
        for name, rule, state in texts
    }
    gc.disable()
    settings = ALL.model_copy(update={"traffic": dict(case.traffic)})
    matcher = Matcher(HotlistIndex.build(listed_entries(case.listed)), settings)
    gc.enable()
    for name, detail in (
        ("likelihood, text alone", ReadDetail.TEXT),
        ("likelihood, one confidence per character", ReadDetail.CONFIDENCES),
        (OURS, ReadDetail.DISTRIBUTIONS),
    ):
        found[name] = likelihood_scores(matcher, case.reads, case.numbers, case.innocent, detail, case.planted)
    return found


def show(case: Case, found: dict[str, Scores]) -> None:
    """Print the tables of one case."""
    corrupted = case.corrupted
    misread = Share(int(corrupted.sum()), len(corrupted))
    print(f"\n### {case.name.capitalize()}\n")
    print(
        f"{len(case.listed):,} entries; {len(case.reads):,} reads of listed vehicles, misread {misread}; "
        f"{len(case.innocent):,} innocent reads. Recall of misread reads / of all.\n"
    )
    print("| rule | " + " | ".join(f"at {level:.0f} per 10k" for level in LEVELS) + " | false alerts | recall |")
    print("|---" * (len(LEVELS) + 3) + "|")
    for name, scores in found.items():
        cells = [_at(scores, level, corrupted) for level in LEVELS]
        fixed = (
            (f"{scores.false_alerts(_SURE):.1f}", _recalls(scores, _SURE, corrupted)) if scores.is_fixed else ("", "")
        )
        print(f"| {name} | " + " | ".join([*cells, *fixed]) + " |")
    for setting in (SETTING.false_alerts_per_10k, *LEVELS):
        least = least_score(setting, len(case.listed))
        given = found[OURS].false_alerts(least)
        probable = given - found[OURS].false_alerts(_SURE)
        print(
            f"| ours, set to {setting:.0f} |"
            + " |" * len(LEVELS)
            + f" {given:.1f}, of these probable {probable:.1f} | "
            f"{_recalls(found[OURS], least, corrupted)} |"
        )
    _compare(found, corrupted)
    if case.groups:
        _show_groups(case, found[OURS], corrupted)


def _show_groups(case: Case, scores: Scores, corrupted: npt.NDArray[np.bool_]) -> None:
    """Print what is found of some of the reads, at the false alerts of all."""
    print("\n| ours, of these reads | misread | " + " | ".join(f"at {level:.0f} per 10k" for level in LEVELS) + " |")
    print("|---" * (len(LEVELS) + 2) + "|")
    for name, some in case.groups.items():
        cells = []
        for level in LEVELS:
            least, given = scores.at(level)
            cells.append(
                f"{scores.recall(least, some & corrupted):.3f} / {scores.recall(least, some):.3f}"
                if given <= level and least < math.inf
                else ""
            )
        print(f"| {name} | {int((some & corrupted).sum())} of {int(some.sum())} | " + " | ".join(cells) + " |")


def _at(scores: Scores, level: float, corrupted: npt.NDArray[np.bool_]) -> str:
    """Return a rule's recall at so many false alerts; nothing where it cannot give so few."""
    least, given = scores.at(level)
    if given > level or least == math.inf or (scores.is_fixed and scores.false_alerts(_SURE) > level):
        return ""
    return _recalls(scores, least, corrupted)


def _recalls(scores: Scores, least: float, corrupted: npt.NDArray[np.bool_]) -> str:
    return f"{scores.recall(least, corrupted):.3f} / {scores.recall(least):.3f}"


def _compare(found: dict[str, Scores], corrupted: npt.NDArray[np.bool_]) -> None:
    """Print how many false alerts ours gives where it finds as much as Levenshtein <= 1."""
    other, ours = found["Levenshtein <= 1"], found[OURS]
    print()
    for what, some in (("of all reads", None), ("of misread reads", corrupted)):
        recall = other.recall(_SURE, some)
        least = ours.reaching(recall, some)
        if least == -math.inf:
            print(f"- At Levenshtein <= 1's recall {what} ({recall:.3f}): not reached.")
            continue
        theirs, its = other.false_alerts(_SURE), ours.false_alerts(least)
        times = f"{theirs / its:.0f} times fewer" if its else "none of ours"
        print(
            f"- At Levenshtein <= 1's recall {what} ({recall:.3f}): {its:.1f} false alerts, not {theirs:.0f}: {times}."
        )


def plot(path: Path, case: Case, found: dict[str, Scores]) -> None:
    """Draw recall against false alerts."""
    corrupted = case.corrupted
    panels = [
        Panel("recall of misread reads", 0.0, [_line(name, scores, corrupted) for name, scores in found.items()]),
        Panel("recall of all reads", 0.7, [_line(name, scores, None) for name, scores in found.items()]),
    ]
    write_plot(path, f"{case.name.capitalize()}, {len(case.listed):,} entries", panels)


def _line(name: str, scores: Scores, some: npt.NDArray[np.bool_] | None) -> PlotLine:
    if scores.is_fixed:
        return PlotLine(name, [(scores.false_alerts(_SURE), scores.recall(_SURE, some))])
    points = [
        (max(given, 1.0), scores.recall(least, some))
        for least, given in map(scores.at, _PLOTTED.tolist())
        if least < math.inf
    ]
    return PlotLine(name, sorted(set(points)))
