"""The agency's time zone, with its changes of daylight saving time."""

from __future__ import annotations

import os
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

MACHINE = Path("/etc/localtime")


def agency_zone(name: str | None) -> tzinfo:
    """Return the time zone in which an agency's hours are meant.

    Args:
        name: The setting `time_zone`, which is a known one; None: the machine's zone, with its rules.
    """
    for known in (name, os.environ.get("TZ", "").removeprefix(":")):
        if known:
            try:
                return ZoneInfo(known)
            except (ValueError, OSError):
                continue
    try:
        with MACHINE.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (ValueError, OSError):
        return UTC
