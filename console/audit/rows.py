"""The audit's rows: who did what, when, from where and why."""

from __future__ import annotations

import json
from datetime import tzinfo
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from console.audit.filtering import FilterForm, address_of, asked_filter, sent_filter
from console.files import download
from console.visitors import SignedIn, Visitor
from operations.audit.looking import AuditEntry, save_audit, view_audit
from operations.audit.rows import cameras_of, csv_lines, plate_of, surface_of
from operations.sharing.zones import agency_zone
from schemas.actor_kinds import ActorKind, kind_of
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted

router = APIRouter(prefix="/audit")
ROWS = 50
"""On one page."""
HELPERS = {"surface": surface_of, "cameras": cameras_of, "plate": plate_of}


@router.get("")
def show(visitor: SignedIn, form: Annotated[FilterForm, Depends(asked_filter)]) -> HTMLResponse:
    """Show the newest rows; the look is one of the audit's rows itself."""
    return _shown(visitor, form)


@router.post("")
def search(
    visitor: SignedIn,
    form: Annotated[FilterForm, Depends(sent_filter)],
    before: Annotated[str, Form(max_length=20)] = "",
) -> HTMLResponse:
    """Show the rows that fit, page by page; by POST, so that no plate stands in an address."""
    return _shown(visitor, form, before)


def _shown(visitor: Visitor, form: FilterForm, before: str = "") -> HTMLResponse:
    check_permitted(visitor.actor, Action.VIEW_AUDIT)
    try:
        found = view_audit(visitor.actor, visitor.site.database, form.wanted(_zone(visitor), before), ROWS + 1)
    except InvalidInput as error:
        return _page(visitor, form, [], before, detail=str(error))
    return _page(visitor, form, found, before)


@router.post("/table")
def save(
    visitor: SignedIn,
    form: Annotated[FilterForm, Depends(sent_filter)],
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Send the rows that fit as a table for a spreadsheet, for a reason."""
    check_permitted(visitor.actor, Action.EXPORT_AUDIT)
    try:
        found = save_audit(visitor.actor, visitor.site.database, form.wanted(_zone(visitor)), why)
    except InvalidInput as error:
        return _page(visitor, form, [], "", detail=f"no table was made: {error}", why=why)
    return download("".join(csv_lines(found)), "audit.csv")


def _zone(visitor: Visitor) -> tzinfo | None:
    return agency_zone(visitor.site.settings)


def _page(
    visitor: Visitor, form: FilterForm, found: list[AuditEntry], before: str, *, detail: str = "", why: str = ""
) -> HTMLResponse:
    shown = found[:ROWS]
    return visitor.page(
        "audit/rows.html",
        status=422 if detail else 200,
        form=form,
        entries=shown,
        older=shown[-1].audit_id if len(found) > ROWS else None,
        is_newest=not before,
        actions=sorted(Action),
        kinds=list(ActorKind),
        kind_of=lambda entry: kind_of(entry.actor.via),
        by=address_of,
        as_json=lambda value: json.dumps(value, ensure_ascii=False, indent=1),
        detail=detail,
        why=why,
        **HELPERS,
    )
