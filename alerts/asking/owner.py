"""The owner's end: topics for each member that may ask, what comes there, and answers sent to that member alone."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from alerts.asking.reading import Posted, TopicReader
from alerts.asking.wire import Sender
from alerts.topics import ensure_topic
from schemas.errors import BrokerUnavailable
from schemas.messages import Message
from schemas.settings import KafkaSettings
from services.kafka.client import KafkaError, open_admin

log = logging.getLogger(__name__)

KEPT_DAYS = 2 / 24
"""How long questions and answers stay on their topics: they are answered within an hour or not at all."""
REACH_SECONDS = 5.0


class Counter:
    """Where other agencies ask. It begins with the questions of the last hour: what was answered is known.

    Args:
        settings: The section `kafka`.
        servers: Bootstrap servers.
        questions: Topics that members write to.
        answers: Topics that they read.
        reach_back: How old a question may be.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        servers: Sequence[str],
        questions: Collection[str],
        answers: Collection[str],
        reach_back: timedelta,
    ) -> None:
        self.questions = frozenset(questions)
        self._checked_at = time.monotonic()
        _make(settings, servers, {*questions, *answers})
        self._reader = TopicReader(settings, servers)
        self._sender: Sender | None = None
        try:
            self._sender = Sender(settings, servers)
            read = self._reader.follow(self.questions, datetime.now(UTC) - reach_back)
            if read != self.questions:
                missing = ", ".join(sorted(self.questions - read))
                raise BrokerUnavailable(f"kafka does not show {missing}; see that this user may make and read it")
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

    def send(self, topic: str, message: Message) -> None:
        """Send an answer.

        Raises:
            BrokerUnavailable: It was perhaps not sent; send it again.
        """
        assert self._sender is not None  # noqa: S101 - made with it
        self._sender.send(topic, message)

    def close(self) -> None:
        """Close both connections."""
        self._reader.close()
        if self._sender is not None:
            self._sender.close()


def _make(settings: KafkaSettings, servers: Sequence[str], topics: Collection[str]) -> None:
    admin = open_admin(settings, servers)
    try:
        for topic in sorted(topics):
            # One partition: an agency's questions are few, and nobody reads them beside the leader.
            ensure_topic(admin, topic, retention_days=KEPT_DAYS, partitions=1, settings=settings)
    except KafkaError as error:
        raise BrokerUnavailable(f"kafka at {', '.join(servers)} cannot make topics now ({error})") from error
    finally:
        admin.close()
