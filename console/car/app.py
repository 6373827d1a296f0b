"""The application of a car's page: few routes, behind every guard."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Collection

from fastapi import FastAPI
from starlette.middleware import Middleware

from console.car import answers, events, guards, page, sign_on
from console.car.site import CarSite
from console.guards.bodies import Bodies
from console.guards.headers import Headers
from console.guards.origins import Origins
from console.pages import assets

LARGEST_BODY = 65_536
BODY_SECONDS = 10.0


def make_car_app(site: CarSite, origin: str, hosts: Collection[str] | None) -> FastAPI:
    """Make the application.

    Args:
        site: What its pages work with.
        origin: How the browser on the car's machine reaches it.
        hosts: What browsers may call it; None: whatever they do.
    """
    app = FastAPI(
        title="Platewatch patrol",
        version=importlib.metadata.version("platewatch"),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(Headers, strict_transport=False),
            Middleware(guards.Refused),
            Middleware(guards.Hosts, names=hosts),
            Middleware(Origins, origin=origin),
            Middleware(Bodies, largest=LARGEST_BODY, seconds=BODY_SECONDS),
        ],
    )
    app.state.car = site
    guards.register(app)
    for module in (assets, sign_on, page, answers, events):
        app.include_router(module.router, include_in_schema=False)
    return app
