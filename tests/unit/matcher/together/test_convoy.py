"""Companions are found, and commuters, buses and platoons are none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.together import trips
from matcher.together.chance import compound_tail
from matcher.together.convoy import _threshold, find_convoys
from matcher.together.meeting import find_presences
from matcher.together.passes import Clock, traffic_of
from schemas.errors import InvalidInput
from tests.unit.matcher.together.traffic import DAY, far_between, week

WINDOW = 60.0


MADE = {
    "town": lambda: week(1, vehicles=1200, pairs=15),
    "readers that miss much": lambda: week(5, vehicles=1200, pairs=15, missed=0.25),
    "rush hours": lambda: week(6, vehicles=1200, pairs=15, rush=True),
    "cameras far between": lambda: far_between(7),
    "buses there and back": lambda: week(8, vehicles=800, pairs=15, shuttles=True),
}


@pytest.mark.parametrize("name", MADE)
def test_companions_are_found_among_commuters_buses_and_platoons(name: str) -> None:
    made = MADE[name]()
    found = find_convoys(made.traffic, WINDOW, 3)
    pairs = {(one.first, one.second) for one in found.pairs}
    right = pairs & made.companions
    assert len(right) / len(made.companions) >= 0.9
    assert len(pairs - made.companions) / max(len(pairs), 1) <= 0.1
    assert len(pairs - made.companions) <= found.tested / 10_000
    assert found.expected_false <= 0.1 * max(len(pairs), 1)
    assert all(one.trips >= 2 and one.cameras >= 3 and one.p_value < 1e-3 for one in found.pairs)


def test_of_a_target_fewer_trips_say_as_much() -> None:
    made = week(2, vehicles=600, pairs=4)
    missed = 0
    for first, second in made.companions:
        found = find_convoys(made.traffic, WINDOW, 3, target=first)
        others = {one.second if one.first == first else one.first for one in found.pairs}
        assert found.tested == made.traffic.vehicles - 1
        assert len(others - {second}) <= 1
        missed += second not in others
    assert missed == 0


def test_who_has_no_companion_has_none() -> None:
    made = week(3, vehicles=800, pairs=0)
    assert len(find_convoys(made.traffic, WINDOW, 3).pairs) <= 1


def test_too_much_traffic_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trips, "MOST_PAIRS", 100)
    with pytest.raises(InvalidInput, match="less time or area"):
        find_convoys(week(4, vehicles=300, pairs=1).traffic, WINDOW, 3)


def test_no_traffic_has_no_convoys() -> None:
    nothing = traffic_of(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64), 0.0, 7)
    assert find_convoys(nothing, WINDOW, 3).pairs == ()


@pytest.mark.parametrize("ahead", [3600.0, -3600.0])
def test_habits_go_on_when_the_clocks_change(ahead: float) -> None:
    # Two who leave home at the same minute every working day, by their clock, which changes in the middle of the week.
    rng, change = np.random.default_rng(11), 4 * DAY + 7200.0
    clock = Clock(np.array([0.0, change]), np.array([0.0, ahead]))
    rows = [(int(rng.integers(4)), rng.uniform(0, 7 * DAY), 2 + number % 150) for number in range(900)]
    for day in range(7):
        for camera in range(3):
            at = day * DAY + 7.2 * 3600 + 100 * camera
            rows += [(camera, at + rng.uniform(0, 20), vehicle) for vehicle in (0, 1)]
    camera, shown, vehicle = (np.array(column) for column in zip(*rows, strict=True))
    kinds = camera.astype(np.int64), clock.meant(shown), vehicle.astype(np.int64)
    assert (0, 1) not in {
        (one.first, one.second) for one in find_convoys(traffic_of(*kinds, 0.0, 7, clock), 60.0, 3).pairs
    }
    # Where days are moved by 24 hours alone, some of the days meet no more, and the two look like companions.
    first = passes_of(kinds, 0), passes_of(kinds, 1)
    shifts = [DAY * number for number in range(1, 7)]
    with_clock, without = (
        trips.trips_when_moved(traffic_of(*kinds, 0.0, 7, one), *first, shifts, 60.0).sum() for one in (clock, None)
    )
    assert with_clock == 42 > without


def passes_of(kinds: tuple[np.ndarray, np.ndarray, np.ndarray], vehicle: int) -> tuple[np.ndarray, np.ndarray]:
    camera, time, vehicles = kinds
    order = np.argsort(time[vehicles == vehicle])
    return camera[vehicles == vehicle][order], time[vehicles == vehicle][order]


@given(
    st.lists(st.tuples(st.integers(1, 6), st.floats(0.01, 1)), min_size=1, max_size=4),
    st.floats(0.05, 3),
    st.integers(0, 30),
)
def test_the_compound_tail_is_that_of_a_sum_of_weights(
    kinds: list[tuple[int, float]], expected: float, least: int
) -> None:
    weights, shares = np.array([one for one, _ in kinds]), np.array([share for _, share in kinds])
    shares = shares / shares.sum()
    # By another way: the events of each kind are a Poisson variable of their own.
    chances = np.zeros(400)
    chances[0] = 1.0
    for weight, share in zip(weights, shares, strict=True):
        own = np.zeros(400)
        count, term = 0, float(np.exp(-expected * share))
        while count * weight < 400 and count < 100:
            own[count * weight] = term
            count += 1
            term *= expected * share / count
        chances = np.convolve(chances, own)[:400]
    assert compound_tail(least, expected, weights, shares) == pytest.approx(chances[least:].sum(), rel=1e-6, abs=1e-12)


def test_who_meets_all_the_time_is_no_surprise() -> None:
    assert compound_tail(3000, 1200.0, np.array([1]), np.array([1.0])) == 1.0


def test_who_lives_there_is_no_surprise() -> None:
    day, hour = DAY, 3600.0
    seen = [("RESIDENT", (1, 1, 0), (60, 70, 60)), ("VISITOR", (1, 1, 1), (0, 0, 0)), ("ONCE", (1, 0, 0), (3, 0, 0))]
    told = find_presences(seen, [hour] * 3, [6 * day] * 3, 2)
    assert [one.vehicle for one in told.found] == ["VISITOR", "RESIDENT"]
    assert told.found[0].occasions == (0, 1, 2)
    assert told.found[0].p_value < 1e-7
    assert told.found[1].p_value > 0.2
    assert 0.2 < told.expected < 1.1


@pytest.mark.parametrize(
    ("p_values", "largest"),
    [
        # Of a thousand pairs one in twenty of what is told may be chance: .00005 for the first, twice that for two.
        *(([0.00005], 0.00005), ([0.000051], -1.0), ([0.00009, 0.0001], 0.0001), ([0.00009, 0.000101], -1.0)),
        *(([0.00006, 0.00007, 0.0005], 0.0001), ([], -1.0)),
    ],
)
def test_of_the_pairs_that_are_told_one_in_twenty_may_be_chance(p_values: list[float], largest: float) -> None:
    assert _threshold(np.array(p_values), 1000) == pytest.approx(largest)
