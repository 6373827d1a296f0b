"""Rules that mean what they say, and counts per read."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.common.vehicles import Vehicle
from benchmarks.matching_quality.rules import Scores, TextRules
from tests.unit.matcher.samples import read


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
