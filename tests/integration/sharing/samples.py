"""Agreements in a database, as people decided them, and alerts that are offered under them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from operations.sharing.deciding import approve_agreement, propose_agreement
from policy.agreements.agreement import Agreement
from schemas.actor import Actor, SignIn
from schemas.settings import Settings
from storage.database import Database
from tests.unit.policy.agreements.samples import OWNER, alerts_grant, document

LEE = Actor("lee", SignIn.LOCAL_USER, "desk-7, /dev/pts/1", OWNER)
KIM = Actor("kim", SignIn.LOCAL_USER, "desk-8, /dev/pts/2", OWNER)
SETTINGS = Settings(agency_id=OWNER, time_zone="UTC")


def current(**more: Any) -> Agreement:
    """An agreement that is in force these days, about alerts of the camera `gate`."""
    today = datetime.now(UTC).date()
    dates = {"valid_from": today - timedelta(days=30), "valid_until": today + timedelta(days=300)}
    grants = {"grants": [alerts_grant(max_days=3650)]}
    return Agreement.model_validate(document(**(dates | grants | more)))


def in_force(database: Database, one: Agreement | None = None, settings: Settings = SETTINGS) -> Agreement:
    """Propose and approve an agreement."""
    agreement = one or current()
    if propose_agreement(LEE, database, settings, agreement).is_pending:
        approve_agreement(KIM, database, settings, agreement.id)
    return agreement
