"""What readers misread, as people corrected it, and correcting one more read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from console.studies.forms import typed
from console.visitors import SignedIn, Visitor
from operations.searches.correcting import correct_read
from operations.searches.misreads import view_misreads
from schemas.errors import InvalidInput

router = APIRouter(prefix="/corrections")


@router.get("")
def show(visitor: SignedIn) -> HTMLResponse:
    """Show what was misread as what, without plates."""
    return _page(visitor, {})


@router.post("")
def add(visitor: SignedIn, fields: Annotated[dict[str, str], Depends(typed)]) -> HTMLResponse:
    """Put beside a read what is on its plate."""
    try:
        read_id = _read_id(fields.get("read", ""))
        plate, reason, state = (fields.get(name, "") for name in ("plate", "reason", "state"))
        correct_read(visitor.actor, visitor.site.database, read_id, plate, reason, state or None)
    except InvalidInput as error:
        return _page(visitor, fields, detail=str(error))
    return _page(visitor, {}, done="the correction stands beside the read")


def _read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput(f"{text[:60]!r} is no read's id; copy it from the search's result or the alert") from error


def _page(visitor: Visitor, fields: Mapping[str, str], *, detail: str = "", done: str = "") -> HTMLResponse:
    return visitor.page(
        "studies/corrections.html",
        status=422 if detail else 200,
        found=view_misreads(visitor.actor, visitor.site.database),
        typed=fields,
        detail=detail,
        done=done,
    )
