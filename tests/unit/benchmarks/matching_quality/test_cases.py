"""Cases are drawn alike each time, and show what each rule finds."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.matching_quality.cases import OURS, all_scores, simulated_case
from benchmarks.matching_quality.report import plot, show
from schemas.plates import canonical_plate


def test_the_same_seed_gives_the_same_reads() -> None:
    first, second = (simulated_case(500, 60, seed=3, home=0.3) for _ in range(2))
    assert (first.listed, first.reads, first.innocent) == (second.listed, second.reads, second.innocent)
    assert not {vehicle.plate for vehicle in first.listed} <= {canonical_plate(r.plate) for r in first.innocent}


def test_ours_finds_more_than_equal_text_and_alarms_less_than_levenshtein(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = simulated_case(15_000, 1_500, seed=4, home=0.3)
    found = all_scores(case)
    equal, near, ours = found["equal text"], found["Levenshtein <= 1"], found[OURS]
    least = ours.reaching(equal.recall(1e299) + 0.03)
    assert ours.false_alerts(least) < near.false_alerts(1e299)
    show(case, found)
    table = capsys.readouterr().out
    assert all(f"| {name} |" in table for name in found)
    plot(tmp_path / "roc.svg", case, found)
    drawing = ElementTree.parse(tmp_path / "roc.svg").getroot()
    assert len(drawing.findall(".//{*}polyline")) == 6
