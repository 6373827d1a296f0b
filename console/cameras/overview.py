"""All cameras: a table and a map."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from console.visitors import SignedIn
from operations.cameras.overview import kinds, view_cameras
from schemas.actions import Action
from schemas.permissions import may

router = APIRouter()


@router.get("/cameras")
def show(visitor: SignedIn) -> HTMLResponse:
    """Show every camera and reader with its health."""
    site = visitor.site
    found = view_cameras(visitor.actor, site.database, site.settings)
    return visitor.page(
        "cameras/cameras.html",
        cameras=found,
        counts=kinds(found),
        placed=[
            one for one in found if one.place is not None and None not in (one.place.latitude, one.place.longitude)
        ],
        may_add=may(visitor.actor, Action.ADD_CAMERA),
        tiles=site.settings.console.tiles_url,
        tiles_credit=site.settings.console.tiles_credit,
    )
