"""What a state adds to the score."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from matcher.judging.score import doubt_score, jurisdiction_agreement, jurisdiction_score, state_confidence
from matcher.judging.traffic import Traffic
from tests.unit.matcher.samples import entry, read


def test_the_state_says_more_the_less_often_it_passes() -> None:
    virginia = Traffic({"us-va": 0.7, "US-NC": 0.1})
    scores = [jurisdiction_score(True, 0.9, virginia.share(state)) for state in ("US-VA", "US-NC", "US-AK")]
    assert 0 < scores[0] < scores[1] < scores[2]
    assert jurisdiction_score(False, 0.9, virginia.share("US-VA")) < 0 == jurisdiction_score(None, None, 0.2)
    assert jurisdiction_score(True, 0.5, 0.7) < scores[0]
    unknown = Traffic()
    assert unknown.share("US-VA") == unknown.share("US-AK") == unknown.share(None)


@pytest.mark.parametrize(
    ("seen", "listed", "agrees"),
    [
        *(("US-VA", "US-VA", True), ("us-va", "US-VA", True), ("US-VA", "us-Va", True), ("US-VA", "US-MD", False)),
        *((None, "US-VA", None), ("US-VA", None, None), ("", "US-VA", None), ("US-VA", "", None), (None, None, None)),
    ],
)
def test_states_agree_in_any_case_and_only_where_both_are_known(
    seen: str | None, listed: str | None, agrees: bool | None
) -> None:
    assert jurisdiction_agreement(read("ABC1234", seen), entry("ABC1234", listed)) is agrees


@pytest.mark.parametrize(
    ("stated", "taken"),
    [
        *((None, 0.9), (math.nan, 0.9), (math.inf, 0.9), (0.0, 0.5), (0.49, 0.5), (0.5, 0.5), (0.7, 0.7)),
        *((0.99, 0.99), (0.995, 0.99), (1.0, 0.99)),
    ],
)
def test_a_state_is_taken_for_no_surer_and_no_less_sure_than_readers_are(stated: float | None, taken: float) -> None:
    assert state_confidence(stated) == taken
    assert jurisdiction_score(True, stated, 0.2) == pytest.approx(math.log(taken / 0.2 + 1 - taken))
    assert jurisdiction_score(False, stated, 0.2) == pytest.approx(math.log(1 - taken))
    assert jurisdiction_score(None, stated, 0.2) == 0.0


@pytest.mark.parametrize(
    ("confidence", "share"),
    [(0.0, 0.05), (0.04, 0.05), (0.06, 0.06), (0.8, 0.8), (1.0, 1.0), (1.2, 1.0), (math.nan, 0.05)],
)
def test_a_reader_that_gives_no_confidence_is_right_as_often_as_is_said_of_it(confidence: float, share: float) -> None:
    unstated = read("ABC1234", confidence=confidence, confidence_is_known=False)
    assert doubt_score(unstated) == pytest.approx(math.log(share))
    assert doubt_score(replace(unstated, confidence_is_known=True)) == 0.0
