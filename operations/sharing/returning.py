"""What people here say of alerts on entries that another agency gave goes back to that agency, as far as it may."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from alerts.returning.messages import returned_event, returned_message
from policy.agreements.agreement import disposition_topic
from policy.decisions import Policy
from policy.purposes import purpose_of_category
from policy.sharing import AgencyKind, AgencyRef
from schemas.errors import ConfigurationError, TransientError
from schemas.events import DispositionEvent
from schemas.messages import Message
from schemas.settings import NeighborSettings, Settings
from schemas.types import Category
from storage.database import Database
from storage.sharing.returns import WaitingReturn, given_version, is_in_force, settle_return

log = logging.getLogger(__name__)

PATIENCE = timedelta(days=3)
"""So long something waits for the other agency's broker, or for the right to write there."""

Send = Callable[[NeighborSettings, str, Message], None]
"""Sends a message to a topic at a neighbor's broker, and returns once it is there."""


@dataclass(frozen=True, slots=True)
class Judged:
    """To whom one that waits goes, or why it does not."""

    neighbor: NeighborSettings | None
    reason: str


def return_disposition(
    database: Database, settings: Settings, policy: Policy, waiting: WaitingReturn, send: Send, now: datetime
) -> None:
    """Send one that waits, or withhold it with the reason; both stand in the log of what went to other agencies.

    Args:
        database: An open database.
        settings: The configuration.
        policy: The law that holds here.
        waiting: The one.
        send: Sends it.
        now: The present, aware.

    Raises:
        TransientError: It waits on: the other agency's broker does not answer, or does not let us write yet.
        DatabaseUnavailable: It is sent again, which does no harm.
    """
    try:
        said = DispositionEvent.model_validate_json(waiting.payload)
    except ValidationError:
        settle_return(database, waiting, "withheld", "what is stored is no disposition", None, [], {})
        log.error("disposition %s cannot be sent back: what is stored is none", waiting.disposition_id)
        return
    judged = judge(said, settings, policy, waiting, is_active=is_in_force(database, waiting.hotlist_id))
    version = given_version(database, waiting.hotlist_id)
    terms: dict[str, Any] = {"by": said.by, "kind": said.kind.value, "alert": str(said.alert_id)}
    members = [{"id": waiting.agency_id, "name": judged.neighbor.name if judged.neighbor else waiting.agency_id}]
    if judged.neighbor is None or judged.reason:
        settle_return(database, waiting, "withheld", judged.reason, version, members, terms)
        log.info("disposition %s does not go to %s: %s", waiting.disposition_id, waiting.agency_id, judged.reason)
        return
    neighbor = judged.neighbor
    member = neighbor.member or settings.agency_id
    message = returned_message(returned_event(said, member, version or neighbor.agreement_version))
    try:
        send(neighbor, disposition_topic(waiting.agreement_id, member), message)
    except (ConfigurationError, TransientError) as error:
        if now - waiting.noted_at <= PATIENCE:
            raise TransientError(f"{neighbor.name}: {error}") from error
        settle_return(
            database, waiting, "withheld", f"not sent for {PATIENCE.days} days: {error}", version, members, terms
        )
        log.warning("disposition %s is given up for %s: %s", waiting.disposition_id, neighbor.id, error)
        return
    why = f"its entry was given under agreement {waiting.agreement_id}"
    settle_return(database, waiting, "given", why, version, members, terms)


def judge(
    said: DispositionEvent, settings: Settings, policy: Policy, waiting: WaitingReturn, *, is_active: bool
) -> Judged:
    """Return to whom a disposition goes, or why it goes to nobody.

    Args:
        said: The disposition.
        settings: The configuration.
        policy: The law that holds here.
        waiting: What waits.
        is_active: Whether the list that was given is in force here.
    """
    neighbor = next((one for one in settings.sharing.neighbors if one.id == waiting.agency_id), None)
    if neighbor is None or neighbor.agreement != waiting.agreement_id:
        named = f"{waiting.agency_id} with agreement {waiting.agreement_id}"
        return Judged(None, f"no neighbor {named} is configured ([[sharing.neighbors]])")
    if not neighbor.dispositions:
        return Judged(neighbor, "it is told nothing (sharing.neighbors.dispositions)")
    if not is_active:
        return Judged(neighbor, f"the agreement gives list {waiting.hotlist_id} no more")
    return Judged(neighbor, _unlawful(neighbor, said.entry.category, policy) or "")


def _unlawful(neighbor: NeighborSettings, category: Category, policy: Policy) -> str | None:
    """Return why our own law does not let the other agency be told, or None."""
    kind = AgencyKind(neighbor.kind)
    state = neighbor.state or (None if kind is AgencyKind.FEDERAL else policy.profile.jurisdiction)
    verdict = policy.receives(AgencyRef(neighbor.name, kind, state))
    if not verdict.is_standing:
        return f"the law does not let it be told: {verdict.reason}"
    purpose = purpose_of_category(category)
    if purpose in (*policy.purposes.forbidden, *policy.own.never_purposes):
        return f"purpose {purpose.value} is forbidden: {policy.purposes.source}"
    return None
