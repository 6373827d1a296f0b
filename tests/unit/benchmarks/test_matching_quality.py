"""The matching benchmark itself: a reader that can be believed, rules that mean what they say, counts per read."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks.common.simulated_reads import simulate
from benchmarks.common.vehicles import LISTED_HOME, Vehicle, draw_vehicles
from benchmarks.false_alerts.scores import curve_of, write
from benchmarks.matching_quality.cases import OURS, all_scores, simulated_case
from benchmarks.matching_quality.report import plot, show
from benchmarks.matching_quality.rules import Scores, TextRules
from benchmarks.plate_patterns import pattern_shares
from matcher.judging.false_alerts import ReadDetail, parse_curves
from schemas.plates import canonical_plate
from tests.unit.matcher.samples import read


def test_a_simulated_reader_is_nearly_as_right_as_it_is_sure() -> None:
    rng = np.random.default_rng(5)
    vehicles = draw_vehicles(4_000, rng, LISTED_HOME)
    reads = simulate(vehicles, sorted({vehicle.state for vehicle in vehicles}), rng)
    right = np.array([canonical_plate(r.plate) == v.plate for r, v in zip(reads, vehicles, strict=True)])
    sure = np.array([r.confidence for r in reads])
    assert 0.8 < right.mean() < 0.97
    for low, high in ((0.3, 0.7), (0.7, 0.95), (0.95, 1.0)):
        some = (sure >= low) & (sure < high)
        assert right[some].mean() == pytest.approx(sure[some].mean(), abs=0.12)
    named = np.array([r.jurisdiction == v.state for r, v in zip(reads, vehicles, strict=True) if r.jurisdiction])
    assert 0.85 < named.mean() < 0.95


def test_the_same_seed_gives_the_same_reads() -> None:
    first, second = (simulated_case(500, 60, seed=3, home=0.3) for _ in range(2))
    assert (first.listed, first.reads, first.innocent) == (second.listed, second.reads, second.innocent)
    assert not {vehicle.plate for vehicle in first.listed} <= {canonical_plate(r.plate) for r in first.innocent}


def test_text_rules_find_what_they_say() -> None:
    listed = [Vehicle("8KV4921", "US-VA"), Vehicle("BKV4921", "US-MD"), Vehicle("BKV492", "US-VA")]
    rules = TextRules(listed)
    seen = read("8KV4921", "US-VA")
    assert rules.exact(seen) == [0]
    assert sorted(rules.levenshtein(seen)) == [0, 1]
    assert sorted(rules.groups(seen)) == [0, 1]
    assert rules.with_state([0, 1], seen) == [0]
    assert rules.with_state([0, 1], read("8KV4921")) == [0, 1]
    assert sorted(rules.levenshtein(read("BKV4921"))) == [0, 1, 2]


def test_false_alerts_are_counted_per_read_and_recall_at_no_more_than_allowed() -> None:
    scores = Scores(np.array([math.inf, 9.0, 3.0, -math.inf]), np.array([8.0, 4.0, *[-math.inf] * 9_998]))
    for allowed, recall in ((0, 0.5), (1, 0.5), (2, 0.75), (100, 0.75)):
        least, given = scores.at(allowed)
        assert given <= allowed
        assert scores.recall(least) == recall
    assert scores.reaching(0.75) == 3.0
    assert scores.reaching(1.0) == -math.inf


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


def test_a_measured_curve_is_one_that_the_matcher_reads(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    measured = [(size, rng.normal(6, 3, 5_000)) for size in (1_000, 10_000)]
    curve = curve_of(measured)
    write(tmp_path / "made.toml", dict.fromkeys(ReadDetail, curve), "a test")
    read_back = parse_curves((tmp_path / "made.toml").read_text())
    assert read_back[ReadDetail.TEXT].scores == tuple(curve[0])
    (size, scores), _ = measured
    reached = 1 - math.exp(-size * math.exp(read_back[ReadDetail.TEXT].log_rate(8.0)))
    assert reached == pytest.approx(float((scores >= 8).mean()), rel=0.05)


def test_the_patterns_are_the_shipped_ones() -> None:
    shipped = tomllib.loads((Path(__file__).parents[3] / "matcher/judging/plate_patterns.toml").read_text())["shares"]
    drawn = pattern_shares(seed=1, drawn=60_000)
    assert shipped.keys() == drawn.keys()
    assert all(0.85 < sum(shares.values()) <= 1.001 for shares in shipped.values())
    for state, shares in drawn.items():
        pattern, share = next(iter(shares.items()))
        assert shipped[state][pattern] == pytest.approx(share, abs=0.1)
