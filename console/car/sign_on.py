"""Signing on at the start of a shift, and off at its end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.car.site import CarSite
from console.car.visitors import SignedOnHere, give, take
from schemas.errors import InvalidInput, NotPermitted, TransientError

router = APIRouter()


@router.get("/sign-on")
def show(request: Request) -> HTMLResponse:
    """Show the page on which an officer signs on."""
    return _page(CarSite.of(request))


@router.post("/sign-on")
def enter(
    request: Request,
    name: Annotated[str, Form(max_length=256)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
    unit: Annotated[str, Form(max_length=256)] = "",
    code: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Let an officer in, or say why not."""
    site = CarSite.of(request)
    try:
        entered = site.desk.sign_ons.sign_on(name, password, code, unit)
    except (InvalidInput, NotPermitted) as error:
        return _page(site, str(error), 403, name=name, unit=unit)
    except TransientError as error:
        return _page(site, str(error), 503, name=name, unit=unit)
    response = RedirectResponse("/", 303)
    give(site, response, entered.cookie)
    return response


@router.post("/sign-off")
def leave(officer: SignedOnHere) -> Response:
    """End the shift on all screens."""
    officer.site.desk.sign_ons.sign_off()
    response = RedirectResponse("/sign-on", 303)
    take(officer.site, response)
    return response


def _page(site: CarSite, detail: str = "", status: int = 200, *, name: str = "", unit: str = "") -> HTMLResponse:
    patrol = site.settings.patrol
    text = site.drawing.text(
        "car/sign_on.html", car="" if patrol is None else patrol.car, detail=detail, name=name, unit=unit
    )
    return HTMLResponse(text, status)
