"""How many reads share a transaction, and how long they wait for one another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How the recorder takes arrivals.

    `most` share a transaction. The first of them is waited for by `idle_seconds`, and by `waiting_seconds` while an
    alert waits for its second reading, which it should not wait for any longer than it has to. With `gathers` the
    others have as long, from the beginning, to join it; without, those share it that are there already: they are many
    where many come.
    """

    most: int
    idle_seconds: float
    waiting_seconds: float
    gathers: bool


CAMERAS = Pace(most=50, idle_seconds=0.25, waiting_seconds=0.05, gathers=True)
"""Cameras' reads come one by one."""

TOPIC = Pace(most=1000, idle_seconds=0.25, waiting_seconds=0.02, gathers=False)
"""A topic's reads have been on their way before, and come as fast as they are taken."""
