"""Alerts for programs: page by page, and what has changed since they asked last."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from operations.life.change import AlertCard, card_of
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from storage.alerts.changes import ChangedAlert, alerts_before, changed_between, last_change_after
from storage.alerts.numbering import number_alerts
from storage.audit.writer import write_audit
from storage.database import Database

log = logging.getLogger(__name__)

LAST_NUMBER = 2**63 - 1
"""More alerts than there will be."""


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Alerts, the newest first. `next` is the number before which the next page begins; None: there is no more."""

    alerts: tuple[AlertCard, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class AlertChanges:
    """Alerts as they stand, in the order in which they changed. `cursor` is from where to go on; `more`: at once."""

    alerts: tuple[AlertCard, ...]
    cursor: int
    more: bool


def list_alerts(actor: Actor, database: Database, limit: int, before: int = LAST_NUMBER) -> AlertPage:
    """Return alerts of somebody's own agency, the newest first; the look stands in the audit before.

    Args:
        actor: Who looks.
        database: An open database.
        limit: Most alerts to return.
        before: Numbers below this one.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_ALERTS, {"before": None if before == LAST_NUMBER else before})
    number_alerts(database)
    with database.transaction() as connection:
        found = alerts_before(connection, actor.agency_id, before, limit + 1)
        shown = found[:limit]
        write_audit(connection, record, len(shown), limit=limit, alerts=[one.found.alert_number for one in shown])
    more = len(found) > limit
    return AlertPage(tuple(_cards(shown)), shown[-1].found.alert_number if more and shown else None)


def changed_alerts(actor: Actor, database: Database, after: int, limit: int) -> AlertChanges:
    """Return the alerts of somebody's own agency that changed after a change; the look stands in the audit before.

    Of an alert that changed several times there is what stands now, once. What changes meanwhile comes the next time:
    nothing is missed by who goes on from each answer's cursor.

    Args:
        actor: Who looks.
        database: An open database.
        after: The last change that they know; 0: from the first that is kept.
        limit: Most changes to look at; no more alerts than that are returned.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_ALERTS, {"board": "polled", "after": after})
    number_alerts(database)
    with database.transaction() as connection:
        until = last_change_after(connection, after, limit)
        if until is None:
            return AlertChanges((), after, False)
        found = changed_between(connection, actor.agency_id, after, until)
        more = last_change_after(connection, until, 1) is not None
        if found:
            write_audit(connection, record, len(found), alerts=[one.found.alert_number for one in found])
    return AlertChanges(tuple(_cards(found)), until, more)


def _cards(found: Iterable[ChangedAlert]) -> Iterator[AlertCard]:
    for one in found:
        try:
            yield card_of(one.found, list(one.dispositions))
        except InvalidInput as error:
            log.error("an alert cannot be shown: %s", error)
