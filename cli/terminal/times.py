"""How commands show times: the agency's, with their zone."""

from __future__ import annotations

from datetime import datetime

import typer


def shown_time(moment: datetime, *, seconds: bool = True) -> str:
    """Return a time as a person reads it and `--since` takes it, like 2026-01-31 06:00:00-05:00.

    Args:
        moment: UTC or with another zone.
        seconds: Whether to show them.
    """
    return moment.astimezone().isoformat(sep=" ", timespec="seconds" if seconds else "minutes")


def time_or_never(moment: datetime | None) -> str:
    """Return when something was last, or that it never was."""
    return "never" if moment is None else shown_time(moment)


def parse_moment(value: str) -> datetime:
    """Return the time that an option gives; without an offset it is naive, and meant in the agency's zone.

    Args:
        value: In ISO 8601.

    Raises:
        typer.BadParameter: It is none.
    """
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise typer.BadParameter(
            f"'{value}' is no ISO 8601 time; write it like 2026-01-31 or 2026-01-31T06:00"
        ) from error
