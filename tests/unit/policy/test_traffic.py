"""Which states pass: what is set counts, and else the state whose law is followed."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from policy.traffic import matching_settings
from schemas.errors import ConfigurationError
from schemas.settings import MatchingSettings, PolicySettings, Settings

HOME_SHARE = 0.5


def with_law(profile: str, **matching: object) -> Settings:
    return Settings(policy=PolicySettings(profile=profile), matching=MatchingSettings.model_validate(matching))


def test_what_is_set_is_taken() -> None:
    settings = with_law("virginia", traffic={"us-nc": 0.6, "US-VA": 0.3})
    assert matching_settings(settings).traffic == {"US-NC": 0.6, "US-VA": 0.3}


def test_else_half_is_of_the_state_whose_law_is_followed() -> None:
    settings = with_law("maryland", false_alerts_per_10k=7)
    assert matching_settings(settings).traffic == {"US-MD": HOME_SHARE}
    assert matching_settings(settings).false_alerts_per_10k == 7


def test_a_law_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        matching_settings(with_law("nowhere"))


@pytest.mark.parametrize("traffic", [{"US-VA": 0.7, "US-NC": 0.4}, {"US-VA": 0}, {"US-VA": "much"}])
def test_shares_that_cannot_be_are_refused(traffic: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MatchingSettings.model_validate({"traffic": traffic})
