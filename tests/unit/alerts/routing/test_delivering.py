"""What is due on a channel is sent, tried again, given up, or not needed any more, and all of it is noted."""

from __future__ import annotations

import json
import logging
import smtplib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from alerts.build import alert_message, build_update, canceling
from alerts.routing import delivering
from alerts.routing.channels import mail
from alerts.routing.channels.outcome import Attempt, Fate, Sending
from alerts.routing.channels.texts import mail_lines, mail_subject
from alerts.routing.channels.webhook import _judged, webhook_body
from alerts.routing.delivering import Deliverer
from schemas.errors import ConfigurationError
from schemas.events import Alert
from schemas.settings import KafkaChannel, LogChannel, MailChannel, WebhookChannel
from storage.alerts.deliveries import DeliveryState, DueDelivery
from tests.unit.alerts.samples import START, sample_alert

AT_ONCE = 20

NOW = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
ALERT = sample_alert(1, picture=b"jpeg")
CANCEL = canceling(ALERT, "entry withdrawn", created_at=START)


class Clock(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        assert tz is UTC
        return NOW


def due(number: int = 1, alert: Alert = ALERT, **fields: Any) -> DueDelivery:
    values: dict[str, Any] = {
        "delivery_id": UUID(int=number),
        "delivery_number": number,
        "rule": "night",
        "unit": "squad 3",
        "channel": "cad",
        "with_plate": True,
        "alert_id": alert.alert_id,
        "first_alert": ALERT.alert_id,
        "planned_at": START,
        "due_at": START,
        "begun_at": None,
        "attempts": 0,
        "state": "waiting",
        "reason": None,
        "settled_at": None,
        "alert_number": 16 + number,
        "payload": json.loads(alert.model_dump_json()),
        "is_canceled": False,
        "was_told": False,
    }
    return DueDelivery(**(values | fields))


class Planned:
    """Planned deliveries, and what was noted of them."""

    def __init__(self, *waiting: DueDelivery) -> None:
        self.waiting = list(waiting)
        self.noted: list[tuple[int, str, datetime, str | None, datetime | None]] = []
        self.handed_over: list[tuple[int, object, str, datetime]] = []

    def due(self, channel: str, now: datetime, limit: int) -> list[DueDelivery]:
        assert now == NOW
        return [one for one in self.waiting if one.channel == channel][:limit]

    def settle(
        self,
        delivery: DueDelivery,
        state: DeliveryState,
        now: datetime,
        *,
        reason: str | None = None,
        due_at: datetime | None = None,
    ) -> None:
        self.noted.append((delivery.delivery_number, state.value, now, reason, due_at))

    def hand_over(self, delivery: DueDelivery, message: object, topic: str, now: datetime) -> None:
        self.handed_over.append((delivery.delivery_number, message, topic, now))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Sending]:
    """What a webhook was given, which takes everything."""
    given: list[Sending] = []

    def take(sending: Sending) -> Attempt:
        given.append(sending)
        return Attempt(Fate.SENT)

    monkeypatch.setattr(delivering, "datetime", Clock)
    answering(monkeypatch, take)
    return given


def answering(monkeypatch: pytest.MonkeyPatch, answer: Callable[[Sending], Attempt]) -> None:
    monkeypatch.setattr(delivering, "send_webhook", lambda _channel, sending: answer(sending))


def hook(hours: float = 24.0) -> WebhookChannel:
    return WebhookChannel(
        name="cad", url="https://cad.example/alerts", secret_file=Path("/run/secret"), give_up_hours=hours
    )


def deliver(planned: Planned, channel: Any = None, is_stopped: Callable[[], bool] = lambda: False) -> tuple[int, str]:
    return Deliverer(channel or hook(), planned).deliver(is_stopped)  # type: ignore[arg-type]


def test_what_is_due_goes_out_with_what_its_rule_says(sent: list[Sending]) -> None:
    planned = Planned(due(1), due(2, with_plate=False, unit=""), due(3, channel="other"), due(4, alert_number=None))
    assert deliver(planned) == (3, "")
    assert sent == [
        Sending(UUID(int=1), 17, ALERT, "squad 3", with_plate=True),
        Sending(UUID(int=2), 18, ALERT, "", with_plate=False),
        Sending(UUID(int=4), 0, ALERT, "squad 3", with_plate=True),
    ]
    assert planned.noted == [(number, "sent", NOW, None, None) for number in (1, 2, 4)]


def test_no_more_is_taken_at_once_than_it_takes_to_stop_soon(sent: list[Sending]) -> None:
    planned = Planned(*(due(number) for number in range(1, AT_ONCE + 9)))
    assert deliver(planned) == (AT_ONCE, "")
    stopping = iter([False, False, True])
    assert deliver(planned, is_stopped=lambda: next(stopping)) == (2, "")
    assert len(sent) == AT_ONCE + 2


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("fate", "attempts", "begun", "state", "pause"),
    [
        (Fate.SENT, 3, HOUR * 40, "sent", None),
        (Fate.REFUSED, 0, None, "dead", None),
        (Fate.REFUSED, 2, HOUR, "dead", None),
        (Fate.FAILED, 0, None, "waiting", 10),
        (Fate.FAILED, 1, HOUR, "waiting", 30),
        (Fate.FAILED, 9, HOUR, "waiting", 600),
        # It is given up when the next attempt would be too late.
        (Fate.FAILED, 9, HOUR * 2 - timedelta(seconds=600), "waiting", 600),
        (Fate.FAILED, 9, HOUR * 2 - timedelta(seconds=599), "dead", None),
    ],
)
def test_what_becomes_of_an_attempt(
    sent: list[Sending],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fate: Fate,
    attempts: int,
    begun: timedelta | None,
    state: str,
    pause: float | None,
) -> None:
    answering(monkeypatch, lambda _sending: Attempt(fate, "it answered 500"))
    planned = Planned(due(attempts=attempts, begun_at=None if begun is None else NOW - begun))
    told = "" if fate is Fate.SENT else "it answered 500"
    assert deliver(planned, hook(2.0)) == (1, told)
    due_at = None if pause is None else NOW + timedelta(seconds=pause)
    assert planned.noted == [(1, state, NOW, "it answered 500", due_at)]
    assert [record.getMessage() for record in caplog.records] == (
        ["delivery 1 (channel cad) is given up: it answered 500"] if state == "dead" else []
    )


def test_a_channel_that_is_set_up_wrongly_is_tried_again(sent: list[Sending], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_sending: Sending) -> Attempt:
        raise ConfigurationError("the secret is empty")

    answering(monkeypatch, fail)
    planned = Planned(due(1))
    assert deliver(planned) == (1, "the secret is empty")
    assert planned.noted == [(1, "waiting", NOW, "the secret is empty", NOW + timedelta(seconds=10))]


def test_the_last_reason_is_told_also_where_something_was_sent_after_it(
    sent: list[Sending], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([Attempt(Fate.FAILED, "busy"), Attempt(Fate.SENT, "as 7"), Attempt(Fate.FAILED, "away")])
    answering(monkeypatch, lambda _sending: next(answers))
    planned = Planned(due(1), due(2))
    assert deliver(planned) == (2, "busy")
    assert planned.noted[1] == (2, "sent", NOW, "as 7", None)
    assert deliver(Planned(due(3), due(4, CANCEL))) == (2, "away")


UPDATE = build_update(ALERT, updates=ALERT.alert_id, reason="exact instead of probable")


@pytest.mark.parametrize(
    ("alert", "is_canceled", "was_told", "reason"),
    [
        (ALERT, False, False, None),
        (ALERT, True, True, "its alert was taken back before it was sent"),
        (UPDATE, True, True, "its alert was taken back before it was sent"),
        (UPDATE, False, False, None),
        (CANCEL, True, True, None),
        (CANCEL, True, False, "nobody was told of the alert that is taken back"),
    ],
)
@pytest.mark.parametrize("channel", [hook(), KafkaChannel(name="cad", topic="desk.alerts")])
def test_who_was_told_is_told_of_the_end_and_nobody_else(
    sent: list[Sending], channel: Any, alert: Alert, is_canceled: bool, was_told: bool, reason: str | None
) -> None:
    planned = Planned(due(1, alert, is_canceled=is_canceled, was_told=was_told))
    assert deliver(planned, channel) == (1, "")
    if reason is not None:
        assert planned.noted == [(1, "not_needed", NOW, reason, None)]
        assert (sent, planned.handed_over) == ([], [])
    elif isinstance(channel, KafkaChannel):
        assert planned.handed_over == [(1, alert_message(alert), "desk.alerts", NOW)]
        assert (sent, planned.noted) == ([], [])
    else:
        assert [one.alert for one in sent] == [alert]
        assert planned.noted == [(1, "sent", NOW, None, None)]


def test_a_log_has_a_line_without_the_plate(sent: list[Sending], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    planned = Planned(due(1), due(2, CANCEL, unit="", was_told=True))
    assert deliver(planned, LogChannel(name="cad")) == (2, "")
    assert [record.getMessage() for record in caplog.records] == [
        "alert 17 for squad 3: stolen vehicle, exact, camera gate, not confirmed",
        "cancel 18: stolen vehicle, exact, camera gate, not confirmed",
    ]
    assert [one[:2] for one in planned.noted] == [(1, "sent"), (2, "sent")]


def test_a_mail_says_what_and_where_and_the_plate_only_where_the_rule_says_so() -> None:
    """Whole subjects and texts: a mail lies in a box that others read."""
    strange = ALERT.model_copy(
        update={
            "read": ALERT.read.model_copy(update={"camera_id": "gate\r\nBcc: x@y.example"}),
            "entry": ALERT.entry.model_copy(update={"jurisdiction": None}),
        }
    )
    told = Sending(UUID(int=5), 17, ALERT, "squad 3", with_plate=True)
    quiet = Sending(UUID(int=5), 18, CANCEL, "", with_plate=False)
    hostile = Sending(UUID(int=5), 19, strange, "", with_plate=True)
    assert mail_subject(told) == "Alert 17: stolen vehicle, VNV4527, gate, for squad 3"
    assert mail_subject(quiet) == "CANCELED 18: stolen vehicle, gate"
    assert mail_subject(hostile) == "Alert 19: stolen vehicle, VNV4527, gate Bcc: x@y.example"
    update = Sending(UUID(int=5), 20, UPDATE, "", with_plate=True)
    assert mail_subject(update) == "UPDATE 20: stolen vehicle, VNV4527, gate"
    at = ALERT.read.captured_at.astimezone().isoformat(" ", "seconds")
    first, camera, listed, *rest = mail_lines(told)
    assert first == f"stolen vehicle, exact, {ALERT.confirmation.words}"
    assert camera == f"camera gate, {at}"
    assert listed.startswith("list ncic")
    after = ["", ALERT.notice, "", "platewatch alerts show 17"]
    assert rest == ["listed VNV4527 US-VA", "plate and state are equal", *after]
    assert mail_lines(update)[3:6] == [
        "listed VNV4527 US-VA",
        "plate and state are equal",
        "exact instead of probable",
    ]
    assert mail_lines(hostile)[3] == "listed VNV4527"
    assert mail_lines(quiet) == [
        "TAKEN BACK: do not act on this alert any more.",
        first,
        camera,
        listed,
        *after[:3],
        "platewatch alerts show 18",
    ]


def test_a_mail_goes_from_whom_to_whom_with_one_number_whoever_tries_it() -> None:
    channel = MailChannel(
        name="desk", host="mail.example", sender="alpr@portsmouth.example", to=("a@p.example", "b@p.example")
    )
    one = Sending(UUID(int=5), 17, ALERT, "squad 3", with_plate=True)
    made = mail.mail_of(channel, one)
    assert {name: value for name, value in made.items() if name.lower() not in ("mime-version",)} == {
        "From": "alpr@portsmouth.example",
        "To": "a@p.example, b@p.example",
        "Subject": mail_subject(one),
        "Date": "Fri, 20 Nov 2026 18:30:02 +0000",
        "Message-ID": f"<{UUID(int=5)}@portsmouth.example>",
        "Auto-Submitted": "auto-generated",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": made["Content-Transfer-Encoding"],
    }
    assert made.get_content().splitlines() == mail_lines(one)


@pytest.mark.parametrize(
    ("error", "fate", "reason"),
    [
        (smtplib.SMTPAuthenticationError(535, b"no"), Fate.FAILED, "the mail server refuses the login (535)"),
        (
            smtplib.SMTPRecipientsRefused({"a": (551, b""), "b": (550, b"")}),
            Fate.REFUSED,
            "the mail server takes none of the recipients (550, 551)",
        ),
        (
            smtplib.SMTPRecipientsRefused({"a": (450, b""), "b": (550, b"")}),
            Fate.FAILED,
            "the mail server takes none of the recipients (450, 550)",
        ),
        (smtplib.SMTPRecipientsRefused({}), Fate.FAILED, "the mail server takes none of the recipients ()"),
        (smtplib.SMTPSenderRefused(500, b"no", "a"), Fate.REFUSED, "the mail server answered 500"),
        (smtplib.SMTPSenderRefused(499, b"no", "a"), Fate.FAILED, "the mail server answered 499"),
        (smtplib.SMTPDataError(554, b"no"), Fate.REFUSED, "the mail server answered 554"),
        (smtplib.SMTPNotSupportedError("no"), Fate.FAILED, "the mail server offers no starttls or no login"),
        (OSError("no\n route"), Fate.FAILED, "the mail server cannot be used (no route)"),
    ],
)
def test_what_a_mail_server_says_is_for_good_or_may_be_over_later(
    monkeypatch: pytest.MonkeyPatch, error: Exception, fate: Fate, reason: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(mail, "BoundedSmtp", refuse)
    channel = MailChannel(name="desk", host="mail.example", sender="alpr@p.example", to=("a@p.example",))
    attempt = mail.send_mail(channel, Sending(UUID(int=5), 17, ALERT, "", with_plate=False))
    assert attempt == Attempt(fate, reason)


@pytest.mark.parametrize(
    ("fate", "statuses"),
    [
        (Fate.SENT, (200, 202, 204, 299)),
        (Fate.REFUSED, (400, 401, 403, 404, 405, 410, 413, 415, 422)),
        (Fate.FAILED, (199, 300, 302, 402, 408, 409, 421, 423, 425, 429, 500, 502, 503, 504)),
    ],
)
def test_what_another_program_answers_is_for_good_or_may_be_over_later(fate: Fate, statuses: tuple[int, ...]) -> None:
    for status in statuses:
        assert _judged(status) == Attempt(fate, "" if fate is Fate.SENT else f"it answered {status}")


@pytest.mark.parametrize("pictured", [True, False])
def test_another_program_gets_the_alert_with_its_number_and_whom_it_is_for(pictured: bool) -> None:
    channel = hook().model_copy(update={"with_picture": pictured})
    for unit in ("squad 3", ""):
        document = json.loads(webhook_body(channel, Sending(UUID(int=5), 17, ALERT, unit, with_plate=False)))
        shown = ALERT if pictured else ALERT.model_copy(update={"plate_picture": None})
        assert document == {
            "type": "alert.alert",
            "alert_number": 17,
            "unit": unit or None,
            "data": json.loads(shown.model_dump_json()),
        }
