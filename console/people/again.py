"""After signing in again: what was sent meanwhile, to be sent now."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from console.people.cookies import DEVICE
from console.site import Site
from console.visitors import COOKIE, SignedIn
from operations.people.kept import KEPT, KEPT_SECONDS, PLACE
from operations.people.sessions import who_had_session
from schemas.errors import PlatewatchError

router = APIRouter()
MOST_FIELDS: Final = 1000
_FORM: Final = "application/x-www-form-urlencoded"


@router.get(PLACE)
def show(request: Request, visitor: SignedIn) -> HTMLResponse:
    """Show what they had sent, with a button that sends it; nothing is done by looking."""
    found = visitor.site.kept.find(visitor.session.name, request.cookies.get(KEPT))
    return visitor.page("people/again.html", found=found)


@router.post(f"{PLACE}/leave")
def leave(visitor: SignedIn) -> Response:
    """Forget it."""
    visitor.site.kept.forget(visitor.session.name)
    response = RedirectResponse("/", 303)
    response.delete_cookie(KEPT, path="/", secure=True, httponly=True, samesite="lax")
    return response


async def away(request: Request) -> Response:
    """Return the way to the sign-in for somebody who sent a form; it is kept where it is known who they are.

    Args:
        request: A POST of a page without a session. That it comes from a page of ours the guard has seen to.
    """
    site, cookie = Site.of(request), request.cookies.get(COOKIE) or request.cookies.get(DEVICE)
    kept = None
    if cookie is not None and request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM:
        person = await run_in_threadpool(_known, site, cookie)
        if person is not None:
            sent: FormData = await request.form(max_files=0, max_fields=MOST_FIELDS)
            fields = [(name, value) for name, value in sent.multi_items() if isinstance(value, str)]
            kept = site.kept.keep(person, request.url.path, fields)
    if kept is None:
        return RedirectResponse("/sign-in", 303)
    response = RedirectResponse(f"/sign-in?next={PLACE}", 303)
    response.set_cookie(KEPT, kept, max_age=KEPT_SECONDS, path="/", secure=True, httponly=True, samesite="lax")
    return response


def _known(site: Site, cookie: str) -> str | None:
    try:
        return who_had_session(site.database, cookie)
    except PlatewatchError:
        return None
