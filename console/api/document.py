"""The API's document (OpenAPI 3.1): what the server tells, and what stands in the repository.

Run `python -m console.api.document` after a change to the API; a test checks that the file is current.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI

from console.answers import Problem
from console.api import audit, cameras, cars, me, people, reads, sharing
from console.api.alerts import events as alert_events
from console.api.alerts import looking as alerts
from console.api.alerts import saying
from console.api.answers import EVERYWHERE, knows_parameters
from console.api.lists import changing
from console.api.lists import looking as lists

FILE: Final = Path(__file__).with_name("openapi.json")
VERSION: Final = "1.0.0"
"""Of the API: the first number is that in its paths, the second grows with what is added."""
PREFIX: Final = "/api/v1"
API: Final[tuple[APIRouter, ...]] = (
    me.router,
    # Before those with an id: `changes` is none.
    alert_events.router,
    alerts.router,
    saying.router,
    reads.router,
    lists.router,
    changing.router,
    cameras.router,
    cars.router,
    audit.router,
    sharing.router,
    people.router,
)
"""Routers of the API, all under /api/v1."""
_DESCRIPTION: Final = (
    "Alerts, reads, lists, cameras, patrol cars, the audit and people of one agency, for its programs. Every operation "
    "is the same that the pages and the commands do: it asks the same law, and leaves the same row in the audit. "
    "Errors are problem details (RFC 9457). docs/api.md says how to begin."
)
_SCHEMES: Final = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token, made on the page *Your account*. The name beside it is the scope that it needs.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-platewatch",
        "description": "The session of a page, for its scripts; what changes something needs Sec-Fetch-Site, too.",
    },
}
_NO_SCOPE: Final = ("me",)


def mount(app: FastAPI) -> None:
    """Put the API into an application, and have it tell this document.

    Args:
        app: The console's application.
    """
    for router in API:
        app.include_router(router, prefix=PREFIX, responses=EVERYWHERE, dependencies=[Depends(knows_parameters)])
    app.openapi = stored  # type: ignore[method-assign]


@cache
def stored() -> dict[str, Any]:
    """Return the document as it stands in the package: making it takes a second, which no request is to wait for."""
    told: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return told


@cache
def document() -> dict[str, Any]:
    """Return the document, made from the code."""
    app = FastAPI(
        title="Platewatch",
        version=VERSION,
        description=_DESCRIPTION,
        license_info={"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        generate_unique_id_function=lambda route: route.name,
    )
    for router in API:
        app.include_router(router, prefix=PREFIX, responses=EVERYWHERE)
    made = app.openapi()
    schemas = made["components"]["schemas"]
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    made["components"]["securitySchemes"] = _SCHEMES
    for operations in made["paths"].values():
        for operation in operations.values():
            scopes = [] if operation["operationId"] in _NO_SCOPE else operation["tags"][:1]
            operation["security"] = [{"token": scopes}, {"session": []}]
    return made


def text() -> str:
    """Return the document as it stands in the repository."""
    return json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
