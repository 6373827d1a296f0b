"""Which deliveries are planned of what comes: by the rules that are on, and by those that told somebody before."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from alerts.build import build_update, canceling
from alerts.routing.planning import plan_deliveries
from alerts.routing.rules import parse_rule
from schemas.events import Alert
from storage.alerts.deliveries import Unrouted
from storage.alerts.rules import StoredRule
from tests.unit.alerts.samples import START, sample_alert

AT_ONCE = 200

ZONE = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
ALERT, OTHER = sample_alert(1), sample_alert(2)
UPDATE = build_update(OTHER, updates=ALERT.alert_id, reason="exact instead of probable")
CANCEL = canceling(ALERT, "entry withdrawn", created_at=START)


def stored(name: str, *, is_on: bool = True, **fields: Any) -> StoredRule:
    document = parse_rule({"name": name, "channels": ["log"], **fields}, "a test").document()
    return StoredRule(name, document, "", START, "lee", None, None, is_on, None, None, None)


@dataclasses.dataclass
class Asked:
    """A transaction in which rules are asked, as storage opens one."""

    waiting: list[Unrouted]
    known: list[StoredRule]
    went: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    planned: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    until: list[int] = dataclasses.field(default_factory=list)
    asked_of: list[UUID] = dataclasses.field(default_factory=list)

    def unrouted(self, limit: int) -> list[Unrouted]:
        return self.waiting[:limit]

    def rules(self) -> list[StoredRule]:
        return self.known

    def went_to(self, first: UUID) -> list[tuple[str, str]]:
        self.asked_of.append(first)
        return self.went

    def plan(self, alert: Unrouted, **how: Any) -> None:
        self.planned.append({"number": alert.alert_number, **how})

    def done(self, number: int) -> None:
        self.until.append(number)


def one(number: int, alert: Alert, first: UUID | None = None) -> Unrouted:
    return Unrouted(number, alert.alert_id, alert.type, first or alert.alert_id, json.loads(alert.model_dump_json()))


def plan(asked: Asked) -> int:
    return plan_deliveries(asked, ZONE, NOON)  # type: ignore[arg-type]


def test_an_alert_goes_by_the_rules_that_are_on_and_take_it_with_what_they_say() -> None:
    quiet = {"from": "12:00", "until": "13:00"}
    asked = Asked(
        [one(7, ALERT)],
        [
            stored("swat", unit="squad 3", channels=["pager", "log"], plates_in_mail=True),
            stored("air", quiet=quiet),
            stored("bridge", cameras=["bridge"]),
            stored("off", is_on=False),
        ],
        went=[("off", "log")],
    )
    assert plan(asked) == 1
    later = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    swat = {"number": 7, "rule": "swat", "unit": "squad 3", "with_plate": True, "now": NOON, "due_at": NOON}
    assert asked.planned == [
        {"number": 7, "rule": "air", "unit": "", "channel": "log", "with_plate": False, "now": NOON, "due_at": later},
        swat | {"channel": "pager"},
        swat | {"channel": "log"},
    ]
    assert asked.until == [7]


@pytest.mark.parametrize(("alert", "rules"), [(UPDATE, ["all"]), (CANCEL, ["all", "first"])])
def test_what_follows_goes_by_the_ways_that_its_alert_went_also_by_rules_that_are_off(
    alert: Alert, rules: list[str]
) -> None:
    """And whatever they would say of it now: who was told of the alert looks for that vehicle."""
    known = [
        stored("all", is_on=False, cameras=["bridge"]),
        stored("first", updates=False),
        stored("new"),
    ]
    asked = Asked([one(8, alert, ALERT.alert_id)], known, went=[("all", "pager"), ("first", "log"), ("gone", "log")])
    assert plan(asked) == 1
    assert [(made["rule"], made["channel"]) for made in asked.planned] == [
        (name, channel) for name, channel in (("all", "pager"), ("first", "log")) if name in rules
    ]
    assert asked.asked_of == [ALERT.alert_id]


def test_what_cannot_be_read_stops_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    odd = dataclasses.replace(stored("odd"), definition={"name": "odd", "channels": ["log"], "of": "tomorrow"})
    broken = dataclasses.replace(one(3, OTHER), payload={"alert_id": "?"})
    asked = Asked([one(2, ALERT), broken, one(5, OTHER)], [odd, stored("all")])
    assert plan(asked) == 3
    assert [(made["number"], made["rule"]) for made in asked.planned] == [(2, "all"), (5, "all")]
    assert asked.until == [5]
    assert "rule 'odd' cannot be used" in caplog.text
    assert "alert 3 cannot be routed" in caplog.text


def test_where_nothing_came_nothing_is_noted() -> None:
    asked = Asked([], [stored("all")])
    assert plan(asked) == 0
    assert (asked.planned, asked.until) == ([], [])
    many = Asked([one(number, ALERT) for number in range(1, AT_ONCE + 9)], [stored("all")])
    assert plan(many) == AT_ONCE
    assert many.until == [AT_ONCE]
