"""The page about retention, and the proofs' files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from console.files import download
from console.visitors import SignedIn
from operations.duties.ending import MOST_DAYS
from operations.duties.retaining import view_retention
from operations.proving import read_proof, view_proofs
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted

router = APIRouter(prefix="/retention")


@router.get("")
def show(visitor: SignedIn, days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 7) -> HTMLResponse:
    """Show what the law says by kind, what goes next, and each proof with its check."""
    check_permitted(visitor.actor, Action.VIEW_PROOFS)
    site = visitor.site
    return visitor.page(
        "retention/retention.html",
        retained=view_retention(visitor.actor, site.database, site.settings, days),
        proofs=view_proofs(visitor.actor, site.database, site.settings),
        days=days,
        most_days=MOST_DAYS,
    )


@router.get("/proofs/{name}")
def save(visitor: SignedIn, name: str) -> Response:
    """Send a proof as it is signed."""
    try:
        text = read_proof(visitor.actor, visitor.site.database, visitor.site.settings, name)
    except InvalidInput as error:
        raise HTTPException(404) from error
    return download(text, name)
