"""How the installation is: services, database, broker, what waits, disks, lists."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from console.operating.rooms import rooms_for
from console.visitors import SignedIn
from operations.status.viewing import view_status

router = APIRouter()


@router.get("/operations")
def show(visitor: SignedIn) -> HTMLResponse:
    """Show it."""
    status, readers = view_status(visitor.actor, visitor.site.database, visitor.site.settings)
    return visitor.page("operating/status.html", rooms=rooms_for(visitor), found=status, readers=readers)
