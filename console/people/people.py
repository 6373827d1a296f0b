"""Who may sign in: the access review, and everything that an administrator changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.files import download
from console.typed import day_of
from console.visitors import SignedIn, Visitor
from operations.people.accounts import Invitation, add_person, change_person, disable_person, reset_person
from operations.people.review import csv_lines, review_access
from operations.people.sessions import end_sessions_of
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import may
from schemas.roles import Role, Scope

router = APIRouter(prefix="/people")
Name = Annotated[str, Form(max_length=256)]
_NOTHING_TYPED: Final[Mapping[str, Any]] = {"name": "", "full_name": "", "agency": "", "trained": "", "role": ()}


@router.get("")
def show(visitor: SignedIn, only: Literal["", "look"] = "") -> HTMLResponse:
    """Show everybody, or those that an access review has to look at, with why."""
    return _page(visitor, only=bool(only))


@router.get("/table")
def save(visitor: SignedIn) -> Response:
    """Send the access review as a table for a spreadsheet."""
    found = review_access(visitor.actor, visitor.site.database, visitor.site.settings)
    return download("".join(csv_lines(found)), "access-review.csv")


@router.post("")
def add(
    visitor: SignedIn,
    name: Name,
    role: Annotated[list[Role] | None, Form()] = None,
    full_name: Annotated[str, Form(max_length=256)] = "",
    agency: Annotated[str, Form(max_length=64)] = "",
    trained: Annotated[str, Form(max_length=10)] = "",
) -> HTMLResponse:
    """Add somebody, and show the link that they get, this once."""
    site = visitor.site
    try:
        invitation = add_person(
            visitor.actor,
            site.database,
            site.settings,
            name,
            role or [],
            full_name=full_name,
            agency_id=agency.strip() or None,
            last_training_on=day_of(trained, "last training"),
        )
    except InvalidInput as error:
        typed = {"name": name, "full_name": full_name, "agency": agency, "trained": trained, "role": role or []}
        return _failed(visitor, error, typed)
    return _page(visitor, invitation=invitation, done=f"{name} was added")


@router.post("/change")
def change(
    visitor: SignedIn,
    name: Name,
    role: Annotated[list[Role] | None, Form()] = None,
    trained: Annotated[str, Form(max_length=10)] = "",
) -> HTMLResponse:
    """Change what somebody is, or note a training."""
    try:
        change_person(
            visitor.actor,
            visitor.site.database,
            name,
            roles=role or None,
            last_training_on=day_of(trained, "last training"),
        )
    except InvalidInput as error:
        return _failed(visitor, error)
    return _page(visitor, done=f"{name} was changed")


@router.post("/reset")
def reset(visitor: SignedIn, name: Name) -> HTMLResponse:
    """Forget how somebody signs in, and show the new link, this once."""
    try:
        invitation = reset_person(visitor.actor, visitor.site.database, visitor.site.settings, name)
    except InvalidInput as error:
        return _failed(visitor, error)
    return _page(visitor, invitation=invitation, done=f"{name} was reset")


@router.post("/disable")
def disable(visitor: SignedIn, name: Name, reason: Annotated[str, Form(max_length=500)]) -> HTMLResponse:
    """Let somebody in no more."""
    try:
        ended = disable_person(visitor.actor, visitor.site.database, name, reason)
    except InvalidInput as error:
        return _failed(visitor, error)
    return _page(visitor, done=f"{name} was disabled; {ended} sessions and tokens ended")


@router.post("/sessions/end")
def end(visitor: SignedIn, name: Name) -> RedirectResponse:
    """End all sessions of somebody."""
    end_sessions_of(visitor.actor, visitor.site.database, name)
    return RedirectResponse("/people", 303)


def _failed(visitor: Visitor, error: InvalidInput, typed: Mapping[str, Any] = _NOTHING_TYPED) -> HTMLResponse:
    """Show the page again with what was wrong."""
    return _page(visitor, detail=str(error), status=422, typed=typed)


def _page(
    visitor: Visitor,
    *,
    invitation: Invitation | None = None,
    done: str = "",
    detail: str = "",
    status: int = 200,
    only: bool = False,
    typed: Mapping[str, Any] = _NOTHING_TYPED,
) -> HTMLResponse:
    site = visitor.site
    found = review_access(visitor.actor, site.database, site.settings)
    return visitor.page(
        "people/people.html",
        status=status,
        people=[one for one in found if one.findings or not only],
        count=len(found),
        to_look_at=sum(bool(one.findings) for one in found),
        inactive=sum(one.is_inactive for one in found),
        inactive_days=site.settings.console.inactive_days,
        only=only,
        typed=typed,
        may_change=may(visitor.actor, Action.CHANGE_PERSON),
        all_roles=sorted(Role),
        all_scopes=sorted(Scope),
        invitation=invitation,
        done=done,
        detail=detail,
    )
