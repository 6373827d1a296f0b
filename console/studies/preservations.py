"""Reads that are kept beyond their time, for a case: asked for, seen, renewed, released; and what is about to go."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.search.choices import choices_of
from console.studies.forms import moment_of, number_of, typed
from console.visitors import SignedIn, Visitor
from console.why import why_of
from operations.duties.ending import MOST_DAYS, view_ending
from operations.duties.preserving import (
    FoundReads,
    Preservation,
    PreservationWish,
    preserve,
    release_preservation,
    renew_preservation,
    show_preserved,
    view_preservation,
    view_preservations,
)
from operations.searches.pictures import plates_of
from policy.decisions import open_policy
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import may

router = APIRouter(prefix="/preservations")
Number = Annotated[int, Path(ge=1, lt=2**31)]
Fields = Annotated[dict[str, str], Depends(typed)]


@router.get("")
def show_all(visitor: SignedIn) -> HTMLResponse:
    """Show the requests, which name neither plates nor places."""
    return _all(visitor, {})


@router.post("")
def add(visitor: SignedIn, fields: Fields) -> Response:
    """Keep the reads of a plate that are there now."""
    site = visitor.site
    try:
        wish = PreservationWish(
            fields.get("plate", ""),
            fields.get("by", ""),
            fields.get("form", ""),
            fields.get("case", ""),
            fields.get("reason", ""),
            number_of(fields, "days", "days"),
            moment_of(fields, "since", "captured from", site.settings),
            moment_of(fields, "until", "captured until", site.settings),
            fields.get("camera") or None,
        )
        made = preserve(visitor.actor, site.database, site.settings, wish)
    except InvalidInput as error:
        return _all(visitor, fields, str(error))
    return _back(made.preservation_id)


@router.get("/ending")
def ending(visitor: SignedIn, days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 7) -> HTMLResponse:
    """Show what is about to go."""
    found = view_ending(visitor.actor, visitor.site.database, visitor.site.settings, days)
    return visitor.page("studies/ending.html", found=found, days=days, most=MOST_DAYS)


@router.get("/{number}")
def show(visitor: SignedIn, number: Number) -> HTMLResponse:
    """Show a request, without what it keeps."""
    return _page(visitor, number)


@router.post("/{number}/reads")
def look(visitor: SignedIn, number: Number, fields: Fields) -> HTMLResponse:
    """Show what a request keeps, for a purpose and a case."""
    site = visitor.site
    try:
        found, kept = show_preserved(visitor.actor, site.database, site.settings, number, why_of(fields.get))
    except InvalidInput as error:
        return _refused(visitor, number, error, fields)
    return _page(visitor, number, fields, found=found, kept=kept)


@router.post("/{number}/renew")
def renew(visitor: SignedIn, number: Number, fields: Fields) -> Response:
    """Keep a request's reads for longer."""
    try:
        days = number_of(fields, "days", "days")
        renew_preservation(visitor.actor, visitor.site.database, visitor.site.settings, number, days)
    except InvalidInput as error:
        return _refused(visitor, number, error, fields)
    return _back(number)


@router.post("/{number}/release")
def release(visitor: SignedIn, number: Number, reason: Annotated[str, Form(max_length=4000)] = "") -> Response:
    """End a request before its time."""
    try:
        release_preservation(visitor.actor, visitor.site.database, number, reason)
    except InvalidInput as error:
        return _refused(visitor, number, error, {"reason": reason})
    return _back(number)


def _refused(visitor: Visitor, number: int, error: InvalidInput, fields: Mapping[str, str]) -> HTMLResponse:
    return _page(visitor, number, fields, str(error))


def _back(number: int) -> RedirectResponse:
    return RedirectResponse(f"/preservations/{number}", 303)


def _all(visitor: Visitor, fields: Mapping[str, str], problem: str = "") -> HTMLResponse:
    site = visitor.site
    return visitor.page(
        "studies/preservations.html",
        status=422 if problem else 200,
        requests=view_preservations(visitor.actor, site.database)[::-1],
        rule=open_policy(site.settings).profile.preservation,
        places=site.board.cards.places,
        may_add=may(visitor.actor, Action.PRESERVE),
        typed=fields,
        detail=problem,
    )


def _page(
    visitor: Visitor,
    number: int,
    fields: Mapping[str, str] | None = None,
    problem: str = "",
    *,
    found: Preservation | None = None,
    kept: FoundReads | None = None,
) -> HTMLResponse:
    site = visitor.site
    one = found or view_preservation(visitor.actor, site.database, number)
    pictures = {} if kept is None else plates_of(site.settings, kept.reads)
    policy = open_policy(site.settings)
    return visitor.page(
        "studies/preservation.html",
        status=422 if problem else 200,
        one=one,
        is_kept=one.ended_at is None and one.until_at > datetime.now(UTC),
        kept=kept,
        pictures={read_id: base64.b64encode(data).decode() for read_id, data in pictures.items()},
        rule=policy.profile.preservation,
        choices=choices_of(site),
        may_look=may(visitor.actor, Action.VIEW_PRESERVED),
        may_renew=may(visitor.actor, Action.RENEW_PRESERVATION),
        may_release=may(visitor.actor, Action.RELEASE_PRESERVATION),
        typed=fields or {},
        detail=problem,
    )
