"""What categories there are, how much each presses, and what of it the law lets notify here."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from console.visitors import SignedIn
from operations.hotlists.taxonomy import view_taxonomy
from policy.decisions import open_policy

router = APIRouter(prefix="/lists")


@router.get("/law")
def show(visitor: SignedIn) -> HTMLResponse:
    """Show every category with what the law and the agency decide."""
    settings = visitor.site.settings
    return visitor.page(
        "lists/law.html",
        rules=view_taxonomy(visitor.actor, visitor.site.database, settings),
        profile=open_policy(settings).profile,
        own=settings.policy,
    )
