"""A channel's deliveries are sent, tried again with growing pauses, and given up with the reason."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from alerts.build import alert_message
from alerts.routing.channels.mail import send_mail
from alerts.routing.channels.outcome import Attempt, Fate, Sending
from alerts.routing.channels.texts import log_line
from alerts.routing.channels.webhook import send_webhook
from schemas.errors import ConfigurationError
from schemas.events import Alert, AlertType
from schemas.settings.channels import ChannelSettings, KafkaChannel, LogChannel, MailChannel
from storage.alerts.deliveries import Deliveries, DeliveryState, DueDelivery

log = logging.getLogger(__name__)

PAUSES: Final = (10, 30, 60, 120, 300, 600)
"""Seconds until the next attempt; the last one counts on."""
AT_ONCE = 20


class Deliverer:
    """Sends what is due on one channel.

    Args:
        channel: The channel.
        deliveries: The planned deliveries.
    """

    def __init__(self, channel: ChannelSettings, deliveries: Deliveries) -> None:
        self._channel = channel
        self._deliveries = deliveries

    def deliver(self, is_stopped: Callable[[], bool]) -> tuple[int, str]:
        """Send what is due.

        Args:
            is_stopped: Asked between two deliveries.

        Returns:
            How many were settled, and why the last one that was not sent was not; empty where all were.

        Raises:
            DatabaseUnavailable: The server went away; what was sent and not noted is sent again.
        """
        count, reason = 0, ""
        for delivery in self._deliveries.due(self._channel.name, datetime.now(UTC), AT_ONCE):
            if is_stopped():
                break
            attempt = self._attempt(delivery)
            count += 1
            if attempt is not None and attempt.fate is not Fate.SENT:
                reason = attempt.reason
        return count, reason

    def _attempt(self, delivery: DueDelivery) -> Attempt | None:
        alert = Alert.model_validate(delivery.payload)
        is_cancel = alert.type is AlertType.CANCEL
        if delivery.is_canceled and not is_cancel:
            self._not_needed(delivery, "its alert was taken back before it was sent")
            return None
        if is_cancel and not delivery.was_told:
            self._not_needed(delivery, "nobody was told of the alert that is taken back")
            return None
        if isinstance(self._channel, KafkaChannel):
            self._deliveries.hand_over(delivery, alert_message(alert), self._channel.topic, datetime.now(UTC))
            return None
        number = delivery.alert_number or 0
        sending = Sending(delivery.delivery_id, number, alert, delivery.unit, delivery.with_plate)
        try:
            attempt = self._sent(sending)
        except ConfigurationError as error:
            attempt = Attempt(Fate.FAILED, str(error))
        self._note(delivery, attempt)
        return attempt

    def _sent(self, sending: Sending) -> Attempt:
        channel = self._channel
        if isinstance(channel, LogChannel):
            log.info("%s", log_line(sending))
            return Attempt(Fate.SENT)
        if isinstance(channel, MailChannel):
            return send_mail(channel, sending)
        if isinstance(channel, KafkaChannel):
            raise AssertionError("what goes to Kafka is handed to the outbox")
        return send_webhook(channel, sending)

    def _not_needed(self, delivery: DueDelivery, reason: str) -> None:
        self._deliveries.settle(delivery, DeliveryState.NOT_NEEDED, datetime.now(UTC), reason=reason)

    def _note(self, delivery: DueDelivery, attempt: Attempt) -> None:
        now = datetime.now(UTC)
        if attempt.fate is Fate.SENT:
            self._deliveries.settle(delivery, DeliveryState.SENT, now, reason=attempt.reason or None)
            return
        next_at = next_attempt(delivery.attempts, now)
        begun = delivery.begun_at or now
        is_over = next_at - begun > timedelta(hours=self._channel.give_up_hours)
        if attempt.fate is Fate.REFUSED or is_over:
            self._deliveries.settle(delivery, DeliveryState.DEAD, now, reason=attempt.reason)
            log.warning(
                "delivery %d (channel %s) is given up: %s",
                delivery.delivery_number,
                self._channel.name,
                attempt.reason,
            )
        else:
            self._deliveries.settle(delivery, DeliveryState.WAITING, now, reason=attempt.reason, due_at=next_at)


def next_attempt(attempts: int, now: datetime) -> datetime:
    """Return when to try again after an attempt that failed, and some before it."""
    return now + timedelta(seconds=PAUSES[min(attempts, len(PAUSES) - 1)])
