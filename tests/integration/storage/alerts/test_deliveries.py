"""A delivery's way from waiting to sent or given up: what each attempt leaves, and what may be tried next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas import ids
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.messages import Message
from storage.alerts.deliveries import Deliveries, DeliveryState, DueDelivery, Unrouted, routing
from storage.alerts.wakeups import Wakeups
from storage.database import Database
from tests.integration.alerts.samples import VIRGINIA, found, passing, settle
from tests.integration.storage.samples import START

LOOK = AuditRecord(Actor("lee", SignIn.LOCAL_USER, "desk", "local"), Action.VIEW_DELIVERIES)
MINUTE = timedelta(minutes=1)


def planned(database: Database, *channels: str) -> Deliveries:
    """Two messages about one vehicle, each planned on some channels, due a minute after another."""
    settle(database, found(passing(0), VIRGINIA))
    settle(database, found(passing(3600 * 5, "bridge"), VIRGINIA))
    with routing(database) as asked:
        alerts = asked.unrouted(10)
        assert len(alerts) == 2
        for number, alert in enumerate(alerts):
            for channel in channels:
                asked.plan(
                    replace(alert, first=alerts[0].first),
                    rule="desk",
                    unit="unit",
                    channel=channel,
                    with_plate=True,
                    now=START,
                    due_at=START + number * MINUTE,
                )
        asked.done(2)
    return Deliveries(database)


def due(deliveries: Deliveries, minutes: float, channel: str = "mail") -> list[DueDelivery]:
    return deliveries.due(channel, START + minutes * MINUTE, 10)


def test_what_waits_is_due_in_its_time_on_its_channel_and_in_order_for_a_vehicle(database: Database) -> None:
    deliveries = planned(database, "mail", "pager")
    assert due(deliveries, -1) == []
    (first,) = due(deliveries, 0)
    assert (first.channel, first.alert_number, first.attempts, first.begun_at, first.was_told) == (
        "mail",
        1,
        0,
        None,
        False,
    )
    # The second message waits for the first, however late it is.
    assert [one.alert_number for one in due(deliveries, 60)] == [1]
    assert [one.alert_number for one in due(deliveries, 60, "pager")] == [1]
    deliveries.settle(first, DeliveryState.SENT, START + MINUTE)
    (second,) = due(deliveries, 60)
    assert (second.alert_number, second.was_told) == (2, True)
    (elsewhere,) = due(deliveries, 60, "pager")
    assert (elsewhere.alert_number, elsewhere.was_told) == (1, False)


def test_an_attempt_that_fails_is_counted_from_when_the_first_began(database: Database) -> None:
    deliveries = planned(database, "mail")
    (first,) = due(deliveries, 0)
    deliveries.settle(first, DeliveryState.WAITING, START + MINUTE, reason="busy", due_at=START + 5 * MINUTE)
    assert due(deliveries, 4.9) == []
    (again,) = due(deliveries, 5)
    assert (again.attempts, again.begun_at, again.due_at) == (1, START + MINUTE, START + 5 * MINUTE)
    assert (again.reason, again.settled_at) == ("busy", None)
    deliveries.settle(again, DeliveryState.WAITING, START + 6 * MINUTE, reason="away", due_at=START + 9 * MINUTE)
    (third,) = due(deliveries, 9)
    assert (third.attempts, third.begun_at, third.reason) == (2, START + MINUTE, "away")
    deliveries.settle(third, DeliveryState.DEAD, START + 10 * MINUTE, reason="given up")
    (dead,) = deliveries.newest(10, DeliveryState.DEAD, LOOK)
    assert (dead.attempts, dead.begun_at, dead.settled_at) == (3, START + MINUTE, START + 10 * MINUTE)
    assert deliveries.given_up("mail") == 1
    # What is tried again by a person begins anew.
    assert deliveries.retry(dead.delivery_number + 999, START + 20 * MINUTE, LOOK) == 0
    assert deliveries.retry(dead.delivery_number, START + 20 * MINUTE, LOOK) == 1
    (anew,) = due(deliveries, 20)
    assert (anew.begun_at, anew.settled_at, anew.state, anew.alert_number) == (None, None, "waiting", 1)


@pytest.mark.parametrize("state", [DeliveryState.SENT, DeliveryState.DEAD])
def test_what_is_settled_stays_so(state: DeliveryState, database: Database) -> None:
    deliveries = planned(database, "mail")
    (first,) = due(deliveries, 0)
    deliveries.settle(first, state, START + MINUTE)
    # A second process that had the same one in hand comes later.
    deliveries.settle(first, DeliveryState.WAITING, START + 2 * MINUTE, reason="late", due_at=START + 2 * MINUTE)
    (settled,) = deliveries.newest(10, state, LOOK)
    assert (settled.attempts, settled.settled_at, settled.reason) == (1, START + MINUTE, None)
    assert [one.alert_number for one in due(deliveries, 60)] == [2]


def test_only_the_same_rule_s_own_channel_and_vehicle_make_a_delivery_wait_or_tell(database: Database) -> None:
    """Four vehicles' messages; of each pair the second one is asked about."""
    for number in range(4):
        settle(database, found(passing(3600 * 5 * number, f"camera {number}"), VIRGINIA))
    with routing(database) as asked:
        first, second, third, fourth = asked.unrouted(10)

        def plan(alert: Unrouted, of: Unrouted, rule: str = "desk", channel: str = "mail", minutes: float = 0) -> None:
            asked.plan(
                replace(alert, first=of.first),
                rule=rule,
                unit="unit",
                channel=channel,
                with_plate=False,
                now=START,
                due_at=START + minutes * MINUTE,
            )

        plan(first, first)
        plan(second, first, rule="night")
        plan(third, first, channel="pager")
        plan(fourth, fourth)
        plan(second, first)  # behind the first one of the same rule, channel and vehicle
        plan(second, first)  # planned once
    deliveries = Deliveries(database)
    assert [(one.rule, one.alert_number) for one in due(deliveries, 0)] == [("desk", 1), ("night", 2), ("desk", 4)]
    assert [one.alert_number for one in due(deliveries, 0, "pager")] == [3]
    waiting = {(one.rule, one.alert_number): one for one in due(deliveries, 0)}
    deliveries.settle(waiting["desk", 1], DeliveryState.DEAD, START)
    deliveries.settle(waiting["desk", 4], DeliveryState.SENT, START)
    # One that was given up has told nobody; nor has another vehicle's, rule's or channel's.
    assert [(one.rule, one.alert_number, one.was_told) for one in due(deliveries, 0)] == [
        ("night", 2, False),
        ("desk", 2, False),
    ]
    with database.connection() as connection:
        connection.execute("update alerts set status = 'closed' where alert_number = 1")
    assert [one.is_canceled for one in due(deliveries, 0)] == [True, True]
    with database.connection() as connection:
        connection.execute("update alerts set status = 'open' where alert_number = 1")
        connection.execute("update alerts set status = 'closed' where alert_number <> 1")
        connection.execute("update deliveries set state = 'sent' where state = 'dead'")
    assert [(one.rule, one.is_canceled, one.was_told) for one in due(deliveries, 0)] == [
        ("night", False, False),
        ("desk", False, True),
    ]


def test_a_delivery_is_kept_whole_as_it_was_planned(database: Database) -> None:
    settle(database, found(passing(0), VIRGINIA))
    with routing(database) as asked:
        (alert,) = asked.unrouted(10)
        asked.plan(
            alert, rule="desk", unit="squad 3", channel="mail", with_plate=True, now=START, due_at=START + MINUTE
        )
    (one,) = due(Deliveries(database), 1)
    assert one == DueDelivery(
        delivery_id=ids.delivery_id("desk", "mail", alert.alert_id),
        delivery_number=1,
        rule="desk",
        unit="squad 3",
        channel="mail",
        with_plate=True,
        alert_id=alert.alert_id,
        first_alert=alert.alert_id,
        planned_at=START,
        due_at=START + MINUTE,
        begun_at=None,
        attempts=0,
        state="waiting",
        reason=None,
        settled_at=None,
        alert_number=1,
        payload=alert.payload,
        is_canceled=False,
        was_told=False,
    )


def test_what_is_handed_over_to_kafka_is_in_the_outbox_and_sent(database: Database) -> None:
    deliveries = planned(database, "desk")
    (first,) = due(deliveries, 0, "desk")
    message = Message(first.alert_id, "key", b"payload", (("ce_id", "1"),))
    with Wakeups(database) as wakeups:
        assert wakeups.wait(60)  # just connected
        deliveries.hand_over(first, message, "desk.alerts", START + MINUTE)
        assert wakeups.wait(60), "the relay is woken"
    with database.connection() as connection:
        rows = connection.execute(
            "select alert_id, key, headers, payload from outbox where topic = 'desk.alerts'"
        ).fetchall()
    assert [(*values, bytes(payload)) for *values, payload in rows] == [
        (first.alert_id, "key", [["ce_id", "1"]], b"payload")
    ]
    (settled,) = deliveries.newest(10, DeliveryState.SENT, LOOK)
    assert (settled.delivery_id, settled.settled_at, settled.attempts) == (first.delivery_id, START + MINUTE, 1)
