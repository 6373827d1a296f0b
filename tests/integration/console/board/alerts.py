"""Alerts of the console's agency, as they are raised while somebody looks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import numpy as np
from PIL import Image, ImageDraw

from alerts.build import alert_message, build_alert
from rendering.plates.standard import render_plate
from schemas.convert import vehicle_to_event
from schemas.events import Alert
from schemas.types import HotlistEntry, VehicleDescription
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from tests.integration.console.site import AGENCY
from tests.unit.alerts.samples import sample_entry, sample_hit, sample_read

TOPIC = "platewatch.alerts.portsmouth-pd.v1"


def plate_picture(text: str) -> bytes:
    """A picture of a plate, as large as one of a reader's."""
    if re.fullmatch("[A-Z0-9]{4,8}", text):
        drawn = render_plate(text, "US-VA", np.random.default_rng(len(text))).image
        picture = Image.fromarray(drawn[:, :, ::-1]).resize((240, 120))
    else:
        picture = Image.new("RGB", (240, 80), "white")
        ImageDraw.Draw(picture).text((20, 10), text, fill="navy", font_size=48)
    written = BytesIO()
    picture.save(written, "JPEG", quality=85)
    return written.getvalue()


def made(
    number: int = 0,
    plate: str = "VNV4527",
    *,
    entry: HotlistEntry | None = None,
    listed_vehicle: VehicleDescription | None = None,
    read_vehicle: VehicleDescription | None = None,
    read: dict[str, Any] | None = None,
    hit: dict[str, Any] | None = None,
    agency_id: str = AGENCY,
) -> Alert:
    """An alert about a vehicle that passes now."""
    listed = entry or sample_entry(plate)
    listed = listed._replace(vehicle=listed_vehicle)
    passed = sample_read(number, plate)
    alert = build_alert(
        passed,
        sample_hit(passed, listed),
        listed,
        agency_id=agency_id,
        created_at=datetime.now(UTC),
        plate_picture=plate_picture(plate),
    )
    document = alert.model_dump()
    document["read"] |= {"vehicle": vehicle_to_event(read_vehicle), "captured_at": datetime.now(UTC)} | (read or {})
    document["hit"] |= hit or {}
    return Alert.model_validate(document)


def raise_alert(database: Database, alert: Alert | None = None, **changes: Any) -> UUID:
    """Commit an alert, as a run does that is not this process; nobody numbers it but who looks."""
    alert = alert or made(**changes)
    with Ledger(database).begin() as unit:
        unit.add_alert(alert_message(alert), alert.hit.hit_id, alert.hit.tier, alert.read.captured_at, TOPIC)
    return alert.alert_id
