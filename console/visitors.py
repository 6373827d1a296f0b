"""Who asks: the person of a session on pages; of a session or a token in the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from console.navigation import entries_for
from console.site import Site, address_of
from operations.people.sessions import Session, find_actor, find_session, session_actor
from schemas.actor import Actor

COOKIE = "__Host-platewatch"
"""The session's cookie; the prefix has browsers take it from this very host alone, over TLS."""


class NotSignedIn(Exception):
    """Nobody is signed in, and one has to be."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in, and looks at pages of a site."""

    site: Site
    actor: Actor
    session: Session
    path: str

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a whole page for them; see `Drawing.page`."""
        return self.site.drawing.page(
            template,
            actor=self.actor,
            navigation=entries_for(self.actor),
            path=self.path,
            status=status,
            **values,
        )

    def part(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a part of a page, which htmx puts in."""
        return HTMLResponse(self.site.drawing.text(template, actor=self.actor, **values), status)


def visitor(request: Request) -> Visitor:
    """Return who looks at a page.

    Raises:
        NotSignedIn: Nobody is signed in, or not any more.
    """
    site = Site.of(request)
    cookie = request.cookies.get(COOKIE)
    session = None if cookie is None else find_session(site.database, site.settings, cookie)
    if session is None:
        raise NotSignedIn
    return Visitor(site, session_actor(session, site.settings.agency_id), session, request.url.path)


@dataclass(frozen=True, slots=True)
class Caller:
    """A program, or a page's script, that asks the API."""

    site: Site
    actor: Actor


def caller(request: Request) -> Caller:
    """Return who asks the API: by a token where one is given, else by the session.

    Raises:
        NotSignedIn: Neither holds.
    """
    site = Site.of(request)
    given = request.headers.get("authorization")
    if given is None:
        return Caller(site, visitor(request).actor)
    kind, _, token = given.partition(" ")
    actor = None
    if kind.lower() == "bearer" and token.strip():
        actor = find_actor(site.database, site.settings, token.strip(), address_of(request))
    if actor is None:
        raise NotSignedIn
    return Caller(site, actor)


SignedIn = Annotated[Visitor, Depends(visitor)]
"""The parameter of every page but the sign-in: `def page(visitor: SignedIn) -> HTMLResponse`."""
ApiCaller = Annotated[Caller, Depends(caller)]
"""The same for the API."""
