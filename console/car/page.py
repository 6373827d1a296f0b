"""The officer's page, and the pictures on it."""

from __future__ import annotations

import base64
import binascii
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import HTMLResponse

from console.car.showing import shown, shown_car
from console.car.visitors import Officer, SignedOnHere
from schemas.events import Alert, Noted

router = APIRouter()
_HEADERS = {"Cache-Control": "private, no-store", "Content-Disposition": "inline"}


@router.get("/")
def show(officer: SignedOnHere) -> HTMLResponse:
    """Show the alerts of the last hours, the newest first; what comes is the stream's."""
    site = officer.site
    cursor = site.desk.board.cursor
    vehicles = [shown(site, one) for one in site.desk.board.all()]
    patrol = site.settings.patrol
    text = site.drawing.text(
        "car/page.html",
        who=officer.who,
        car_id="" if patrol is None else patrol.car,
        car=shown_car(site, site.desk.board.now()),
        vehicles=vehicles,
        cursor=str(cursor),
        now=site.desk.board.now(),
    )
    return HTMLResponse(text)


@router.get("/here")
def here(officer: SignedOnHere) -> Response:
    """Say that somebody is signed on at this screen; it is 401 where nobody is."""
    return Response(status_code=204)


@router.post("/standing")
def standing(officer: SignedOnHere) -> Response:
    """Take somebody's word that the car stands, where its speed is not known."""
    officer.site.desk.motion.told()
    return Response(status_code=204)


@router.post("/alerts/{alert_id}/opened")
def opened(officer: SignedOnHere, alert_id: UUID) -> Response:
    """Have it written down that somebody looked at an alert."""
    site = officer.site
    if site.desk.board.vehicle(alert_id) is None:
        raise HTTPException(404)
    site.desk.sayings.note(Noted.ALERT_OPENED, who=officer.who, alert_id=alert_id)
    return Response(status_code=204)


@router.get("/alerts/{alert_id}/{kind}.jpg")
def picture(officer: SignedOnHere, alert_id: UUID, kind: Literal["plate", "scene"]) -> Response:
    """Return a picture of an alert."""
    vehicle = officer.site.desk.board.vehicle(alert_id)
    found = None if vehicle is None else _picture(officer, vehicle.newest.alert, kind)
    if found is None:
        raise HTTPException(404)
    return Response(found, media_type="image/jpeg", headers=_HEADERS)


def _picture(officer: Officer, alert: Alert, kind: str) -> bytes | None:
    if kind == "plate" and alert.plate_picture is not None:
        try:
            return base64.b64decode(alert.plate_picture, validate=True)
        except binascii.Error:
            return None
    key = alert.read.plate_image_key if kind == "plate" else alert.read.context_image_key
    return None if key is None else officer.site.desk.around.picture(key)
