"""How much of the demo's clip is played live, and what is said of it."""

from __future__ import annotations

from typing import Any

SHORT_SECONDS = 15.0
"""Played live where nothing else is asked for: three vehicles, and the demo stays short."""


def live_words(live: dict[str, Any]) -> str:
    """Say in a line what the live camera saw.

    Args:
        live: Its part of the demo's summary.
    """
    seen = f"{live['seen']} of {live['expected']} vehicles read in {live['seconds']:.0f} s of real time"
    frames = f"{live['frames']} frames, {live['dropped']} of them dropped for newer ones"
    alerts = f"{live['alerts']} new alerts, {live['updated_alerts']} updated"
    return (
        f"Live by RTSP: {seen}; {frames}; {sum(live['hits'].values())} hits, {alerts}: what the same place saw minutes "
        "ago repeats an alert that stands."
    )


def drive_words(drive: dict[str, Any]) -> str:
    """Say in a line what the car did.

    Args:
        drive: Its part of the demo's summary.
    """
    same = "the same, each once" if drive["same_alerts"] else "not the same"
    return (
        f"Patrol car: {len(drive['plates'])} vehicles read and {drive['alerts']} alerts on its page without a network; "
        f"back home the server had {drive['reads_at_server']} reads and {drive['alerts_at_server']} alerts after "
        f"{drive['home_seconds']} s: {same}."
    )
