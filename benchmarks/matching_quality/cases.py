"""Reads with the list that they are matched with, and every rule's scores of them."""

from __future__ import annotations

import gc
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
from benchmarks.matching_quality.rules import Scores, TextRules, likelihood_scores
from matcher.index import HotlistIndex
from matcher.judging.false_alerts import Listed, ReadDetail
from matcher.judging.traffic import Traffic
from matcher.match import Matcher
from policy.traffic import HOME_SHARE
from schemas.plates import canonical_plate
from schemas.settings import MatchingSettings
from schemas.types import PlateRead

SETTING = MatchingSettings()

OURS = "ours: likelihood, full distributions"


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
    def composition(self) -> Listed:
        """How many entries resemble the traffic, as the matcher counts them."""
        common = Traffic(self.traffic).common
        if not common:
            return Listed(any=len(self.listed))
        near = sum(vehicle.state in common for vehicle in self.listed)
        return Listed(near, len(self.listed) - near)

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
