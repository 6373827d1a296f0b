"""A delivery's way from waiting to sent or given up: what each attempt leaves, and what may be tried next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from storage.alerts.deliveries import Deliveries, DeliveryState, DueDelivery, routing
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
