"""The asker's end: one question, and the answer to it and to no other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self
from uuid import UUID

from pydantic import ValidationError

from alerts.asking.reading import TopicReader
from alerts.asking.wire import Sender, question_message
from schemas.errors import ConfigurationError, InvalidInput
from schemas.events import QueryAnswerEvent, QueryEvent
from schemas.settings import KafkaSettings

POLL_SECONDS = 0.25
CHECK_SECONDS = 2.0


class Line:
    """The way to another agency's counter. A context; for one question at a time.

    Args:
        settings: How to connect, as the section `kafka`.
        servers: Bootstrap servers.
        questions: The topic that we may write to.
        answers: The topic that we may read.
    """

    def __init__(self, settings: KafkaSettings, servers: Sequence[str], questions: str, answers: str) -> None:
        self._settings, self._servers = settings, tuple(servers)
        self._questions, self._answers = questions, answers
        self._reader: TopicReader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def listen(self, since: datetime | None = None) -> None:
        """Begin to listen for answers: before the question is sent, or back to when it was.

        Args:
            since: When the question was sent, aware; None: it is yet to be.

        Raises:
            ConfigurationError: The broker shows us no such topic.
            BrokerUnavailable: It does not answer.
        """
        # Only now: whoever may not ask need not wait for a broker to be told so.
        self._reader = self._reader or TopicReader(self._settings, self._servers)
        if not self._reader.follow([self._answers], since):
            raise ConfigurationError(
                f"kafka at {', '.join(self._servers)} shows us no topic {self._answers}: no agreement there shares "
                "queries with us, their installation has not begun to answer, or our user may not read it; ask them"
            )

    def ask(self, query: QueryEvent) -> None:
        """Send the question.

        Raises:
            BrokerUnavailable: It was perhaps not sent.
            ConfigurationError: We may not write there.
        """
        sender = Sender(self._settings, self._servers)
        try:
            sender.send(self._questions, question_message(query))
        finally:
            sender.close()

    def answer(self, query_id: UUID, seconds: float) -> QueryAnswerEvent | None:
        """Return the answer to a question, or None where none came in time.

        Args:
            query_id: The question; answers to others are passed over.
            seconds: How long to wait.

        Raises:
            InvalidInput: What came is no answer.
            BrokerUnavailable: The broker went away.
        """
        reader = self._reader
        assert reader is not None  # noqa: S101 - it listens before it asks
        deadline = time.monotonic() + seconds
        check_at = time.monotonic() + CHECK_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            for posted in reader.poll(min(left, POLL_SECONDS)):
                if posted.key == str(query_id):
                    return _parsed(posted.payload, query_id)
            if time.monotonic() >= check_at:
                reader.check()
                check_at = time.monotonic() + CHECK_SECONDS
        return None


def _parsed(payload: bytes | None, query_id: UUID) -> QueryAnswerEvent:
    try:
        answer = QueryAnswerEvent.model_validate_json(payload or b"")
    except ValidationError as error:
        places = sorted({".".join(map(str, one["loc"])) or "message" for one in error.errors(include_input=False)})
        raise InvalidInput(f"what came as the answer is none: {', '.join(places[:3])} does not fit") from error
    if answer.query_id != query_id:
        raise InvalidInput("what came as the answer is one to another question")
    return answer
