"""Reads of the console's agency, with pictures, at two places."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

from schemas.types import Location, PlateRead
from storage.reads.images import ImageStore, image_key
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.console.board.alerts import plate_picture
from tests.integration.console.site import AGENCY, ConsoleSite
from tests.integration.storage.samples import START, sample_read

WHY = {"purpose": "stolen vehicle, seen at Main Street", "case": "26-117"}
PLACES = (Location(36.8354, -76.2983, 90.0), Location(36.8529, -76.2859, None))


def passed(
    site: ConsoleSite, number: int, plate: str = "VNV4527", *, pictured: bool = True, **fields: Any
) -> PlateRead:
    """Store a read of a vehicle that passed minutes after the first one."""
    made = sample_read(number, plate, captured_at=START + timedelta(minutes=number))
    made = dataclasses.replace(
        made,
        **{"agency_id": AGENCY, "location": PLACES[number % 2], "plate_image_key": None, "context_image_key": None}
        | fields,
    )
    if pictured:
        images = ImageStore(site.settings)
        keys = {"plate_image_key": image_key(made, "plate"), "context_image_key": image_key(made, "context")}
        for key in keys.values():
            images.save(key, plate_picture(plate[:12]))
        made = dataclasses.replace(made, **keys)  # type: ignore[arg-type]
    Records(site.database).write([ReadRecord(made)])
    return made
