"""What is shown before somebody signs in."""

from __future__ import annotations

from policy.banners import banner
from schemas.settings import Settings


def banner_of(settings: Settings) -> str:
    """Return the agency's own notice, else the law profile's."""
    return settings.console.banner or banner(settings)
