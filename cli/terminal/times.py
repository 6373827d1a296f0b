"""How commands show times: the agency's, with their zone."""

from __future__ import annotations

from datetime import datetime


def shown_time(moment: datetime, *, seconds: bool = True) -> str:
    """Return a time as a person reads it and `--since` takes it, like 2026-01-31 06:00:00-05:00.

    Args:
        moment: UTC or with another zone.
        seconds: Whether to show them.
    """
    return moment.astimezone().isoformat(sep=" ", timespec="seconds" if seconds else "minutes")
