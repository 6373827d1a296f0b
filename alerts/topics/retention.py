"""How long a topic keeps a record, in Kafka's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

LONGEST_SEGMENT = timedelta(days=1)
LONGEST_LOOK = timedelta(minutes=6)
"""Brokers look for what is too old every five minutes, and the files go after that."""
FILE_DELAY_MS = 1000
"""How long the files of what was deleted stay."""


def topic_settings(retention_days: float) -> dict[str, str]:
    """Return the settings of a topic whose records are gone so many days after their own times, those of capture.

    Kafka deletes whole segments, each once its newest record is older than the retention, so an oldest record lives
    as long as retention and segment together; then until the broker looks for such segments (every five minutes where
    nothing else is set) and lets go of their files.

    Args:
        retention_days: Most days that a record may be kept.

    Returns:
        Kafka's topic settings.

    Source:
        https://kafka.apache.org/43/configuration/topic-configs/
    """
    total = timedelta(days=retention_days)
    segment = min(LONGEST_SEGMENT, total / 4)
    looks = min(LONGEST_LOOK, total / 4)
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(int((total - segment - looks).total_seconds() * 1000)),
        "segment.ms": str(int(segment.total_seconds() * 1000)),
        "message.timestamp.type": "CreateTime",
        "file.delete.delay.ms": str(FILE_DELAY_MS),
    }


def changes(kept: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Return which of an existing topic's settings have to change so that its records end in time.

    What ends them sooner stays: somebody may want that.

    Args:
        kept: The topic's settings, defaults included.
        wanted: Those of `topic_settings`.
    """
    return {name: value for name, value in wanted.items() if name in kept and _is_longer(kept[name], value)}


def _is_longer(kept: str, wanted: str) -> bool:
    if not wanted.isdecimal():
        return kept != wanted
    try:
        return not 0 <= int(kept) <= int(wanted)  # -1 means for ever
    except ValueError:
        return True
