"""The threshold as a number of false alerts: which way it moves, and what it promises beyond what was measured."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from matcher.characters.slots import Slot
from matcher.judging.false_alerts import (
    Curve,
    Listed,
    ReadDetail,
    Weights,
    curve,
    detail_of,
    expected_false_alerts,
    least_score,
    parse,
)
from matcher.judging.tiers import Thresholds
from schemas.errors import ConfigurationError
from schemas.settings import MatchingSettings
from schemas.types import Category

NUMBERS = st.floats(1e-3, 9_999)
SIZES = st.integers(0, 10**7)
KINDS = st.sampled_from(ReadDetail)


@given(NUMBERS, NUMBERS, SIZES, KINDS)
def test_who_takes_fewer_false_alerts_gets_a_higher_threshold(
    one: float, other: float, size: int, detail: ReadDetail
) -> None:
    fewer, more = sorted((one, other))
    assert least_score(fewer, size, detail) >= least_score(more, size, detail)


@given(NUMBERS, SIZES, SIZES, KINDS)
def test_a_longer_list_has_a_higher_threshold(number: float, one: int, other: int, detail: ReadDetail) -> None:
    shorter, longer = sorted((one, other))
    assert least_score(number, longer, detail) >= least_score(number, shorter, detail)


@given(NUMBERS, SIZES, KINDS)
def test_the_threshold_keeps_the_promise(number: float, size: int, detail: ReadDetail) -> None:
    least = least_score(number, size, detail)
    assert math.isfinite(least)
    assert expected_false_alerts(least, size, detail) <= number * (1 + 1e-6)


@given(st.floats(-50, 100), st.floats(-50, 100), SIZES, KINDS)
def test_higher_scores_are_rarer_and_never_more_than_all_reads(
    one: float, other: float, size: int, detail: ReadDetail
) -> None:
    low, high = sorted((one, other))
    assert 10_000 >= expected_false_alerts(low, size, detail) >= expected_false_alerts(high, size, detail) >= 0


@pytest.mark.parametrize("detail", ReadDetail)
def test_beyond_the_measured_scores_a_nat_is_worth_less_than_within(detail: ReadDetail) -> None:
    measured = curve(detail)
    last = measured.scores[-1]
    falls = [measured.log_rate(score) - measured.log_rate(score + 1) for score in (last, last + 5, last + 50)]
    tail = (measured.log_rate(last - 3) - measured.log_rate(last)) / 3
    assert falls == pytest.approx([falls[0]] * 3)
    assert 0 < falls[0] <= min(0.5, tail) + 1e-9
    assert measured.least_score(measured.log_rate(last + 5)) == pytest.approx(last + 5)


@pytest.mark.parametrize("detail", ReadDetail)
def test_below_the_measured_scores_nothing_is_promised(detail: ReadDetail) -> None:
    measured = curve(detail)
    assert measured.log_rate(-1000) == measured.log_rates[0]
    assert measured.least_score(0.0) == measured.scores[0]


@pytest.mark.parametrize("detail", ReadDetail)
def test_the_data_falls_from_point_to_point(detail: ReadDetail) -> None:
    measured = curve(detail)
    assert all(a > b for a, b in pairwise(measured.log_rates))
    assert len(measured.scores) > 10


def test_text_alone_needs_more_than_a_text_with_its_doubts() -> None:
    for size in (20_000, 100_000):
        least = [
            least_score(10, size, each) for each in (ReadDetail.TEXT, ReadDetail.CONFIDENCES, ReadDetail.DISTRIBUTIONS)
        ]
        assert least == sorted(least, reverse=True)


@given(st.integers(0, 10**7), st.integers(0, 10**7), KINDS)
def test_an_entry_like_the_traffic_counts_for_more_than_another(near: int, far: int, detail: ReadDetail) -> None:
    apart = Listed(near=near).weighed(detail) + Listed(far=far).weighed(detail)
    assert Listed(near, far).weighed(detail) == pytest.approx(apart)
    assert Listed(near=1).weighed(detail) > Listed(any=1).weighed(detail) == 1 > Listed(far=1).weighed(detail) > 0


@pytest.mark.parametrize(
    "weights", ["near = 1.0\nfar = 2.0", "near = inf\nfar = 1.0", "near = 1.0\nfar = 0", "near = 1"]
)
def test_weights_that_cannot_be(weights: str) -> None:
    text = "".join(f"[{detail}]\n{weights}\nscores = [1, 2]\nlog_rates = [-1, -2]\n" for detail in ReadDetail)
    with pytest.raises(ConfigurationError, match=r"false_alerts\.toml"):
        parse(text)


def test_all_reads_may_be_false_alerts_where_somebody_says_so() -> None:
    assert least_score(10_000, 1_000_000) == -math.inf


@pytest.mark.parametrize(
    ("distributions", "kind"),
    [
        ((None, None), ReadDetail.TEXT),
        (({"A": 0.9}, {"1": 1.0}), ReadDetail.CONFIDENCES),
        (({"A": 0.9}, {"1": 0.9, "I": 0.05}), ReadDetail.DISTRIBUTIONS),
    ],
)
def test_how_much_a_read_says(distributions: tuple[dict[str, float] | None, ...], kind: ReadDetail) -> None:
    assert detail_of([Slot("A", "A", distribution) for distribution in distributions]) is kind


def test_categories_differ_and_the_least_is_the_most_tolerant_ones() -> None:
    limits = Thresholds(MatchingSettings(), Listed(any=1_000_000))
    for detail in ReadDetail:
        child, vehicle, lapsed = (
            limits.of(detail, category)
            for category in (Category.CHILD_ABDUCTION, Category.STOLEN_VEHICLE, Category.EXPIRED_REGISTRATION)
        )
        assert limits.least(detail) == child < vehicle < lapsed


def test_an_operator_may_set_any_category() -> None:
    own = MatchingSettings(false_alerts_per_10k=3, category_false_alerts_per_10k={Category.STOLEN_PLATE: 40})
    assert own.false_alerts_of(Category.STOLEN_PLATE) == 40
    assert own.false_alerts_of(Category.STOLEN_VEHICLE) == 3
    assert own.false_alerts_of(Category.CHILD_ABDUCTION) == MatchingSettings().false_alerts_of(Category.CHILD_ABDUCTION)


@pytest.mark.parametrize("number", [0, -1, 10_001, math.nan, math.inf])
def test_numbers_of_false_alerts_that_cannot_be(number: float) -> None:
    with pytest.raises(ValidationError):
        MatchingSettings(false_alerts_per_10k=number)
    with pytest.raises(ValidationError):
        MatchingSettings(category_false_alerts_per_10k={Category.WATCH: number})


@pytest.mark.parametrize(
    ("scores", "rates"),
    [((1.0,), (-1.0,)), ((1.0, 2.0), (-1.0, -1.0)), ((2.0, 1.0), (-1.0, -2.0)), ((1.0, 2.0), (-1.0, math.nan))],
)
def test_a_curve_has_to_fall(scores: tuple[float, ...], rates: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="scores have to rise and rates to fall"):
        Curve(scores, rates)


@pytest.mark.parametrize("text", ["", "[text", "[text]\nscores = [1]\n", "distributions = 3"])
def test_damaged_data_says_what_to_do(text: str) -> None:
    with pytest.raises(ConfigurationError, match="reinstall platewatch or make it with"):
        parse(text)


@pytest.mark.parametrize(
    ("curve", "rates"),
    [
        # Between points on the line; beyond, as it falls over the last three nats, or from the last but one on.
        (
            Curve((0, 1, 2, 10), (-1, -2, -4, -5)),
            {-1: -1, 0: -1, 0.5: -1.5, 1: -2, 1.5: -3, 6: -4.5, 10: -5, 14: -5.5, 18: -6},
        ),
        (Curve((0, 5, 6, 7), (-1, -2, -2.3, -2.6)), {2.5: -1.5, 7: -2.6, 9: -3.2}),
        (Curve((0, 4, 5, 7), (-1, -2, -2.2, -2.6)), {7: -2.6, 9: -3.0}),
        (Curve((0, 4, 5, 6, 7), (-1, -2, -2.4, -2.6, -2.75)), {7: -2.75, 11: -3.75}),
        # A nat is worth at most half of the logarithm there.
        (Curve((0, 1, 2, 3), (-1, -2, -4, -8)), {2.5: -6, 3: -8, 5: -9}),
        (Curve((0, 1), (-1, -1.25)), {0.5: -1.125, 1: -1.25, 3: -1.75}),
    ],
)
def test_rates_between_and_beyond_what_was_measured(curve: Curve, rates: dict[float, float]) -> None:
    for score, rate in rates.items():
        assert curve.log_rate(score) == pytest.approx(rate)
        assert curve.least_score(rate) == pytest.approx(max(score, 0))


def test_what_a_score_is_worth_is_a_number_of_false_alerts_among_ten_thousand_reads() -> None:
    data = parse(
        "".join(
            f"[{detail}]\nnear = {near}\nfar = {far}\nscores = [0, 10]\nlog_rates = [-2, -12]\n"
            for detail, near, far in (("distributions", 2.0, 0.5), ("confidences", 1.0, 1.0), ("text", 3.0, 0.25))
        )
    )
    assert {detail: one.weights for detail, one in data.items()} == {
        ReadDetail.DISTRIBUTIONS: Weights(2.0, 0.5),
        ReadDetail.CONFIDENCES: Weights(1.0, 1.0),
        ReadDetail.TEXT: Weights(3.0, 0.25),
    }
    assert {one.curve for one in data.values()} == {Curve((0, 10), (-2, -12))}


@pytest.mark.parametrize("detail", ReadDetail)
def test_the_least_score_raises_just_so_many_false_alerts(detail: ReadDetail) -> None:
    for false_alerts, entries in ((1.0, 100_000.0), (50.0, 1_000_000.0), (9_999.0, 1e9)):
        score = least_score(false_alerts, entries, detail)
        assert expected_false_alerts(score, entries, detail) == pytest.approx(false_alerts, rel=1e-6)
    # A list without entries counts as one of a single one.
    assert least_score(1.0, 0.0, detail) == least_score(1.0, 1.0, detail)
    assert expected_false_alerts(5.0, 0.0, detail) == 0.0


def test_entries_count_by_how_much_they_resemble_the_traffic() -> None:
    for detail in ReadDetail:
        near, far, whole = (Listed(**{name: 1}).weighed(detail) for name in ("near", "far", "any"))
        assert Listed(3, 5, 7).weighed(detail) == pytest.approx(3 * near + 5 * far + 7 * whole)
