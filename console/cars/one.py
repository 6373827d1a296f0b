"""One patrol car: how it says that it is, another token, other cameras, and revoking it."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.answers import status_of
from console.visitors import SignedIn, Visitor
from operations.cars.cars import change_cameras, renew_token, revoke_car
from operations.cars.looking import view_car
from schemas.actions import Action
from schemas.errors import InvalidInput, NotThere
from schemas.permissions import check_permitted, may

router = APIRouter(prefix="/cars")
_BETWEEN: Final = re.compile(r"[\s,;]+")
Knows = Annotated[int, Form(ge=1, le=2**31 - 1)]
"""The car's version on the page that somebody looks at."""


def cameras_in(text: str) -> list[str]:
    """Return the cameras' ids that somebody has typed, between blanks, commas or lines."""
    return [one for one in _BETWEEN.split(text) if one]


def car_page(
    visitor: Visitor,
    car_id: str,
    *,
    token: str = "",
    done: str = "",
    problem: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Return a car's page.

    Args:
        visitor: Who looks.
        car_id: The car.
        token: Its new token, which is shown this once.
        done: What was just done.
        problem: Why what was just asked was refused.
        typed: What was typed, by field, to be shown again.
        status: The HTTP status.

    Raises:
        NotThere: There is no such car.
    """
    car = view_car(visitor.actor, visitor.site.database, car_id)
    return visitor.page(
        "cars/car.html",
        status=status,
        car=car,
        token=token,
        done=done,
        detail=problem,
        typed={"reason": "", "cameras": "\n".join(car.camera_ids)} | (typed or {}),
        typed_names=sorted(typed or ()),
        may_change=may(visitor.actor, Action.CHANGE_CAR),
    )


@router.get("/{car_id}")
def show(visitor: SignedIn, car_id: str) -> HTMLResponse:
    """Show a car."""
    return car_page(visitor, car_id)


@router.post("/{car_id}/token")
def renew(visitor: SignedIn, car_id: str, knows: Knows) -> HTMLResponse:
    """Give a car another token, and show it, this once; a page that is sent again does not make another one."""
    check_permitted(visitor.actor, Action.RENEW_CAR_TOKEN)
    try:
        made = renew_token(visitor.actor, visitor.site.database, car_id, knows=knows)
    except InvalidInput as error:
        return _refused(visitor, car_id, error)
    return car_page(visitor, car_id, token=made.token, done=f"Car {car_id} has another token; the one before ended.")


@router.post("/{car_id}/cameras")
def change(
    visitor: SignedIn, car_id: str, knows: Knows, cameras: Annotated[str, Form(max_length=2000)] = ""
) -> Response:
    """Say anew which cameras a car has."""
    site = visitor.site
    check_permitted(visitor.actor, Action.CHANGE_CAR)
    try:
        change_cameras(visitor.actor, site.database, site.settings, car_id, cameras_in(cameras), knows=knows)
    except InvalidInput as error:
        return _refused(visitor, car_id, error, {"cameras": cameras})
    return RedirectResponse(f"/cars/{car_id}", 303)


@router.post("/{car_id}/revoke")
def revoke(visitor: SignedIn, car_id: str, knows: Knows, reason: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Let a car send nothing more."""
    check_permitted(visitor.actor, Action.REVOKE_CAR)
    try:
        revoke_car(visitor.actor, visitor.site.database, car_id, reason, knows=knows)
    except InvalidInput as error:
        return _refused(visitor, car_id, error, {"reason": reason})
    return RedirectResponse(f"/cars/{car_id}", 303)


def _refused(visitor: Visitor, car_id: str, error: InvalidInput, typed: dict[str, str] | None = None) -> HTMLResponse:
    """Show the car as it stands now, with why, and what was typed."""
    try:
        return car_page(visitor, car_id, problem=str(error), typed=typed, status=status_of(error))
    except NotThere:
        raise error from None
