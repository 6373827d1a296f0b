"""Which passes are made together, on which trips, against counting by hand."""

from __future__ import annotations

import itertools
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.together import trips
from matcher.together.chance import Chance
from matcher.together.convoy import find_convoys
from matcher.together.meeting import find_presences
from matcher.together.passes import Clock, Traffic, traffic_of
from matcher.together.trips import candidates, trips_when_moved
from schemas.errors import InvalidInput

LONGEST = 8

Pass = tuple[int, float, int]
"""Camera, time, vehicle."""


def traffic(passes: list[Pass], days: int = 7) -> Traffic:
    camera, time, vehicle = (np.array([one[place] for one in passes]) for place in range(3))
    return traffic_of(camera.astype(np.int64), time.astype(np.float64), vehicle.astype(np.int64), 0.0, days)


HALF_AN_HOUR = 30 * 60.0
"""Seconds without a common pass after which a trip is over."""


def by_hand(passes: list[Pass], window: float) -> dict[tuple[int, int], tuple[list[int], int, int]]:
    """Trips by length, cameras, and common passes of each pair."""
    met: dict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
    for one, other in itertools.combinations(sorted(passes, key=lambda each: each[1]), 2):
        if one[0] == other[0] and one[2] != other[2] and other[1] - one[1] <= window:
            met[min(one[2], other[2]), max(one[2], other[2])].append((one[1], one[0]))
    found = {}
    for pair, times in met.items():
        lengths, last, cameras = [0] * LONGEST, None, set()
        for moment, camera in sorted(times):
            if last is not None and moment - last > HALF_AN_HOUR:
                lengths[min(len(cameras), LONGEST) - 1] += 1
                cameras = set()
            cameras.add(camera)
            last = moment
        lengths[min(len(cameras), LONGEST) - 1] += 1
        found[pair] = lengths, len({camera for _, camera in times}), len(times)
    return found


passes = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 200).map(lambda step: step * 60.0), st.integers(0, 4)),
    min_size=1,
    max_size=40,
    unique_by=lambda one: (one[0], one[1]),
)


@given(passes, st.sampled_from([0.0, 59.0, 60.0, 300.0]), st.integers(1, 3), st.integers(1, 3))
def test_pairs_and_their_trips_are_those_counted_by_hand(
    made: list[Pass], window: float, least_cameras: int, least_trips: int
) -> None:
    expected = by_hand(made, window)
    found, lengths = candidates(traffic(made), window, least_cameras, least_trips, None)
    told = {(one.first, one.second): (one.trips.tolist(), one.cameras, one.common) for one in found}
    assert told == {
        pair: each for pair, each in expected.items() if each[1] >= least_cameras and sum(each[0]) >= least_trips
    }
    assert lengths.tolist() == [sum(each[0][place] for each in expected.values()) for place in range(LONGEST)]
    for target in range(5):
        of_one, _ = candidates(traffic(made), window, least_cameras, least_trips, target)
        assert [(one.first, one.second) for one in of_one] == sorted(pair for pair in told if target in pair)


def way(begin: float, cameras: int, behind: float = 10.0) -> list[Pass]:
    return [(place, begin + 90 * place + vehicle * behind, vehicle) for place in range(cameras) for vehicle in (0, 1)]


@pytest.mark.parametrize(("gap", "lengths"), [(HALF_AN_HOUR, [0, 0, 1]), (HALF_AN_HOUR + 1, [1, 1, 0])])
def test_a_long_time_without_a_common_pass_ends_a_trip(gap: float, lengths: list[int]) -> None:
    made = [*way(0, 2), *((2, 90 + gap + place * 10.0, place) for place in (0, 1))]
    (pair,), _ = candidates(traffic(made), 60, 3, 1, None)
    assert pair.trips.tolist() == [*lengths, *[0] * (LONGEST - 3)]


@pytest.mark.parametrize(("cameras", "counted"), [(7, 7), (8, 8), (9, 8), (12, 8)])
def test_past_many_cameras_a_trip_is_no_longer(cameras: int, counted: int) -> None:
    (pair,), _ = candidates(traffic(way(0, cameras)), 60, 3, 1, None)
    assert pair.trips.tolist() == [int(place == counted - 1) for place in range(LONGEST)]
    assert pair.cameras == cameras


def test_so_many_common_passes_are_looked_at_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    made = traffic(way(0, 3))
    monkeypatch.setattr(trips, "MOST_PAIRS", 3)
    assert len(candidates(made, 60, 3, 1, None)[0]) == 1
    monkeypatch.setattr(trips, "MOST_PAIRS", 2)
    with pytest.raises(InvalidInput, match="less time or area"):
        candidates(made, 60, 3, 1, None)


def test_passes_that_are_moved_meet_where_they_met_on_another_day_and_come_round() -> None:
    day = trips.DAY
    one = np.array([0, 1, 0]), np.array([100.0, 190.0, 2 * day + 100.0])
    other = np.array([0, 1]), np.array([day + 110.0, day + 200.0])
    made = traffic([(0, 100.0, 0)], days=3)
    assert trips_when_moved(made, one, other, [0.0], 60).sum() == 0
    # A day later they are on the third day, two days later again on the first one.
    assert trips_when_moved(made, one, other, [day], 60).tolist() == [1, 0, *[0] * (LONGEST - 2)]
    assert trips_when_moved(made, one, other, [2 * day], 60).tolist() == [0, 1, *[0] * (LONGEST - 2)]
    assert trips_when_moved(made, one, other, [day, 2 * day], 60).tolist() == [1, 1, *[0] * (LONGEST - 2)]
    assert trips_when_moved(made, one, other, [2 * day], 9).sum() == 0
    assert trips_when_moved(made, one, other, [2 * day], 10).sum() == 1


def test_a_clock_shows_and_means_the_same_moment_but_in_the_hour_that_comes_twice() -> None:
    clock = Clock(np.array([0.0, 1000.0, 5000.0]), np.array([0.0, 100.0, 0.0]))
    times = np.array([0.0, 999.0, 1000.0, 4999.0, 5000.0, 5200.0])
    shown = np.array([0.0, 999.0, 1100.0, 5099.0, 5000.0, 5200.0])
    assert clock.shown(times).tolist() == shown.tolist()
    assert clock.meant(shown).tolist() == [0.0, 999.0, 1000.0, 4999.0, 4900.0, 5200.0], "the first time"
    assert clock.meant(np.array([5100.0])).tolist() == [5100.0]


def test_traffic_is_in_the_order_of_cameras_and_of_time_at_each() -> None:
    made = traffic([(1, 5.0, 0), (0, 9.0, 2), (1, 3.0, 1), (0, 2.0, 0)])
    assert (made.camera.tolist(), made.time.tolist(), made.vehicle.tolist()) == (
        [0, 0, 1, 1],
        [2, 9, 3, 5],
        [0, 2, 1, 0],
    )
    assert (made.vehicles, made.begin, made.days) == (3, 0.0, 7)


def test_two_that_drive_behind_each_other_on_several_ways_are_one_pair_told_whole() -> None:
    rng = np.random.default_rng(4)
    others = [(int(rng.integers(6)), rng.uniform(0, 7 * trips.DAY), 2 + number % 200) for number in range(2000)]
    begins = [20_000.0, 150_000.0, 301_000.0, 477_000.0]
    made = [*others, *(each for begin in begins for each in way(begin, 4))]
    found = find_convoys(traffic(made), 60.0, 3)
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.trips, pair.cameras, pair.common) == (0, 1, 4, 4, 16)
    assert 0 < pair.expected < 0.5
    assert 0 < pair.p_value < 1e-6
    assert found.tested == 202 * 201 // 2
    assert found.expected_false == pytest.approx(pair.p_value * found.tested)
    assert find_convoys(traffic(made), 60.0, 5).pairs == ()
    assert find_convoys(traffic(made), 60.0, 3, 5).pairs == ()
    assert find_convoys(traffic(made), 60.0, 4, 4, target=1).pairs[0].common == 16
    assert find_convoys(traffic(made), 60.0, 3, target=2).pairs == ()
    assert find_convoys(traffic(made), 9.0, 3).pairs == ()


def test_what_chance_cannot_be_below_is_below_it() -> None:
    lengths = np.array([400, 60, 20, 8, 3, 1, 0, 0])
    (pair,), _ = candidates(traffic([*way(0, 4), *way(20_000, 3)]), 60, 3, 2, None)
    for met in (0.001, 0.1, 2.0):
        chance = Chance.by_traffic(met, lengths + pair.trips, pair)
        assert 0 < chance.least_p_value() <= chance.p_value() <= 1
        assert chance.shares.sum() == pytest.approx(1)
        habits = chance.with_habits(met, 1.5, [np.array([0, 0, 5, 0, 0, 0, 0, 0])])
        assert habits.expected >= max(1.5, chance.expected * 0.5)
        assert habits.p_value() > chance.p_value()


def test_who_was_there_on_enough_occasions_comes_by_how_unlikely_that_is() -> None:
    hour, day = 3600.0, 86_400.0
    seen = [
        *(("B", (1, 2, 0), (0, 0, 0)), ("A", (1, 1, 0), (0, 0, 0)), ("OFTEN", (1, 1, 0), (48, 48, 0))),
        *(("ALL", (1, 1, 1), (0, 0, 0)), ("ONE", (0, 0, 3), (0, 0, 0))),
    ]
    told = find_presences(seen, [hour] * 3, [day] * 3, 2)
    assert [(one.vehicle, one.occasions) for one in told.found] == [
        *(("ALL", (0, 1, 2)), ("A", (0, 1)), ("B", (0, 1)), ("OFTEN", (0, 1))),
    ]
    assert told.vehicles == 5
    never, often = 1 - np.exp(-0.5 / 24), 1 - np.exp(-48.5 / 24)
    two = 3 * never**2 * (1 - never) + never**3
    assert told.found[0].p_value == pytest.approx(never**3)
    assert told.found[1].p_value == pytest.approx(two)
    habitual = often**2 + 2 * often * (1 - often) * never
    assert told.found[3].p_value == pytest.approx(habitual)
    assert told.expected == pytest.approx(4 * two + habitual)
    assert [one.vehicle for one in find_presences(seen, [hour] * 3, [day] * 3, 3).found] == ["ALL"]
    assert len(find_presences(seen, [hour] * 3, [day] * 3, 1).found) == 5


def further(others: list[int]) -> list[float]:
    """Which share of trips is past so many cameras or more, by hand."""
    seen = [count + 0.5 ** (place + 1) for place, count in enumerate(others)]
    return [sum(seen[place:]) / sum(seen) for place in range(LONGEST)]


def test_what_trips_are_expected_by_chance_and_what_each_says() -> None:
    (pair,), _ = candidates(traffic([*way(0, 4), *way(20_000, 3), *way(40_000, 3)]), 60, 3, 2, None)
    others = [400, 60, 20, 8, 3, 1, 0, 0]
    found = Chance.by_traffic(0.02, np.array(others) + pair.trips, pair)
    reach = further(others)
    assert found.expected == pytest.approx(0.02 / sum(reach))
    exact = [one - other for one, other in zip(reach, [*reach[1:], 0.0], strict=True)]
    assert found.shares.tolist() == pytest.approx(exact)
    # How few are expected, against the four of companions, and how seldom others go as far, up to a factor e ** 6.
    says = [np.log(4.0 / found.expected) + min(-np.log(one), 6.0) for one in reach]
    assert found.weights.tolist() == [round(2 * one) for one in says]
    assert -np.log(reach[-1]) > 6.0
    poisson = np.exp(-found.expected)
    for trips_made, share in ((1, exact[3]), (2, exact[2])):
        poisson *= (found.expected * share) ** trips_made / (2 if trips_made == 2 else 1)
    assert found.least_p_value() == pytest.approx(poisson)
    usual = Chance.by_traffic(50.0, np.array(others) + pair.trips, pair)
    assert usual.weights.tolist() == [max(round(2 * (0.5 + min(-np.log(one), 6.0))), 1) for one in reach]
    moved = [3, 2, 5, 0, 0, 0, 0, 0]
    habits = found.with_habits(0.02, 0.7, [np.array(moved), np.zeros(LONGEST, np.int64)])
    reached = [sum(moved[place:]) for place in range(LONGEST)]
    longer = [max(r, (m + 3 * r) / (10 + 3)) for r, m in zip(reach, reached, strict=True)]
    assert habits.expected == 0.7
    assert habits.shares.tolist() == pytest.approx(
        [one - other for one, other in zip(longer, [*longer[1:], 0.0], strict=True)]
    )
    assert habits.weights.tolist() == found.weights.tolist()
    assert found.with_habits(0.02, 0.0, [np.array(moved)]).expected == pytest.approx(0.02 / sum(longer))


@pytest.mark.parametrize(
    ("usual", "habits"),
    [
        ([], 0.0),
        # At the same minute on two days: when one is moved, on two of six days they meet again.
        ([(0, 25_200.0), (3, 25_200.0)], 2 / 6),
        # Five minutes later on the other day: only within a window ten times as wide, of which a tenth is counted.
        ([(0, 25_200.0), (3, 25_500.0)], 2 / 6 / 10),
        # Two hours later: of six days by six times of the day they are moved by, on two.
        ([(0, 25_200.0), (3, 32_400.0)], 2 / 36 / 10),
    ],
)
def test_what_is_expected_of_two_is_what_traffic_and_their_own_habits_explain(
    usual: list[tuple[int, float]], habits: float
) -> None:
    day, window = trips.DAY, 60.0
    others = [
        (camera, 1000.0 + 2016.0 * number, 2 + 300 * camera + number) for camera in range(4) for number in range(300)
    ]
    begins = [0 * day + 7_200, 1 * day + 21_600, 2 * day + 43_200, 4 * day + 54_000, 5 * day + 68_000, 6 * day + 79_000]
    own = [each for begin in begins for each in way(begin, 4)]
    own += [(0, on * day + at + 10.0 * vehicle, vehicle) for on, at in usual for vehicle in (0, 1)]
    made = [*others, *own]
    (pair,) = find_convoys(traffic(made), window, 3, target=0).pairs
    met = 0.0
    for camera in range(4):
        times = [time for place, time, _ in made if place == camera]
        first, second = ([time for place, time, one in own if place == camera and one == which] for which in (0, 1))
        near = sum(abs(time - mine) <= window for mine in first for time in times) - len(first)
        met += near / (len(times) - len(first)) * len(second)
    lengths = [
        sum(each)
        for each in zip(*(found[0] for pair, found in by_hand(made, window).items() if 0 in pair), strict=True)
    ]
    reach = further(
        [count - (6 if place == 3 else len(usual) if place == 0 else 0) for place, count in enumerate(lengths)]
    )
    assert pair.trips == 6 + len(usual)
    assert pair.common == 24 + len(usual)
    assert pair.expected == pytest.approx(max(met / sum(reach), habits))
