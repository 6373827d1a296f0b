"""Pages: how many at once, from where, and the way to the next one."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response

MOST = 500
"""Things on one page."""
Limit = Annotated[int, Query(ge=1, le=MOST, description="Most things on a page.")]
Cursor = Annotated[
    int | None,
    Query(ge=0, le=2**63 - 1, description="Where the page begins: take it from `next` of the page before."),
]


def link_next(request: Request, response: Response, cursor: int | None) -> str | None:
    """Return the path of the next page, and say it in the header Link (RFC 8288), too.

    Args:
        request: The request for this page.
        response: Its answer.
        cursor: Where the next one begins; None: there is none.
    """
    if cursor is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    path = f"{request.url.path}?{urlencode([*kept, ('cursor', str(cursor))])}"
    response.headers["Link"] = f'<{path}>; rel="next"'
    return path
