"""What a second reader's text does to a hit: which way, how far, and that it is said."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.characters.confusion import ALPHABET
from matcher.judging.false_alerts import ReadDetail, curve
from matcher.judging.second_reading import HABITS, compare_second_reading
from schemas.types import Hit, HotlistEntry, PlateRead, SecondReading, Tier
from tests.unit.matcher.samples import SETTINGS, characters, entry, matcher, read

TEXT = st.text(ALPHABET, min_size=2, max_size=10)


def saw(text: str) -> SecondReading:
    return SecondReading(text, 0.9, False)


def best(seen: str, listed: str, second: str | None, state: str | None = "US-VA", **fields: Any) -> Hit | None:
    reading = None if second is None else saw(second)
    hits = matcher(entry(listed, state)).match(read(seen, state, second_reading=reading, **fields))
    return hits[0] if hits else None


def score(seen: str, listed: str, second: str | None, **fields: Any) -> float:
    hit = best(seen, listed, second, **fields)
    assert hit is not None
    return hit.score


def longest_list(seen: PlateRead, listed: HotlistEntry) -> int:
    """The most entries that a list may have for this read to be a probable hit."""
    (hit,) = matcher(listed, size=1).match(seen)
    innocent = math.log1p(-SETTINGS.false_alerts_per_10k / 10_000)
    return int(-innocent / math.exp(curve(ReadDetail.TEXT).log_rate(hit.score)))


def test_agreement_raises_and_contradiction_lowers_the_score_of_equal_text() -> None:
    agreed, alone, contradicted = (score("8KV4921", "8KV4921", second) for second in ("8KV4921", None, "8KV4927"))
    assert agreed > alone > contradicted


def test_for_a_look_alike_the_listed_text_counts_for_it_and_the_reads_against_it() -> None:
    listed, alone, third, same = (
        score("8KV4921", "BKV4921", second) for second in ("BKV4921", None, "BKV4927", "8KV4921")
    )
    assert listed > alone > third
    assert alone > same


@given(TEXT, TEXT)
def test_whatever_it_saw_an_equal_text_stays_exact(plate: str, second: str) -> None:
    hit = best(plate, plate, second)
    assert hit is not None
    assert hit.tier is Tier.EXACT
    assert hit.second_reader_agrees is (second == plate)


@pytest.mark.parametrize("second", ["8KV4921", "BKV4927", "XYZ9999"])
def test_a_contradiction_does_not_take_a_hit_back_however_near_the_limit(second: str) -> None:
    listed, seen = entry("BKV4921", "US-VA"), read("8KV4921", "US-VA")
    size = longest_list(seen, listed)
    (before,) = matcher(listed, size=size).match(seen)
    assert matcher(listed, size=size + size // 10).match(seen) == []
    (after,) = matcher(listed, size=size).match(replace(seen, second_reading=saw(second)))
    assert after.tier is before.tier
    assert after.score < before.score
    assert f"second reader saw {second}" in after.explanation


def test_the_listed_text_may_make_a_hit_that_the_read_alone_is_too_unsure_for() -> None:
    listed, seen = entry("BKV492Z"), read("8KV4922")
    size = longest_list(seen, listed) * 5 // 4
    assert matcher(listed, size=size).match(seen) == []
    (hit,) = matcher(listed, size=size).match(replace(seen, second_reading=saw("BKV492Z")))
    assert hit.tier is Tier.PROBABLE


@given(TEXT)
def test_a_plate_with_unknown_characters_that_fits_stays_partial(second: str) -> None:
    hit = best("8KV4921", "8KV?921", second)
    assert hit is not None
    assert hit.tier is Tier.PARTIAL


@given(TEXT, TEXT, TEXT)
def test_no_text_moves_the_score_further_than_the_counts_allow(plate: str, listed: str, second: str) -> None:
    evidence = compare_second_reading(saw(second), plate, listed)
    assert evidence is not None
    assert abs(evidence.score) < 5


def test_unknown_characters_of_the_entry_fit_any_text() -> None:
    hit = best("8KV4921", "8KV?921", "8KV7921")
    assert hit is not None
    assert hit.second_reader_agrees is True


@pytest.mark.parametrize("second", [None, "", "--"])
def test_without_a_text_nothing_changes(second: str | None) -> None:
    hit = best("8KV4921", "8KV4921", second)
    assert hit == best("8KV4921", "8KV4921", None)
    assert hit is not None
    assert hit.second_reader_agrees is None
    assert "second reader" not in hit.explanation


def test_a_character_that_it_cannot_tell_is_no_contradiction() -> None:
    assert HABITS.cannot_tell == {ord("Q"): "0"}
    assert score("942FQL", "942FQL", "942FOL") == score("942FQL", "942FQL", "942FQL") > score("942FQL", "942FQL", None)
    assert score("942FQL", "942F0L", "942F0L") == score("942FQL", "942F0L", None)
    hit = best("942FQL", "942FQL", "942FOL")
    assert hit is not None
    assert "second reader saw 942FOL" in hit.explanation


def test_it_cannot_make_an_incredible_text_a_hit() -> None:
    sure = characters("8KV4921", 0.9999)
    assert best("8KV4921", "XKV4921", "XKV4921", characters=sure) is None


@pytest.mark.parametrize(
    ("listed", "second", "adds"),
    [
        # Of ten right reads it repeats nine, and of ten wrong ones less than two; of wrong ones it mends three in ten.
        *(("8KV4921", "8KV4921", 1.7), ("8KV4921", "XYZ12", -2.2), ("BKV4921", "BKV4921", 1.4)),
        *(("BKV4921", "8KV4921", -1.7), ("BKV4921", "XYZ12", -0.5)),
    ],
)
def test_what_the_second_reader_saw_is_worth_what_was_counted(listed: str, second: str, adds: float) -> None:
    found = compare_second_reading(saw(second), "8KV4921", listed)
    assert found is not None
    assert found.score == pytest.approx(adds, abs=0.1)


def test_a_third_text_speaks_less_against_a_listed_plate_than_the_reads_own_and_more_than_none() -> None:
    listed, third, own = (
        compare_second_reading(saw(text), "8KV4921", "BKV4921") for text in ("BKV4921", "XYZ12", "8KV4921")
    )
    assert listed is not None
    assert third is not None
    assert own is not None
    assert listed.score > 0 > third.score > own.score
