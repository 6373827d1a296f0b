"""Agreements in a database, as people decided them, and alerts that are offered under them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from operations.sharing.deciding import approve_agreement, propose_agreement
from policy.agreements.agreement import Agreement
from schemas.actor import Actor, SignIn
from schemas.events import QueryEvent, ReturnedDispositionEvent, ReturnedVerdictEvent
from schemas.ids import disposition_id
from schemas.settings import Settings
from schemas.types import DispositionKind, PlateRead, Standing
from storage.database import Database
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import sample_read
from tests.unit.policy.agreements.samples import NEIGHBOR, OWNER, alerts_grant, document

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


def queries_grant(**more: Any) -> dict[str, Any]:
    """A grant of queries about the cameras `gate-0` and `gate-1`."""
    return {
        "shares": "queries",
        "to": [NEIGHBOR],
        "cameras": ["gate-0", "gate-1"],
        "fields": ["plate", "place"],
        "purposes": ["stolen_vehicle", "missing_person"],
        "purposes_forbidden": ["immigration_enforcement"],
        "max_days": 7,
    } | more


def asked(agreement: Agreement, to: str = NEIGHBOR, **more: Any) -> QueryEvent:
    """A question of a neighbor's person that everything lets through."""
    now = datetime.now(UTC)
    person = more.pop("person", "d.chen")
    member = agreement.member(to)
    values: dict[str, Any] = {
        "query_id": uuid4(),
        "agreement_id": agreement.id,
        "asked_at": now,
        "expires_at": now + timedelta(minutes=15),
        "asker": {"agency_id": to, "name": member.name, "ori": member.ori, "person": person},
        "pattern": "VNV4527",
        "purpose": "stolen vehicle, seen at Main Street",
        "case_number": "26-00117",
    }
    return QueryEvent.model_validate(values | more)


def pass_by(number: int, camera: str = "gate-0", plate: str = "VNV4527", **more: Any) -> PlateRead:
    """A read of minutes ago."""
    moment = datetime.now(UTC) - timedelta(minutes=1 + number)
    read = sample_read(number, plate, captured_at=more.pop("captured_at", moment))
    return dataclasses.replace(read, camera_id=camera, agency_id=OWNER, **more)


def store(database: Database, *reads: PlateRead) -> None:
    """Store reads as the recorder does."""
    Records(database).write([ReadRecord(read) for read in reads])


def reads_grant(**more: Any) -> dict[str, Any]:
    """A grant of reads of the cameras `gate-0` and `gate-1`."""
    return {
        "shares": "reads",
        "to": [NEIGHBOR],
        "cameras": ["gate-0", "gate-1"],
        "fields": ["plate", "place"],
        "purposes": ["stolen_vehicle"],
        "max_days": 7,
    } | more


def lists_grant(**more: Any) -> dict[str, Any]:
    """A grant of the hotlist `stolen`: stolen vehicles and plates, also from NCIC."""
    return {
        "shares": "hotlists",
        "to": [NEIGHBOR],
        "lists": ["stolen"],
        "categories": ["stolen_vehicle", "stolen_plate"],
        "purposes": ["stolen_vehicle", "stolen_plate"],
        "max_days": 30,
        "cji": True,
    } | more


def returned(**more: Any) -> ReturnedDispositionEvent:
    """What a member's officer said of an alert that nobody else knows, as its Platewatch sends it."""
    alert_id, number = more.pop("alert_id", uuid4()), more.pop("number", 1)
    values: dict[str, Any] = {
        "disposition_id": disposition_id(alert_id, number),
        "agreement_version": 1,
        "agency_id": NEIGHBOR,
        "hotlist_id": "stolen",
        "alert_id": alert_id,
        "number": number,
        "kind": DispositionKind.ACKNOWLEDGED,
        "at": datetime.now(UTC),
        "by": "d.chen",
        "verdict": ReturnedVerdictEvent(standing=Standing.ACKNOWLEDGED, words="confirmed by nobody yet"),
    }
    return ReturnedDispositionEvent.model_validate(values | more)
