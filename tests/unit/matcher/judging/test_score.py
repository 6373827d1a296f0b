"""What a state adds to the score."""

from __future__ import annotations

from matcher.judging.score import jurisdiction_score
from matcher.judging.traffic import Traffic


def test_the_state_says_more_the_less_often_it_passes() -> None:
    virginia = Traffic({"us-va": 0.7, "US-NC": 0.1})
    scores = [jurisdiction_score(True, 0.9, virginia.share(state)) for state in ("US-VA", "US-NC", "US-AK")]
    assert 0 < scores[0] < scores[1] < scores[2]
    assert jurisdiction_score(False, 0.9, virginia.share("US-VA")) < 0 == jurisdiction_score(None, None, 0.2)
    assert jurisdiction_score(True, 0.5, 0.7) < scores[0]
    unknown = Traffic()
    assert unknown.share("US-VA") == unknown.share("US-AK") == unknown.share(None)
