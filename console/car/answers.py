"""What the officer says of an alert: one path for all of it; the page's script shows what comes of it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import JSONResponse

from console.car.showing import fragment
from console.car.visitors import SignedOnHere
from operations.patrol.saying import SeenBefore, Wanted
from schemas.errors import InvalidInput
from schemas.events import Answered
from schemas.plates import normalize_plate
from schemas.types import CheckPriority, RecordAnswer

router = APIRouter()


@router.post("/alerts/{alert_id}/answer")
def answer(
    officer: SignedOnHere,
    alert_id: UUID,
    what: Annotated[Answered, Form()],
    again: Annotated[bool, Form()] = False,
    priority: Annotated[CheckPriority | None, Form()] = None,
    record: Annotated[RecordAnswer | None, Form()] = None,
    minutes: Annotated[int | None, Form(ge=1, le=10_080)] = None,
    seen: Annotated[int | None, Form(ge=0, le=2**63 - 1)] = None,
) -> JSONResponse:
    """Take what is said; answer with the card as it is now, and with the plate that is to be copied."""
    needs = {Answered.RECORD_ASKED: priority, Answered.RECORD_ANSWERED: record}
    if what in needs and needs[what] is None:
        raise InvalidInput("what was said of the record check is missing")
    if (record is RecordAnswer.TIME_NEEDED) != (minutes is not None):
        raise InvalidInput("minutes go with the answer that more time is needed, and with nothing else")
    wanted = Wanted(
        what,
        again,
        priority if what is Answered.RECORD_ASKED else None,
        record if what is Answered.RECORD_ANSWERED else None,
        minutes if what is Answered.RECORD_ANSWERED else None,
        seen,
    )
    site = officer.site
    try:
        vehicle = site.desk.sayings.say(officer.who, alert_id, wanted)
    except SeenBefore as error:
        return JSONResponse({"detail": str(error), "html": fragment(site, error.vehicle)}, 409)
    plate = normalize_plate(vehicle.newest.alert.entry.plate) if what is Answered.CORRECT else None
    return JSONResponse({"copy": plate, "html": fragment(site, vehicle), "change": str(vehicle.changed)})
