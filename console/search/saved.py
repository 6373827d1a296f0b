"""Searches that one keeps for a case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.search.form import Typed, form_of
from console.search.page import checked, found_of, refused_page, search_page
from console.search.understanding import Asked
from console.typed import number_of
from console.visitors import SignedIn, Visitor
from operations.searches.saving import (
    DAYS,
    LONGEST_DAYS,
    end_searches_of_case,
    list_searches,
    remove_search,
    run_search,
    save_search,
)
from operations.sharing.zones import agency_zone
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted
from schemas.roles import Role

router = APIRouter()
Text = Annotated[str, Form(max_length=4000)]


@router.get("/search/saved")
def show(visitor: SignedIn) -> HTMLResponse:
    """Show the searches that one keeps."""
    return _page(visitor)


@router.post("/search/saved")
def save(visitor: SignedIn, form: Typed, saved_name: Text = "", saved_days: Text = str(DAYS)) -> Response:
    """Keep a search."""
    check_permitted(visitor.actor, Action.SAVE_SEARCH)
    asked = checked(visitor, form)
    if not isinstance(asked, Asked):
        return asked
    site = visitor.site
    try:
        days = number_of(saved_days, "for how many days", 1, LONGEST_DAYS)
        save_search(
            visitor.actor,
            site.database,
            site.settings,
            saved_name,
            asked.query,
            asked.why,
            alike=asked.alike,
            days=days or DAYS,
        )
    except InvalidInput as error:
        return refused_page(visitor, form, error, saved_name=saved_name, saved_days=saved_days)
    return RedirectResponse("/search/saved", 303)


@router.post("/search/saved/run")
def run(visitor: SignedIn, search: Annotated[int, Form()]) -> HTMLResponse:
    """Ask a search again that one keeps."""
    site = visitor.site
    try:
        kept, found = run_search(visitor.actor, site.database, site.settings, search, pictures=True)
    except InvalidInput as error:
        return _page(visitor, problem=str(error))
    form = form_of(kept, agency_zone(site.settings))
    return search_page(visitor, form, found=found_of(visitor, form, found))


@router.post("/search/saved/remove")
def remove(visitor: SignedIn, search: Annotated[int, Form()]) -> Response:
    """Remove a search that one keeps."""
    try:
        remove_search(visitor.actor, visitor.site.database, search)
    except InvalidInput as error:
        return _page(visitor, problem=str(error))
    return RedirectResponse("/search/saved", 303)


@router.post("/search/saved/end")
def end(visitor: SignedIn, case: Text = "") -> Response:
    """Remove all searches of a case that is closed."""
    try:
        end_searches_of_case(visitor.actor, visitor.site.database, case)
    except InvalidInput as error:
        return _page(visitor, problem=str(error), case=case)
    return RedirectResponse("/search/saved", 303)


def _page(visitor: Visitor, *, problem: str | None = None, case: str = "") -> HTMLResponse:
    zone = agency_zone(visitor.site.settings)
    found = list_searches(visitor.actor, visitor.site.database)
    kept = [(one, f"{one.ends_at.astimezone(zone):%Y-%m-%d %H:%M %Z}") for one in found]
    return visitor.page(
        "search/saved.html",
        status=200 if problem is None else 422,
        kept=kept,
        problem=problem,
        case=case,
        is_everybodys=Role.SUPERVISOR in (visitor.actor.roles or ()),
    )
