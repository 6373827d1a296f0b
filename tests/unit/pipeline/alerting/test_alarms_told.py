"""The stages that plan, send, hold and take back: which alarms they raise and clear, and when they look again."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from pipeline.alerting import cancellations, car_answers, numbering, routing, sharing, storms
from pipeline.alerting.cancellations import CancellationStage
from pipeline.alerting.car_answers import CarAnswersStage
from pipeline.alerting.numbering import NumberingStage
from pipeline.alerting.routing import DeliveryStage, RoutingStage
from pipeline.alerting.sharing import SharingStage
from pipeline.alerting.storms import StormStage
from pipeline.health.board import HealthBoard
from schemas.events import AlarmKind
from schemas.settings import Settings
from schemas.settings.channels import WebhookChannel
from storage.alerts.storms import Storm

POLL_SECONDS = 0.5

AT_ONCE = 200
EXPIRY_SECONDS = 5.0
LOOK_SECONDS = 30.0

STOP = threading.Event()
NOTHING = cast(Any, None)
DATABASE = cast(Any, object())


def told(board: HealthBoard, kind: AlarmKind) -> list[tuple[str, str | None]]:
    """What was raised and cleared since this was asked last: of which subject, with which message."""
    changes = []
    while (change := board.next_change()) is not None:
        board.stored(change)
        assert change.kind is kind
        changes.append((change.subject, change.message))
    return changes


def test_what_waits_for_a_channel_that_is_not_configured_is_said_until_it_waits_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting, now, board = ["ours", "gone", "lost"], [1000.0], HealthBoard("here")

    @contextlib.contextmanager
    def unit(_: object) -> Iterator[None]:
        yield

    monkeypatch.setattr(routing, "Deliveries", lambda _: SimpleNamespace(waiting_channels=lambda: list(waiting)))
    monkeypatch.setattr(routing, "routing", unit)
    monkeypatch.setattr(routing, "plan_deliveries", lambda *_: 3)
    monkeypatch.setattr(routing, "time", SimpleNamespace(monotonic=lambda: now[0]))
    channel = {"name": "ours", "kind": "webhook", "url": "https://x.example/", "secret_file": "/s"}
    settings = Settings.model_validate({"alerts": {"channels": [channel]}})
    stage = RoutingStage(NOTHING, settings, NOTHING)
    stage.step(STOP)  # without a board there is nobody to tell
    stage.board = board
    stage.step(STOP)
    message = "alerts wait for this channel, which is not in the configuration; add it to [[alerts.channels]]"
    assert told(board, AlarmKind.DELIVERIES) == [("gone", message), ("lost", message)]
    waiting.remove("gone")
    now[0] += LOOK_SECONDS - 0.1
    stage.step(STOP)
    assert told(board, AlarmKind.DELIVERIES) == []
    now[0] += 0.1
    stage.step(STOP)
    assert told(board, AlarmKind.DELIVERIES) == [("gone", None)]
    assert board.stands(AlarmKind.DELIVERIES, "lost")


@pytest.mark.parametrize(("asked", "pause"), [(AT_ONCE - 1, POLL_SECONDS), (AT_ONCE, 0.0)])
def test_rules_are_asked_on_at_once_while_there_is_more(
    monkeypatch: pytest.MonkeyPatch, asked: int, pause: float
) -> None:
    unit = object()

    def plan(given: Any, zone: Any, now: datetime) -> int:
        assert (given, zone) == (unit, ZoneInfo("America/New_York"))
        assert abs(datetime.now(UTC) - now) < timedelta(hours=1)
        return asked

    monkeypatch.setattr(routing, "Deliveries", lambda _: None)
    monkeypatch.setattr(routing, "routing", lambda on: contextlib.nullcontext(unit if on is DATABASE else None))
    monkeypatch.setattr(routing, "plan_deliveries", plan)
    settings = Settings(time_zone="America/New_York")
    assert RoutingStage(DATABASE, settings, NOTHING).step(STOP) == pause


def test_a_channels_alarm_follows_what_it_could_not_deliver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step: what was delivered and why not more, how many were given up, and what is told of it."""
    given_up, result, board = [0], [(0, "")], HealthBoard("here")
    dead = "1 deliveries were given up; see platewatch deliveries list --dead, and retry them"
    away = "alerts are not delivered: 503"
    steps: list[tuple[tuple[int, str], int, float, list[tuple[str, str | None]]]] = [
        ((2, ""), 0, 0.0, [("desk", None)]),
        ((0, "503"), 0, POLL_SECONDS, [("desk", away)]),
        # Nothing was due: that says nothing of whether it works again.
        ((0, ""), 0, POLL_SECONDS, []),
        ((1, "503"), 0, 0.0, []),
        ((1, ""), 1, 0.0, [("desk", dead)]),
        ((1, "503"), 1, 0.0, []),
        # They are tried again, or have ended: what was said of them is not so any more.
        ((0, ""), 0, POLL_SECONDS, [("desk", None)]),
        ((0, ""), 0, POLL_SECONDS, []),
        ((1, "503"), 0, 0.0, [("desk", away)]),
        ((1, ""), 0, 0.0, [("desk", None)]),
    ]

    def dead_on(name: str) -> int:
        assert name == "desk"
        return given_up[0]

    def deliverer(of: Any, stored: Any) -> Any:
        assert of is channel
        assert stored.given_up is dead_on
        return SimpleNamespace(deliver=deliver)

    def deliver(is_over: Any) -> tuple[int, str]:
        assert is_over == STOP.is_set
        return result[0]

    monkeypatch.setattr(routing, "Deliveries", lambda _: SimpleNamespace(given_up=dead_on))
    monkeypatch.setattr(routing, "Deliverer", deliverer)
    channel = WebhookChannel.model_validate({"name": "desk", "url": "https://x.example/", "secret_file": "/s"})
    stage = DeliveryStage(channel, NOTHING, NOTHING)
    assert stage.name == "deliveries-desk"
    result[0] = (3, "503")
    assert stage.step(STOP) == 0.0
    stage.board = board
    for number, (outcome, count, pause, changes) in enumerate(steps):
        result[0], given_up[0] = outcome, count
        assert (stage.step(STOP), told(board, AlarmKind.DELIVERIES)) == (pause, changes), number


def storm(number: int, kind: str, subject: str, began: datetime) -> Storm:
    return Storm(number, kind, subject, began, 2.25, 12, 40, None, None)


def test_a_storms_alarm_stands_as_long_as_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    began = datetime(2026, 6, 1, 12, tzinfo=UTC)
    standing = [storm(7, "camera", "gate", began), storm(8, "entry", "e-1", began + timedelta(hours=1))]
    monkeypatch.setattr(storms, "standing_storms", lambda _: list(standing))
    stage, board = StormStage(NOTHING, NOTHING), HealthBoard("here")
    stage.step(STOP)
    stage.board = board
    stage.step(STOP)
    first = board.next_change()
    assert first is not None
    assert first.at == began
    said = (
        "more than 12 alerts in an hour, 2.2 are expected: its alerts are held. look at them (platewatch alerts held), "
        "then release or discard storm "
    )
    assert told(board, AlarmKind.ALERT_STORM) == [("camera gate", f"{said}7"), ("entry e-1", f"{said}8")]
    del standing[0]
    stage.step(STOP)
    stage.step(STOP)
    assert told(board, AlarmKind.ALERT_STORM) == [("camera gate", None)]
    assert board.stands(AlarmKind.ALERT_STORM, "entry e-1")


def test_alerts_are_looked_through_after_a_change_of_a_list_and_every_few_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    revision, now, looks = [1], [1000.0], []
    settings = Settings()
    monkeypatch.setattr(cancellations, "HotlistStore", lambda _: SimpleNamespace(revision=lambda: revision[0]))
    monkeypatch.setattr(cancellations, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(cancellations, "cancel_stale_alerts", lambda *given: looks.append(given))
    stage = CancellationStage(DATABASE, settings)
    counts = []
    for later, changed in ((0.0, 0), (0.1, 0), (0.1, 1), (EXPIRY_SECONDS - 0.1, 0), (0.1, 0), (0.1, 0)):
        now[0] += later
        revision[0] += changed
        before = len(looks)
        assert stage.step(STOP) == cancellations.POLL_SECONDS
        counts.append(len(looks) - before)
    assert counts == [1, 0, 1, 0, 1, 0]
    assert looks == [(DATABASE, settings)] * 3


def test_a_look_that_failed_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    fails = [True]

    def cancel(*_: object) -> None:
        if fails.pop():
            fails.append(False)
            raise OSError("away")

    monkeypatch.setattr(cancellations, "HotlistStore", lambda _: SimpleNamespace(revision=lambda: 1))
    monkeypatch.setattr(cancellations, "cancel_stale_alerts", cancel)
    stage = CancellationStage(NOTHING, Settings())
    with pytest.raises(OSError, match="away"):
        stage.step(STOP)
    stage.step(STOP)
    assert fails == []


class Waking:
    """Notes how often somebody waited for news, and whether it was closed."""

    def __init__(self, _: object) -> None:
        self.waits = 0
        self.is_closed = False

    def wait(self, seconds: float) -> None:
        self.waits += 1

    def close(self) -> None:
        self.is_closed = True


def test_alerts_are_numbered_until_there_are_none_before_anybody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [3, 1, 0]
    monkeypatch.setattr(numbering, "Wakeups", Waking)
    monkeypatch.setattr(numbering, "number_alerts", lambda _: left.pop(0))
    stage = NumberingStage(NOTHING, NOTHING)
    waking = cast(Waking, stage._wakeups)
    waits = []
    while left:
        assert stage.step(STOP) == 0.0
        waits.append(waking.waits)
    assert waits == [0, 0, 1]
    stage.end()
    assert waking.is_closed


def test_alerts_lists_and_reads_are_each_offered_however_much_the_others_have(monkeypatch: pytest.MonkeyPatch) -> None:
    did: list[str] = []
    more = {"alerts": True, "lists": True, "reads": True}

    def delivery(what: str) -> Any:
        def advance() -> bool:
            did.append(what)
            return more[what]

        def made(*given: Any) -> Any:
            assert given[:2] == (DATABASE, book)
            given_more[what] = given[2:]
            return SimpleNamespace(advance=advance)

        return made

    book, given_more = object(), dict[str, Any]()

    def gates(database: Any, policy: Any, zone: Any) -> Any:
        assert (database, zone) == (DATABASE, ZoneInfo("America/New_York"))
        given_more["law"] = (policy,)
        return book

    monkeypatch.setattr(sharing, "AgreementBook", gates)
    monkeypatch.setattr(sharing, "AlertDelivery", delivery("alerts"))
    monkeypatch.setattr(sharing, "ListDelivery", delivery("lists"))
    monkeypatch.setattr(sharing, "ReadDelivery", delivery("reads"))
    monkeypatch.setattr(sharing, "Wakeups", Waking)
    largest = {"kafka": {"max_message_bytes": 300_001}, "time_zone": "America/New_York"}
    stage = SharingStage(DATABASE, Settings.model_validate(largest), NOTHING)
    # A part of a list fits into a message, which takes more than twice as much.
    assert given_more["lists"] == (150_000,)
    assert given_more["alerts"] == given_more["reads"] == given_more["law"]
    waking = cast(Waking, stage._wakeups)
    for name in (None, "alerts", "lists", "reads"):
        if name is not None:
            more[name] = False
        assert stage.step(STOP) == 0.0
    assert did == ["alerts", "lists", "reads"] * 4
    assert waking.waits == 1
    stage.end()
    assert waking.is_closed


def test_what_officers_said_in_cars_is_asked_for_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []
    settings = Settings()
    monkeypatch.setattr(car_answers, "settle_waiting", lambda *given: asked.append(given))
    assert CarAnswersStage(DATABASE, settings, NOTHING).step(STOP) == car_answers.POLL_SECONDS
    assert asked == [(DATABASE, settings, car_answers.AT_ONCE)]
