"""One's own account: where one is signed in, how one signs in, and one's tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse

from console.visitors import SignedIn, Visitor
from operations.people.passkeys import own_passkeys
from operations.people.sessions import end_session, own_sessions
from operations.people.tokens import NewToken, end_token, make_token, tokens_of
from schemas.errors import InvalidInput
from schemas.roles import Scope

router = APIRouter(prefix="/account")


@router.get("")
def show(visitor: SignedIn) -> HTMLResponse:
    """Show one's own account."""
    return _page(visitor)


@router.post("/sessions/end")
def end(visitor: SignedIn, session: Annotated[int, Form()]) -> RedirectResponse:
    """End a session of one's own."""
    end_session(visitor.actor, visitor.site.database, visitor.site.settings, session)
    return RedirectResponse("/account", 303)


@router.post("/tokens")
def make(
    visitor: SignedIn,
    label: Annotated[str, Form(max_length=256)],
    days: Annotated[int, Form()],
    scope: Annotated[list[Scope] | None, Form()] = None,
    name: Annotated[str, Form(max_length=64)] = "",
) -> HTMLResponse:
    """Make a token for oneself, or as an administrator for a program, and show it, this once."""
    site = visitor.site
    whose = name or visitor.actor.name
    try:
        made = make_token(visitor.actor, site.database, site.settings, whose, label, scope or [], days)
    except InvalidInput as error:
        return _page(visitor, detail=str(error), status=422)
    return _page(visitor, made=made)


@router.post("/tokens/end")
def end_one(visitor: SignedIn, token: Annotated[int, Form()]) -> RedirectResponse:
    """End a token."""
    end_token(visitor.actor, visitor.site.database, token)
    return RedirectResponse("/account", 303)


def _page(visitor: Visitor, *, made: NewToken | None = None, detail: str = "", status: int = 200) -> HTMLResponse:
    site, person_id = visitor.site, visitor.session.person_id
    return visitor.page(
        "people/account.html",
        status=status,
        session=visitor.session,
        sessions=own_sessions(site.database, site.settings, person_id),
        passkeys=own_passkeys(site.database, person_id),
        tokens=tokens_of(site.database, person_id),
        all_scopes=sorted(Scope),
        made=made,
        detail=detail,
    )
