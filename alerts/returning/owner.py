"""The owner's end: a topic for each member that lists are given to, read where it was left off."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from alerts.asking.reading import Posted, TopicReader
from alerts.topics import ensure_topic
from schemas.errors import BrokerUnavailable
from schemas.settings import KafkaSettings
from services.kafka.client import KafkaError, open_admin

REACH_SECONDS = 5.0


class Letterbox:
    """Where members say what became of alerts on entries that they were given.

    Args:
        settings: The section `kafka`.
        servers: Bootstrap servers.
        topics: The members' topics, each with the days for which it may keep a message; made where they are missing.
        left_off: By topic and partition what is read next.

    Raises:
        BrokerUnavailable: The broker does not answer, or does not show one of them.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        servers: Sequence[str],
        topics: Mapping[str, float],
        left_off: Mapping[tuple[str, int], int],
    ) -> None:
        self.topics = dict(topics)
        self._checked_at = time.monotonic()
        _make(settings, servers, topics)
        self._reader = TopicReader(settings, servers)
        try:
            missing = set(topics) - self._reader.resume(topics.keys(), left_off)
            if missing:
                shown = ", ".join(sorted(missing))
                raise BrokerUnavailable(f"kafka does not show {shown}; see that this user may make and read it")
        except BaseException:
            self.close()
            raise

    def poll(self, seconds: float) -> list[Posted]:
        """Return what came within so many seconds.

        Raises:
            BrokerUnavailable: The broker does not answer.
        """
        posted = self._reader.poll(seconds)
        if posted or time.monotonic() >= self._checked_at + REACH_SECONDS:
            self._reader.check()
            self._checked_at = time.monotonic()
        return posted

    def close(self) -> None:
        """Close the connection."""
        self._reader.close()


def _make(settings: KafkaSettings, servers: Sequence[str], topics: Mapping[str, float]) -> None:
    admin = open_admin(settings, servers)
    try:
        for topic, days in sorted(topics.items()):
            # One partition: dispositions are few, and nobody reads them beside the leader.
            ensure_topic(admin, topic, retention_days=days, partitions=1, settings=settings)
    except KafkaError as error:
        raise BrokerUnavailable(f"kafka at {', '.join(servers)} cannot make topics now ({error})") from error
    finally:
        admin.close()
