"""Versions that wait for a person: made active all the same, or given up."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.lists.imported import Imported
from console.lists.overview import overview_page
from console.lists.versions import Reason
from console.typed import LARGEST
from console.visitors import SignedIn
from console.works import Progress
from operations.hotlists.holding import discard_hold, force_hold
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput

router = APIRouter(prefix="/lists")
Number = Annotated[int, Path(ge=1, le=LARGEST)]
PATH: Final = "/lists/held"


@router.post("/held/{number}/force")
def force(visitor: SignedIn, number: Number, reason: Reason = "") -> Response:
    """Make a version active that was held."""
    site, actor = visitor.site, visitor.actor
    AuditRecord(actor, Action.IMPORT)  # asks before anything is begun

    def do(advance: Progress) -> Imported:
        return Imported.of(force_hold(actor, site.database, site.settings, number, reason, on_progress=advance))

    work = site.works.begin(_key(number), f"the import of held version {number}", do)
    if not work.is_over:
        return RedirectResponse(f"{PATH}/{number}", 303)
    if work.problem:
        site.works.forget(_key(number))
        return overview_page(visitor, problem=work.problem, reasons={f"force {number}": reason}, status=422)
    return RedirectResponse(f"/lists/named/{work.result.hotlist_id}", 303)


@router.get("/held/{number}")
def look(visitor: SignedIn, number: Number) -> HTMLResponse:
    """Show how far that is."""
    AuditRecord(visitor.actor, Action.IMPORT)
    return visitor.page("lists/forcing.html", number=number, work=visitor.site.works.find(_key(number)))


@router.post("/held/{number}/discard")
def discard(visitor: SignedIn, number: Number, reason: Reason = "") -> Response:
    """Give a version up that was held."""
    site = visitor.site
    try:
        hold = discard_hold(visitor.actor, site.database, site.settings, number, reason)
    except InvalidInput as error:
        return overview_page(visitor, problem=str(error), reasons={f"discard {number}": reason}, status=422)
    return overview_page(
        visitor, done=f"the held version of '{hold.hotlist_id}' was given up; nothing else has changed"
    )


def _key(number: int) -> str:
    return f"force {number}"
