"""Alerts whose life the tests of operations go through."""

from __future__ import annotations

import json
from typing import Any

from alerts.build import build_alert
from operations.life.change import Sayer
from schemas.actor import Actor, SignIn
from schemas.convert import vehicle_to_event
from schemas.events import Alert, VehicleEvidenceEvent
from schemas.types import HotlistEntry, VehicleDescription, VehicleEvidence
from storage.database import Database
from tests.integration.alerts.records import ReadRecord, Records, outbox_message
from tests.integration.operations.audited import LEE
from tests.unit.alerts.samples import AGENCY, sample_entry, sample_hit, sample_read

LEE_SAYS = Sayer(LEE)
KIM_SAYS = Sayer(Actor("kim", SignIn.LOCAL_USER, "car-12, /dev/pts/2", "portsmouth-pd"))
TOPIC = "platewatch.alerts.springfield.v1"


def raised(
    database: Database,
    number: int = 0,
    plate: str = "VNV4527",
    *,
    read_vehicle: VehicleDescription | None = None,
    listed_vehicle: VehicleDescription | None = None,
    state: str | None = "US-VA",
    evidence: tuple[VehicleEvidence, ...] = (),
    topics: tuple[str, ...] = (TOPIC,),
    entry: HotlistEntry | None = None,
) -> Alert:
    """Store an alert; without vehicles nothing contradicts its entry."""
    read = sample_read(number, plate.replace("?", "X"))
    listed = (entry or sample_entry(plate))._replace(vehicle=listed_vehicle)
    alert = build_alert(
        read, sample_hit(read, listed), listed, agency_id=AGENCY, created_at=read.last_seen, plate_picture=b"jpeg"
    )
    vehicle = tuple(
        VehicleEvidenceEvent(feature=one.feature, read=one.read, listed=one.listed, agrees=one.agrees, score=one.score)
        for one in evidence
    )
    changes: dict[str, Any] = {
        "hit": alert.hit.model_copy(update={"vehicle": vehicle}),
        "read": alert.read.model_copy(update={"jurisdiction": state, "vehicle": vehicle_to_event(read_vehicle)}),
    }
    alert = Alert.model_validate(alert.model_copy(update=changes).model_dump())
    messages = tuple(outbox_message(alert, topic) for topic in topics)
    Records(database).write([ReadRecord(read, (sample_hit(read, listed),), messages)])
    return alert


def sent(database: Database, topic: str) -> list[dict[str, Any]]:
    """The messages of a topic that wait in the outbox, oldest first."""
    with database.connection() as connection:
        rows = connection.execute(
            "select payload from outbox where topic = %s and sent_at is null order by outbox_id", [topic]
        ).fetchall()
    return [json.loads(bytes(row[0])) for row in rows]
