"""Words that several places show to people, and that must be the same everywhere."""

from __future__ import annotations

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0


def age_text(seconds: float | None) -> str:
    """Return the age of a list in words.

    Args:
        seconds: Age of the list's content when the read was captured; None when its date is not known.

    Returns:
        Text like `3 h old`, to stand behind the list's name.
    """
    if seconds is None:
        return "of unknown date"
    if seconds < 1.5 * _MINUTE:
        return "just updated"
    if seconds < 1.5 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min old"
    if seconds < 2 * _DAY:
        return f"{seconds / _HOUR:.0f} h old"
    return f"{seconds / _DAY:.0f} d old"
