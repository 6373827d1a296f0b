"""What the rules find and what they stop, as tables and as a plot."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.common.shares import Share
from benchmarks.matching_quality.cases import OURS, SETTING, Case
from benchmarks.matching_quality.roc_plot import Panel, PlotLine, write_plot
from benchmarks.matching_quality.rules import Scores
from matcher.judging.false_alerts import ReadDetail, least_score

LEVELS = (10.0, 50.0, 100.0)

_SURE = 1e299
"""Only what alerts always scores more."""

_PLOTTED = np.geomspace(1, 10_000, 60)


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
        least = least_score(setting, case.composition.weighed(ReadDetail.DISTRIBUTIONS))
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
