"""Which states' vehicles pass the cameras, where nobody has said so."""

from __future__ import annotations

from policy.loading import load_profile
from schemas.settings import MatchingSettings, Settings

HOME_SHARE = 0.5
"""Share of the vehicles from the cameras' own state: most places have more, places near a border have less."""


def matching_settings(settings: Settings) -> MatchingSettings:
    """Return the matcher's settings with the traffic that they name, or else the law profile's state as the common one.

    Args:
        settings: The configuration.

    Raises:
        ConfigurationError: The law profile cannot be read.
    """
    if settings.matching.traffic:
        return settings.matching
    home = load_profile(settings.policy.profile).jurisdiction
    return settings.matching.model_copy(update={"traffic": {home: HOME_SHARE}})
