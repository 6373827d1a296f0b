"""What the setting promises holds for the worst list there is: one that is all of the state that passes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.common.hits import matched
from benchmarks.common.simulated_reads import simulate
from benchmarks.common.vehicles import HOME, draw_vehicles, listed_entries
from matcher.index import HotlistIndex
from matcher.judging.false_alerts import PER, ReadDetail
from matcher.match import Matcher
from schemas.settings.matching import MatchingSettings
from schemas.types import Tier

HOME_SHARE = 0.5

ENTRIES, READS, LIMIT = 20_000, 8_000, 50.0


@pytest.mark.parametrize("detail", [ReadDetail.TEXT, ReadDetail.DISTRIBUTIONS])
def test_a_list_of_the_traffics_own_plates_keeps_the_limit(detail: ReadDetail) -> None:
    rng = np.random.default_rng(11)
    listed = draw_vehicles(ENTRIES, rng, home_share=1.0)
    plates = {vehicle.plate for vehicle in listed}
    innocent = [one for one in draw_vehicles(READS, rng, home_share=1.0) if one.plate not in plates]
    settings = MatchingSettings(false_alerts_per_10k=LIMIT, traffic={HOME: HOME_SHARE})
    matcher = Matcher(HotlistIndex.build(listed_entries(listed)), settings)
    reads = simulate(innocent, [HOME, "US-MD", "US-NC"], rng)
    raised = sum(any(hit.tier is not Tier.EXACT for hit in hits) for hits in matched(matcher, reads, detail))
    allowed = LIMIT * len(reads) / PER
    assert 0 < raised <= allowed + 2 * math.sqrt(allowed)
