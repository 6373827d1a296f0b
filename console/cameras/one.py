"""One camera: how it is, what it showed last, a check, and what is said of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.cameras.forms import PlaceForm
from console.files import shown
from console.visitors import SignedIn, Visitor
from operations.added.adding import describe_camera, remove_camera
from operations.cameras.overview import CameraOverview, last_picture, view_camera
from operations.cameras.trying import Checked, try_known
from operations.cameras.watching import forbidden_places, why_hidden
from schemas.actions import Action
from schemas.errors import InvalidInput, TransientError
from schemas.permissions import may

router = APIRouter(prefix="/cameras")


def found_camera(visitor: Visitor, camera_id: str) -> CameraOverview:
    """Return a camera.

    Raises:
        HTTPException: 404: there is none of the person's agency.
    """
    try:
        return view_camera(visitor.actor, visitor.site.database, visitor.site.settings, camera_id)
    except InvalidInput as error:
        raise HTTPException(404) from error


def camera_page(
    visitor: Visitor,
    one: CameraOverview,
    *,
    checked: Checked | None = None,
    problem: str | None = None,
    done: str | None = None,
    place: PlaceForm | None = None,
    reason: str = "",
    removing: str = "",
    ticket: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Return a camera's page.

    Args:
        visitor: Who looks.
        one: The camera.
        checked: What a check found.
        problem: Why what was just asked was refused.
        done: What was just done.
        place: What was typed of it, to be shown again.
        reason: A reason for a view that was typed, to be shown again.
        removing: One for removing it.
        ticket: The live view that is shown.
        status: The HTTP status.
    """
    settings = visitor.site.settings
    return visitor.page(
        "cameras/camera.html",
        status=status,
        one=one,
        checked=checked,
        detail=problem,
        done=done,
        form=place or PlaceForm.of(one.place),
        reason=reason,
        removing=removing,
        ticket=ticket,
        is_video=ticket is not None and visitor.site.views.shows_video(visitor.actor, one.camera_id, ticket),
        hidden=why_hidden(settings, one.camera),
        seconds=settings.console.live_seconds,
        not_at=forbidden_places(settings),
        may_change=may(visitor.actor, Action.CHANGE_CAMERA),
        may_watch=may(visitor.actor, Action.WATCH_CAMERA),
        tiles=settings.console.tiles_url,
        tiles_credit=settings.console.tiles_credit,
    )


@router.get("/{camera_id}")
def show(
    visitor: SignedIn,
    camera_id: str,
    added: bool = False,
    live: Annotated[str | None, Query(pattern="^[A-Za-z0-9_-]{10,64}$")] = None,
) -> HTMLResponse:
    """Show a camera."""
    one = found_camera(visitor, camera_id)
    done = "It is added. The run that is at work reads it within seconds." if added and one.added is not None else None
    return camera_page(visitor, one, done=done, ticket=live)


@router.get("/{camera_id}/picture.jpg")
def picture(visitor: SignedIn, camera_id: str) -> Response:
    """Return what a camera showed last, small."""
    try:
        found = last_picture(visitor.actor, visitor.site.database, visitor.site.settings, camera_id)
    except InvalidInput as error:
        raise HTTPException(404) from error
    return shown(found)


@router.post("/{camera_id}/check")
def check(visitor: SignedIn, camera_id: str) -> HTMLResponse:
    """Connect to a camera, and say what it sends."""
    site, one = visitor.site, found_camera(visitor, camera_id)
    if one.camera is None:
        return camera_page(visitor, one, problem="only a camera that is connected to can be checked", status=422)
    try:
        checked = try_known(visitor.actor, site.database, site.settings, one.camera)
    except TransientError as error:
        return camera_page(visitor, one, problem=str(error), status=503)
    return camera_page(visitor, one, checked=checked)


@router.post("/{camera_id}/describe")
def describe(visitor: SignedIn, camera_id: str, form: Annotated[PlaceForm, Form()]) -> Response:
    """Say anew where an added camera stands, how it is put up, and by whose leave."""
    try:
        describe_camera(visitor.actor, visitor.site.database, camera_id, form.details())
    except InvalidInput as error:
        one = found_camera(visitor, camera_id)
        return camera_page(visitor, one, problem=str(error), place=form, status=422)
    return RedirectResponse(f"/cameras/{camera_id}", 303)


@router.post("/{camera_id}/remove")
def remove(visitor: SignedIn, camera_id: str, reason: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Remove a camera that was added."""
    try:
        remove_camera(visitor.actor, visitor.site.database, camera_id, reason)
    except InvalidInput as error:
        one = found_camera(visitor, camera_id)
        return camera_page(visitor, one, problem=str(error), removing=reason, status=422)
    return RedirectResponse("/cameras", 303)
