"""The link that works once: its page lets somebody choose how to sign in."""

from __future__ import annotations

from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.people.banner import banner_of
from console.people.cookies import give
from console.site import Site, address_of
from console.visitors import COOKIE
from operations.people.entering import enter_by_link
from operations.people.secrets import SHORTEST_PASSWORD
from operations.people.signing_in import begin_with_password, look_at_link
from schemas.errors import InvalidInput

router = APIRouter()


@router.get("/begin/{secret}")
def show(request: Request, secret: str) -> HTMLResponse:
    """Show what can be chosen. Nothing is used up by looking: programs that preview links do that, too."""
    return _page(request, secret)


@router.post("/begin/{secret}")
def choose(
    request: Request,
    secret: str,
    password: Annotated[str, Form(max_length=1024)],
    again: Annotated[str, Form(max_length=1024)],
    code: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Take what was chosen, and let the person in."""
    site = Site.of(request)
    address, earlier = address_of(request), request.cookies.get(COOKIE)
    try:
        signed_in = begin_with_password(site.database, site.settings, secret, password, again, code, address, earlier)
    except InvalidInput as error:
        return _page(request, secret, str(error), 422)
    response = RedirectResponse("/", 303)
    give(response, signed_in)
    return response


@router.get("/enter/{secret}")
def before(request: Request, secret: str) -> HTMLResponse:
    """Show what signing in means, and a button: whatever previews the link uses nothing up."""
    site = Site.of(request)
    return site.drawing.page("people/enter.html", actor=None, banner=banner_of(site.settings), secret=secret)


@router.post("/enter/{secret}")
def enter(request: Request, secret: str) -> Response:
    """Let in whose link it is."""
    site = Site.of(request)
    signed_in = enter_by_link(site.database, site.settings, secret, address_of(request), request.cookies.get(COOKIE))
    response = RedirectResponse("/", 303)
    give(response, signed_in)
    return response


def _page(request: Request, secret: str, detail: str = "", status: int = 200) -> HTMLResponse:
    site = Site.of(request)
    beginning = look_at_link(site.database, site.settings, secret, address_of(request))
    return site.drawing.page(
        "people/begin.html",
        actor=None,
        status=status,
        banner=banner_of(site.settings),
        beginning=beginning,
        secret=secret,
        shortest=SHORTEST_PASSWORD,
        picture=segno.make(beginning.authenticator_uri, error="m").svg_data_uri(scale=4, border=2),
        detail=detail,
    )
