"""Signing in with a password, and signing out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.people.banner import banner_of
from console.people.cookies import DEVICE, give, safe_target, take
from console.site import Site, address_of
from console.visitors import COOKIE, SignedIn
from operations.people.sessions import sign_out as end_own_session
from operations.people.signing_in import SignInRefused, sign_in
from schemas.actor import SignIn
from schemas.errors import TransientError

router = APIRouter()


@router.get("/sign-in")
def show(request: Request, next: str = "/", left: str = "") -> HTMLResponse:
    """Show the page on which one signs in."""
    return page(request, safe_target(next), left=bool(left))


def page(request: Request, target: str, detail: str = "", status: int = 200, *, left: bool = False) -> HTMLResponse:
    """Return the page on which one signs in.

    Args:
        request: The request.
        target: Where to go afterwards.
        detail: What was wrong.
        status: The HTTP status.
        left: Whether somebody whom the directory let in has just signed out: it would let whoever is next in as them.
    """
    site = Site.of(request)
    return site.drawing.page(
        "people/sign_in.html",
        actor=None,
        status=status,
        banner=banner_of(site.settings),
        target=target,
        detail=detail,
        single_sign_on=site.settings.console.single_sign_on is not None,
        left=left,
    )


@router.post("/sign-in")
def enter(
    request: Request,
    name: Annotated[str, Form(max_length=256)],
    password: Annotated[str, Form(max_length=1024)],
    code: Annotated[str, Form(max_length=64)] = "",
    next: Annotated[str, Form(max_length=4096)] = "/",
) -> Response:
    """Let somebody in, or say that it was not right."""
    site, target = Site.of(request), safe_target(next)
    address, earlier = address_of(request), request.cookies.get(COOKIE)
    try:
        signed_in = sign_in(
            site.database, site.settings, name, password, code, address, earlier, request.cookies.get(DEVICE)
        )
    except SignInRefused as error:
        return page(request, target, str(error), 403)
    except TransientError as error:
        answer = page(request, target, str(error), 503)
        answer.headers["Retry-After"] = "5"
        return answer
    response = RedirectResponse(target, 303)
    give(response, signed_in)
    return response


@router.post("/sign-out")
def leave(visitor: SignedIn) -> Response:
    """End the session."""
    visitor.site.kept.forget(visitor.session.name)
    end_own_session(visitor.site.database, visitor.site.settings, visitor.session)
    by_directory = visitor.session.via is SignIn.SINGLE_SIGN_ON and visitor.site.settings.console.single_sign_on
    response = RedirectResponse("/sign-in?left=directory" if by_directory else "/sign-in", 303)
    take(response)
    # What the browser keeps of pages with plates goes, too.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
