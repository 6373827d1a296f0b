"""Looking at alerts: pages, what has changed, one, and its pictures. A look that is a GET leaves a new alert new."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from console.api.alerts.models import AlertChanges, AlertPage, AlertTold
from console.api.answers import ABSENT
from console.api.paging import Cursor, Limit, link_next
from console.files import shown
from console.visitors import ApiCaller, Caller
from operations.board.listing import LAST_NUMBER, changed_alerts, list_alerts
from operations.board.pictures import PictureKind
from operations.life.change import AlertCard, Sayer
from operations.life.looking import show_alert
from schemas.types import Surface

router = APIRouter(tags=["alerts"])
JPEG = {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}, "description": "The picture."}


def sayer_of(caller: Caller, knows: int | None = None) -> Sayer:
    """Return whoever asks, as one who says something of an alert."""
    return Sayer(caller.actor, Surface.CONSOLE, knows=knows)


def told(response: Response, card: AlertCard) -> AlertTold:
    """Return an alert as it is told, with its ETag."""
    response.headers["ETag"] = f'"{card.life.count}"'
    return AlertTold.of(card)


@router.get("/alerts")
def alerts(
    request: Request, response: Response, caller: ApiCaller, limit: Limit = 50, cursor: Cursor = None
) -> AlertPage:
    """Return the agency's alerts, the newest first."""
    before = LAST_NUMBER if cursor is None else cursor
    page = list_alerts(caller.actor, caller.site.database, limit, before)
    items = [AlertTold.of(card) for card in page.alerts]
    return AlertPage(items=items, next=link_next(request, response, page.next))


@router.get("/alerts/changes")
def alert_changes(
    caller: ApiCaller,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="`cursor` of the answer before; 0: from the first.")],
    limit: Limit = 100,
) -> AlertChanges:
    """Return what has changed since: new alerts, updates, cancels, and what people said. Nothing is missed."""
    found = changed_alerts(caller.actor, caller.site.database, after, limit)
    items = [AlertTold.of(card) for card in found.alerts]
    return AlertChanges(items=items, cursor=found.cursor, more=found.more)


@router.get("/alerts/{alert_id}", responses=ABSENT)
def alert(response: Response, caller: ApiCaller, alert_id: UUID) -> AlertTold:
    """Return one alert; a new one stays new. Its ETag goes into If-Match of what is said of it."""
    return told(response, show_alert(sayer_of(caller), caller.site.database, alert_id, leave_new=True))


@router.get("/alerts/{alert_id}/pictures/{kind}", responses={**ABSENT, 200: JPEG}, response_class=Response)
def alert_picture(caller: ApiCaller, alert_id: UUID, kind: PictureKind) -> Response:
    """Return a picture of an alert: the plate, or the whole scene."""
    found = caller.site.board.gallery.picture(caller.actor, alert_id, kind)
    return shown(found)
