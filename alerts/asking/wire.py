"""Questions and answers as messages, sent and acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.events import QueryAnswerEvent, QueryEvent
from schemas.generate import ANSWER_CE_TYPE, QUERY_CE_TYPE
from schemas.messages import Message, cloud_event_headers
from schemas.settings import KafkaSettings
from services.kafka.client import KafkaError, close_producer, kafka_errors, open_producer

SEND_SECONDS = 10.0
MESSAGE_OVERHEAD_BYTES = 65_536


def question_message(query: QueryEvent) -> Message:
    """Return a question as a message."""
    return _message(query, query.asker.agency_id, query.asked_at, QUERY_CE_TYPE)


def answer_message(answer: QueryAnswerEvent) -> Message:
    """Return an answer as a message."""
    return _message(answer, answer.owner.agency_id, answer.answered_at, ANSWER_CE_TYPE)


def _message(event: QueryEvent | QueryAnswerEvent, agency_id: str, moment: datetime, kind: str) -> Message:
    return Message(
        message_id=event.query_id,
        key=str(event.query_id),
        payload=event.model_dump_json().encode(),
        headers=cloud_event_headers(event.query_id, kind=kind, agency_id=agency_id, moment=moment),
    )


class Sender:
    """Sends single messages and waits until the broker has them.

    Args:
        settings: How to connect, as the section `kafka`.
        servers: Bootstrap servers.
    """

    def __init__(self, settings: KafkaSettings, servers: Sequence[str]) -> None:
        self._servers = tuple(servers)
        self._client: Any = open_producer(
            settings,
            servers,
            acks="all",
            # A double does no harm: a question is answered once, and the first answer counts.
            enable_idempotence=False,
            max_block_ms=5000,
            request_timeout_ms=5000,
            delivery_timeout_ms=int(SEND_SECONDS * 1000),
            max_request_size=settings.max_message_bytes + MESSAGE_OVERHEAD_BYTES,
            allow_auto_create_topics=False,
        )

    def send(self, topic: str, message: Message) -> None:
        """Send a message.

        Raises:
            BrokerUnavailable: It was perhaps not sent.
            ConfigurationError: This user may not write there.
        """
        headers = [(name, value.encode()) for name, value in message.headers]
        try:
            future = self._client.send(topic, value=message.payload, key=message.key.encode(), headers=headers)
            future.get(timeout=SEND_SECONDS)
        except kafka_errors.AuthorizationError as error:
            raise ConfigurationError(
                f"topic {topic}: not permitted to write ({error.message}); ask whoever runs the broker for access"
            ) from error
        except KafkaError as error:
            raise BrokerUnavailable(
                f"kafka at {', '.join(self._servers)} did not take a message for {topic} ({error})"
            ) from error

    def close(self) -> None:
        """Close the connection."""
        close_producer(self._client, 1.0)
