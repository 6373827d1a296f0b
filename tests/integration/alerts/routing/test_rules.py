"""From an alert to what a rule sends of it: planned once, in order, tried again, given up with the reason."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.routing.delivering import PAUSES, Deliverer, next_attempt
from alerts.routing.planning import plan_deliveries
from alerts.routing.rules import Rule, parse_rule
from alerts.settling.stale import cancel_stale_alerts
from operations.deliveries import (
    retry_deliveries,
    retry_refused_messages,
    view_deliveries,
    view_refused_messages,
)
from operations.life.deciding import Look, confirm_alert
from operations.rules import add_rules, remove_rule, switch_rule, try_rule, view_rules
from pipeline.alerting.channels import Channels
from pipeline.alerting.routing import DeliveryStage, RoutingStage
from pipeline.health.board import HealthBoard
from pipeline.reloading import difference
from pipeline.stages.runner import Runner
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.events import AlarmKind
from schemas.settings import KafkaChannel, LogChannel, Settings
from storage.alerts.deliveries import Deliveries, Delivery, DeliveryState, routing
from storage.alerts.numbering import number_alerts
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.leadership import Leadership
from tests.integration.alerts.records import outbox_of
from tests.integration.alerts.routing.servers import receiver
from tests.integration.alerts.routing.test_channels import hook
from tests.integration.alerts.samples import VIRGINIA, found, passing, settle
from tests.integration.hotlists.list_versions import import_version
from tests.integration.operations.audited import LEE
from tests.integration.operations.life.alerts import LEE_SAYS, raised, sent

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def settings(*channels: Any) -> Settings:
    return Settings(
        time_zone="America/New_York", alerts={"channels": channels or (LogChannel(name="log"),), "open_hours": 1e6}
    )


def rule(name: str = "r", **fields: Any) -> Rule:
    return parse_rule({"name": name, "channels": ["log"], **fields}, "a test")


def on(database: Database, *rules: Rule, configured: Settings | None = None) -> None:
    where = configured or settings()
    add_rules(LEE, database, where, rules)
    for one in rules:
        switch_rule(LEE, database, where, one.name, on=True, untried="a test of the rules")


def plan(database: Database, now: datetime = NOON) -> int:
    with routing(database) as unit:
        return plan_deliveries(unit, NEW_YORK, now)


def deliveries(database: Database, state: DeliveryState | None = None) -> list[Delivery]:
    return view_deliveries(LEE, database, 100, state)[::-1]


def deliver(database: Database, channel: Any) -> int:
    return Deliverer(channel, Deliveries(database)).deliver(lambda: False)[0]


def test_a_rule_is_asked_about_what_comes_once_it_is_on(database: Database) -> None:
    raised(database)
    assert plan(database) == 1  # nobody asked for it
    on(database, rule("on"), rule("other", cameras=["bridge"]))
    add_rules(LEE, database, settings(), [rule("off")])
    raised(database, 1, "BKR2203")
    assert plan(database) == 1
    assert plan(database) == 0
    assert [(one.rule, one.channel, one.alert_number, one.state) for one in deliveries(database)] == [
        ("on", "log", 2, "waiting")
    ]


def test_what_follows_an_alert_goes_where_it_went(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    on(database, rule("all"), rule("first", updates=False), rule("wanted", categories=["wanted_person"]))
    import_version(database, [VIRGINIA._replace(valid_until=None)])
    settle(database, found(passing(0)))
    plan(database)
    switch_rule(LEE, database, settings(), "all", on=False)
    confirm_alert(LEE_SAYS, database, 1, Look("ABC1234"))
    plan(database)
    with caplog.at_level(logging.INFO):
        while deliver(database, LogChannel(name="log")):
            pass
    import_version(database, [])
    cancel_stale_alerts(database, settings())
    number_alerts(database)
    plan(database)
    with caplog.at_level(logging.INFO):
        while deliver(database, LogChannel(name="log")):
            pass
    kinds = [(one.rule, one.alert_number, one.state) for one in deliveries(database)]
    assert kinds == [
        ("all", 1, "sent"),
        ("first", 1, "sent"),
        ("all", 2, "sent"),
        ("all", 3, "sent"),
        ("first", 3, "sent"),
    ]
    lines = [record.getMessage() for record in caplog.records if record.name == "alerts.routing.delivering"]
    assert [line.partition(":")[0] for line in lines] == ["alert 1", "alert 1", "update 2", "cancel 3", "cancel 3"]
    assert "ABC1234" not in caplog.text


def test_what_was_taken_back_in_the_quiet_hours_disturbs_nobody(database: Database) -> None:
    on(database, rule(quiet={"from": "12:00", "until": "13:00"}))
    import_version(database, [VIRGINIA._replace(valid_until=None)])
    settle(database, found(passing(0)))
    plan(database)
    (one,) = deliveries(database)
    assert one.due_at == NOON + timedelta(hours=1)
    with database.connection() as connection:
        connection.execute("update deliveries set due_at = now() + interval '1 hour'")
    assert deliver(database, LogChannel(name="log")) == 0
    import_version(database, [])
    cancel_stale_alerts(database, settings())
    plan(database)
    with database.connection() as connection:
        connection.execute("update deliveries set due_at = now()")
    while deliver(database, LogChannel(name="log")):
        pass
    assert [one.state for one in deliveries(database)] == ["not_needed", "not_needed"]
    assert "taken back" in str(deliveries(database)[0].reason)


def test_a_channel_that_fails_is_tried_again_in_order_and_given_up(database: Database, tmp_path: Path) -> None:
    with receiver() as received:
        channel = hook(received.port, tmp_path)
        on(database, rule(channels=["cad"]), configured=settings(channel))
        settle(database, found(passing(0), score=20.0))
        settle(database, found(passing(60), score=40.0))
        plan(database)
        received.status = 500
        assert deliver(database, channel) == 1
        first, update = deliveries(database)
        assert (first.state, first.attempts, first.reason) == ("waiting", 1, "it answered 500")
        assert 5 < (first.due_at - datetime.now(UTC)).total_seconds() <= PAUSES[0]
        assert update.attempts == 0  # it does not overtake
        with database.connection() as connection:
            connection.execute("update deliveries set due_at = now(), begun_at = begun_at - interval '25 hours'")
        assert deliver(database, channel) == 1
        (dead,) = deliveries(database, DeliveryState.DEAD)
        assert (dead.alert_number, dead.reason, dead.attempts) == (1, "it answered 500", 2)
        received.status = 200
        assert retry_deliveries(LEE, database, dead.delivery_number) == 1
        with pytest.raises(InvalidInput, match="no delivery 99"):
            retry_deliveries(LEE, database, 99)
        while deliver(database, channel):
            pass
        assert [one.state for one in deliveries(database)] == ["sent", "sent"]
        ids = [headers["webhook-id"] for headers, _ in received.requests]
        assert ids == [str(first.delivery_id)] * 3 + [str(update.delivery_id)]


def test_what_is_refused_for_good_is_a_dead_letter_at_once(database: Database, tmp_path: Path) -> None:
    with receiver() as received:
        channel = hook(received.port, tmp_path)
        on(database, rule(channels=["cad"]), configured=settings(channel))
        raised(database)
        plan(database)
        received.status = 410
        deliver(database, channel)
    assert [(one.state, one.reason) for one in deliveries(database)] == [("dead", "it answered 410")]


def test_pauses_grow() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    pauses = [(next_attempt(number, now) - now).total_seconds() for number in range(8)]
    assert pauses == [10, 30, 60, 120, 300, 600, 600, 600]


def test_another_topic_gets_it_by_the_outbox(database: Database) -> None:
    channel = KafkaChannel(name="desk", topic="desk.alerts")
    on(database, rule(channels=["desk"]), configured=settings(channel))
    alert = raised(database)
    plan(database)
    assert deliver(database, channel) == 1
    (message,) = sent(database, "desk.alerts")
    assert message["alert_id"] == str(alert.alert_id)
    assert [one.state for one in deliveries(database)] == ["sent"]


def test_a_rule_is_tried_before_it_is_switched_on(database: Database) -> None:
    for number, plate in enumerate(("VNV4527", "BKR2203", "XYZ9999")):
        raised(database, number, plate)
    with database.connection() as connection:
        connection.execute("update alerts set created_at = now() - interval '8 days' where alert_number = 1")
    one = rule(quiet={"from": "13:00", "until": "14:00"}, categories=["stolen_vehicle"])
    add_rules(LEE, database, settings(), [one])
    with pytest.raises(InvalidInput, match="was never tried as it is now"):
        switch_rule(LEE, database, settings(), "r", on=True)
    trial = try_rule(LEE, database, settings(), "r")
    assert (trial.alerts, trial.numbers, trial.channels, trial.is_noted) == (2, (2, 3), ("log",), True)
    # They were raised at 13:30 in New York.
    assert (trial.waiting, trial.by_category, trial.by_day) == (2, {"stolen_vehicle": 2}, {"2026-11-20": 2})
    assert try_rule(LEE, database, settings(), "r", 30).alerts == 3
    assert sent(database, "desk") == []
    assert deliveries(database) == []
    switch_rule(LEE, database, settings(), "r", on=True)
    with pytest.raises(InvalidInput, match="is on already"):
        switch_rule(LEE, database, settings(), "r", on=True)
    # The same again changes nothing; something else has to be tried anew, and is off.
    assert add_rules(LEE, database, settings(), [one]) == []
    assert view_rules(LEE, database)[0].is_on
    assert add_rules(LEE, database, settings(), [rule(cameras=["gate"])]) == ["r"]
    (stored,) = view_rules(LEE, database)
    assert (stored.is_on, stored.tried_at) == (False, None)
    for reason in ("", "test", "n/a"):
        with pytest.raises(InvalidInput):
            switch_rule(LEE, database, settings(), "r", on=True, untried=reason)
    switch_rule(LEE, database, settings(), "r", on=True, untried="the chief wants it tonight")
    (stored,) = view_rules(LEE, database)
    assert (stored.is_on, stored.untried_reason) == (True, "the chief wants it tonight")
    assert not try_rule(LEE, database, settings(), rule("elsewhere")).is_noted
    remove_rule(LEE, database, "r")
    with pytest.raises(InvalidInput, match="no rule 'r'"):
        remove_rule(LEE, database, "r")
    actions = [row.action for row in audit_entries(database)]
    assert actions.count(Action.SWITCH_RULE) == 2
    assert actions.count(Action.TRY_RULE) == 3


@pytest.mark.parametrize("days", [0, -1, 367])
def test_days_that_cannot_be(database: Database, days: int) -> None:
    with pytest.raises(InvalidInput, match="days"):
        try_rule(LEE, database, settings(), rule(), days)


def test_a_channel_that_is_not_there_is_said_at_once(database: Database) -> None:
    with pytest.raises(InvalidInput, match="names the channel desk, and the configuration has log"):
        add_rules(LEE, database, settings(), [rule(channels=["desk"])])
    assert view_rules(LEE, database) == []


def test_what_waits_for_no_channel_is_an_alarm(database: Database) -> None:
    on(database, rule())
    raised(database)
    plan(database)
    with Leadership(database) as leadership:
        stage = RoutingStage(database, settings(LogChannel(name="other")), leadership)
        stage.board = HealthBoard("m1")
        stage.step(threading.Event())
    change = stage.board.next_change()
    assert change is not None
    assert (change.kind, change.subject) == (AlarmKind.DELIVERIES, "log")


def test_the_stages_do_it(database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with receiver() as received, Leadership(database) as leadership:
        channels: Sequence[Any] = (hook(received.port, tmp_path), LogChannel(name="log"))
        configured = settings(*channels)
        on(database, rule(channels=["cad", "log"]), configured=configured)
        stop = threading.Event()
        stages = [RoutingStage(database, configured, leadership)]
        senders = [DeliveryStage(channel, database, leadership) for channel in channels]
        raised(database)
        with caplog.at_level(logging.INFO):
            for stage in (*stages, *senders):
                stage.step(stop)
        assert len(received.requests) == 1
    assert {one.state for one in deliveries(database)} == {"sent"}
    assert {stage.name for stage in senders} == {"deliveries-cad", "deliveries-log"}


def test_a_channel_that_comes_with_another_configuration_sends_what_waits_for_it(database: Database) -> None:
    before, both = settings(LogChannel(name="log")), (LogChannel(name="log"), LogChannel(name="desk"))
    on(database, rule(channels=["log", "desk"]), configured=settings(*both))
    raised(database)
    stop, board = threading.Event(), HealthBoard("m1")
    runner = Runner(stop)
    with Leadership(database) as leadership:
        part = Channels(before, database, leadership, board, runner)
        part.start()
        try:
            sent_on(database, {"log"})
            (log_thread,) = part.hurried_threads
            part.take_anew(difference(before, settings(*both)))
            sent_on(database, {"log", "desk"})
            assert log_thread in part.hurried_threads
            part.take_anew(difference(settings(*both), before))
            assert list(part.hurried_threads) == [log_thread]
        finally:
            stop.set()
            part.wind_down(is_stopped=True)
            runner.join([*part.threads, *part.hurried_threads])
    runner.check()


def sent_on(database: Database, names: set[str]) -> None:
    deadline = time.monotonic() + 60
    while {one.channel for one in deliveries(database, "sent")} != names:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_kafka_refused_is_listed_and_published_again(database: Database) -> None:
    raised(database)
    raised(database, 1, "BKR2203")
    with outbox_of(database) as outbox:
        first, second = outbox.take(10)
        for row in (first, second):
            outbox.dead_letter(row.outbox_id, "the message is larger than the topic accepts")
        assert outbox.take(10) == []
        refused = view_refused_messages(LEE, database)
        assert [(one.row, one.reason) for one in refused] == [
            (dataclasses.replace(row, captured_at=None), "the message is larger than the topic accepts")
            for row in (first, second)
        ]
        assert retry_refused_messages(LEE, database, second.outbox_id) == 1
        assert outbox.take(10) == [second]
        with pytest.raises(InvalidInput, match="refused no message"):
            retry_refused_messages(LEE, database, second.outbox_id)
        assert retry_refused_messages(LEE, database, None) == 1
        assert outbox.take(10) == [first, second]
    assert view_refused_messages(LEE, database) == []
