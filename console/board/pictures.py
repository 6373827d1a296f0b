"""An alert's pictures."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, HTTPException, Response

from console.files import shown
from console.visitors import SignedIn
from operations.board.pictures import PictureKind
from schemas.errors import InvalidInput

router = APIRouter()


@router.get("/board/alerts/{alert_id}/{kind}.jpg")
def picture(visitor: SignedIn, alert_id: UUID, kind: PictureKind) -> Response:
    """Return a picture of an alert of the person's own agency."""
    try:
        found = visitor.site.board.gallery.picture(visitor.actor, alert_id, kind)
    except InvalidInput as error:
        raise HTTPException(404) from error
    return shown(found)
