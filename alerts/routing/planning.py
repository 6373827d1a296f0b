"""New alerts are asked of the rules, and deliveries are planned; whatever follows an alert goes where it went."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, tzinfo

from alerts.routing.rules import Rule, parse_rule
from schemas.errors import InvalidInput
from schemas.events import Alert, AlertType
from storage.alerts.deliveries import Routing, Unrouted
from storage.alerts.rules import StoredRule

log = logging.getLogger(__name__)

AT_ONCE = 200


def plan_deliveries(routing: Routing, zone: tzinfo, now: datetime) -> int:
    """Ask the rules that are on about the next alerts, and plan what they send.

    Args:
        routing: The transaction.
        zone: The agency's time zone.
        now: The present, aware.

    Returns:
        How many alerts, updates and cancels they were asked about.
    """
    waiting = routing.unrouted(AT_ONCE)
    if not waiting:
        return 0
    stored = routing.rules()
    rules = {one.name: rule for one in stored if (rule := usable(one)) is not None}
    on = {one.name for one in stored if one.is_on}
    for one in waiting:
        _plan(routing, one, rules, on, zone, now)
    routing.done(waiting[-1].alert_number)
    return len(waiting)


def usable(stored: StoredRule) -> Rule | None:
    """Return what a stored rule says, or None where a later version of Platewatch wrote what this one cannot read."""
    try:
        return parse_rule(stored.definition, f"rule '{stored.name}'")
    except InvalidInput as error:
        log.error("rule '%s' cannot be used, and sends nothing: %s", stored.name, error.message)
        return None


def _plan(
    routing: Routing, one: Unrouted, rules: Mapping[str, Rule], on: set[str], zone: tzinfo, now: datetime
) -> None:
    try:
        alert = Alert.model_validate(one.payload)
    except ValueError:
        log.error("alert %d cannot be routed: what is stored is no alert", one.alert_number)
        return
    if alert.type is AlertType.ALERT:
        wanted = [(rules[name], channel) for name in sorted(on & rules.keys()) for channel in rules[name].channels]
        wanted = [(rule, channel) for rule, channel in wanted if rule.takes(alert, zone)]
    else:
        # Also by a rule that is off by now: whoever was told of the alert is told what became of it.
        went_to = [(rules[name], channel) for name, channel in routing.went_to(one.first) if name in rules]
        wanted = [(rule, channel) for rule, channel in went_to if rule.updates or alert.type is AlertType.CANCEL]
    for rule, channel in wanted:
        routing.plan(
            one,
            rule=rule.name,
            unit=rule.unit,
            channel=channel,
            with_plate=rule.plates_in_mail,
            now=now,
            due_at=rule.due_at(alert, now, zone),
        )
