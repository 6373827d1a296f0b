"""How long hotlists that are shared lie on their topic, and how often they are given whole."""

from __future__ import annotations

from datetime import timedelta

from policy.agreements.grants import Grant

LONGEST_TOPIC_DAYS = 3.0
"""A topic of lists keeps no more than a new member needs: what was withdrawn is not to lie there for weeks."""
SNAPSHOTS_PER_TOPIC = 3
"""So often a list is given whole while the topic keeps a message: who comes anew always finds one."""


def topic_days(grant: Grant) -> float:
    """Return how many days the topic keeps a message: never longer than the receivers may."""
    return min(float(grant.max_days), LONGEST_TOPIC_DAYS)


def snapshot_every(grant: Grant) -> timedelta:
    """Return how often a list is given whole."""
    return timedelta(days=topic_days(grant)) / SNAPSHOTS_PER_TOPIC
