"""The application: every router, behind every guard."""

from __future__ import annotations

import importlib.metadata

from fastapi import FastAPI
from starlette.middleware import Middleware

from console import answers, lists
from console.agreements import asking, log, overview
from console.agreements import deciding as agreeing
from console.api.document import mount
from console.audit.routers import AUDIT
from console.board import alert, deciding, events, page, pictures
from console.cameras.routers import CAMERAS
from console.cars import CARS
from console.drawing import Drawing
from console.guards.bodies import Bodies
from console.guards.headers import Headers
from console.guards.origins import Origins
from console.guards.proxies import Proxies
from console.live_boards import LiveBoards
from console.operating.routers import OPERATING
from console.pages import assets, home
from console.people import account, again, directory, links, passkeys, people, signing
from console.reports.routers import REPORTS
from console.retention import page as retention
from console.search import downloads, passes, read, saved
from console.search import page as search_page
from console.site import Site
from console.studies import ROUTERS as STUDIES
from operations.cameras.watching import LiveViews
from schemas.settings import Settings
from storage.database import Database

BOARD = (page.router, events.router, pictures.router, alert.router, deciding.router)
SEARCH = (search_page.router, passes.router, read.router, downloads.router, saved.router)
AGREEMENTS = (overview.router, agreeing.router, log.router, asking.router)
PAGES = (
    assets.router,
    home.router,
    signing.router,
    again.router,
    links.router,
    passkeys.router,
    directory.router,
    account.router,
    people.router,
    *BOARD,
    *CAMERAS,
    *CARS,
    *OPERATING,
    *SEARCH,
    *AUDIT,
    *REPORTS,
    retention.router,
    *AGREEMENTS,
    *lists.ROUTERS,
    *STUDIES,
)
"""Routers of pages; they are not part of the API's document."""


def make_app(settings: Settings, database: Database) -> FastAPI:
    """Make the application.

    Args:
        settings: The configuration.
        database: An open database, for this console alone.
    """
    console = settings.console
    app = FastAPI(
        title="Platewatch",
        version=importlib.metadata.version("platewatch"),
        openapi_url="/api/v1/openapi.json",
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        # What has a slash too many is not there: a redirect would lead to whatever host the request names.
        redirect_slashes=False,
        middleware=[
            Middleware(
                Headers,
                strict_transport=console.certificate_file is not None,
                image_origins=[origin] if (origin := console.tiles_origin) else [],
            ),
            Middleware(answers.Caught),
            Middleware(Proxies, trusted=console.trusted_proxies, origin=console.origin),
            Middleware(Origins, origin=console.origin),
            Middleware(
                Bodies,
                largest=int(console.max_body_megabytes * 1e6),
                seconds=console.body_seconds,
                streamed=lists.streamed(settings),
            ),
        ],
    )
    app.state.site = Site(settings, database, Drawing(settings), LiveBoards(database, settings), LiveViews(settings))
    answers.register(app)
    for router in PAGES:
        app.include_router(router, include_in_schema=False)
    mount(app)
    return app
