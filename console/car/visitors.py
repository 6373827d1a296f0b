"""Who looks at the car's page: whoever signed on at this very screen. Another user of the machine sees nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.responses import Response

from console.car.site import CarSite
from operations.patrol.shift import SignedOn

COOKIE: Final = "platewatch-car"


class NotSignedOn(Exception):
    """Nobody is signed on at this screen."""


@dataclass(frozen=True, slots=True)
class Officer:
    """Who is signed on, at a screen of the site."""

    site: CarSite
    who: SignedOn


def officer(request: Request) -> Officer:
    """Return who looks.

    Raises:
        NotSignedOn: Nobody is signed on at this screen, or not any more.
    """
    site = CarSite.of(request)
    who = site.desk.shift.of(request.cookies.get(COOKIE))
    if who is None:
        raise NotSignedOn
    return Officer(site, who)


def give(site: CarSite, response: Response, cookie: str) -> None:
    """Put the screen's cookie on an answer: for this host alone, not for scripts, gone with the browser."""
    response.set_cookie(COOKIE, cookie, path="/", secure=site.is_secure, httponly=True, samesite="strict")


def take(site: CarSite, response: Response) -> None:
    """Take it away, with whatever the browser keeps of pages with plates."""
    response.delete_cookie(COOKIE, path="/", secure=site.is_secure, httponly=True, samesite="strict")
    response.headers["Clear-Site-Data"] = '"cache"'


SignedOnHere = Annotated[Officer, Depends(officer)]
"""The parameter of every page but the sign-on."""
