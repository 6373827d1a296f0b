"""Passkeys: what the pages' script asks and answers. JSON on both sides."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from console.people.cookies import give, safe_target
from console.site import Site, address_of
from console.visitors import COOKIE, visitor
from operations.people.passkeys import (
    Asked,
    ask_for_passkey,
    ask_to_begin_with_passkey,
    ask_to_make_passkey,
    begin_with_passkey,
    make_passkey,
    use_passkey,
)

router = APIRouter(prefix="/passkeys")


class _Sent(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class Wanted(_Sent):
    """For whom a passkey is wanted: a link's person, else whoever is signed in."""

    link: str | None = Field(None, max_length=128)


class Made(Wanted):
    """A passkey that was made."""

    question: str = Field(max_length=128)
    label: str = Field("", max_length=80)
    credential: dict[str, Any]


class Used(_Sent):
    """A passkey that was used."""

    question: str = Field(max_length=128)
    next: str = Field("/", max_length=4096)
    credential: dict[str, Any]


@router.post("/new")
def new(request: Request, wanted: Wanted) -> JSONResponse:
    """Ask the browser to make one."""
    site = Site.of(request)
    if wanted.link is not None:
        return _asked(ask_to_begin_with_passkey(site.database, site.settings, wanted.link))
    return _asked(ask_to_make_passkey(site.database, site.settings, visitor(request).session.person_id))


@router.post("/made")
def made(request: Request, sent: Made) -> Response:
    """Take the one that it made."""
    site = Site.of(request)
    if sent.link is None:
        who = visitor(request)
        person_id = who.session.person_id
        make_passkey(who.actor, site.database, site.settings, person_id, sent.question, sent.credential, sent.label)
        return JSONResponse({"next": "/account"})
    address, earlier = address_of(request), request.cookies.get(COOKIE)
    signed_in = begin_with_passkey(
        site.database, site.settings, sent.link, sent.question, sent.credential, address, earlier
    )
    response = JSONResponse({"next": "/"})
    give(response, signed_in)
    return response


@router.post("/use")
def use(request: Request) -> JSONResponse:
    """Ask the browser for one."""
    site = Site.of(request)
    return _asked(ask_for_passkey(site.database, site.settings))


@router.post("/used")
def used(request: Request, sent: Used) -> Response:
    """Let in whose it is."""
    site = Site.of(request)
    address, earlier = address_of(request), request.cookies.get(COOKIE)
    signed_in = use_passkey(site.database, site.settings, sent.question, sent.credential, address, earlier)
    response = JSONResponse({"next": safe_target(sent.next)})
    give(response, signed_in)
    return response


def _asked(asked: Asked) -> JSONResponse:
    return JSONResponse({"question": asked.question, "options": asked.options})
