"""Signing in by the agency's own directory."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from console.people.cookies import give, safe_target
from console.people.signing import page
from console.site import Site, address_of
from console.visitors import COOKIE
from operations.people.directory import BACK, come_back, go_to_directory, leave_directory
from operations.people.letting_in import SignInRefused
from schemas.errors import InvalidInput

router = APIRouter()
QUESTION_COOKIE = "__Host-platewatch-directory"
"""What ties the way there and the way back to one browser."""


@router.get("/sign-in/directory")
def go(request: Request, next: str = "/") -> Response:
    """Send the browser to the directory."""
    site = Site.of(request)
    departure = go_to_directory(site.database, site.settings, safe_target(next))
    response = RedirectResponse(departure.url, 303)
    response.set_cookie(
        QUESTION_COOKIE, departure.question, max_age=900, path="/", secure=True, httponly=True, samesite="lax"
    )
    return response


@router.get("/sign-in/directory/leave")
def leave(request: Request) -> Response:
    """Send the browser to where it signs out of the directory, which sends it back."""
    place = leave_directory(Site.of(request).settings)
    if place is None:
        return page(request, "/", "the directory has no page to sign out at; close the browser instead")
    return RedirectResponse(place, 303)


@router.get(BACK)
def back(request: Request) -> Response:
    """Let in whom the directory names."""
    site = Site.of(request)
    given = {name: value[:4096] for name, value in request.query_params.items() if name in ("state", "code", "error")}
    question, earlier = request.cookies.get(QUESTION_COOKIE), request.cookies.get(COOKIE)
    response: Response
    try:
        signed_in, target = come_back(site.database, site.settings, question, given, address_of(request), earlier)
    except InvalidInput as error:
        response = page(request, "/", str(error), 403 if isinstance(error, SignInRefused) else 422)
    else:
        response = RedirectResponse(target, 303)
        give(response, signed_in)
    response.delete_cookie(QUESTION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response
