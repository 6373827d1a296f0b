"""What the API's document says of errors: for every operation those that it may answer with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fastapi import HTTPException, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from console.visitors import ApiCaller

_WORDS: Final = {
    400: "The request is none: no JSON, or headers that contradict each other.",
    401: "Nobody is signed in, and no token is given that holds.",
    403: "The person's roles, or the token's scopes, do not include it; it stands in the audit.",
    404: "There is none, or it is another agency's.",
    408: "The body did not come in time.",
    409: "What stands does not let it be done; `detail` says what does, and what may be done.",
    412: "It has changed since it was looked at (`If-Match`).",
    413: "The body is larger than console.max_body_megabytes.",
    415: "The body is not of a type that is taken here.",
    422: "What was sent cannot be used; `detail` says what was found and what was expected.",
    503: "The database is away, or there is too much to do just now; see the header Retry-After.",
}
Responses = dict[int | str, dict[str, Any]]


def errors(*statuses: int) -> Responses:
    """Return what the document says of errors besides those that every operation may answer with.

    Args:
        statuses: Their HTTP statuses.
    """
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _WORDS[status], "content": content} for status in sorted(statuses)}


EVERYWHERE: Final = errors(400, 401, 403, 408, 413, 422, 503)
"""What every operation may answer with: a GET may come with a body, too, which is limited all the same."""
ABSENT: Final = errors(404)
BODY: Final = errors(415)
STANDS: Final = errors(404, 409, 412)
"""Where what stands decides."""


def knows_parameters(request: Request, _: ApiCaller) -> None:
    """Refuse a parameter that the operation does not have: mistyped, it would be one that narrows nothing down.

    Raises:
        HTTPException: 422: there is one.
    """
    known = _parameters(request.scope["route"])
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        few = ", ".join(repr(name[:40]) for name in unknown[:5])
        raise HTTPException(422, f"there is no parameter {few} here, expected {', '.join(sorted(known)) or 'none'}")


def _parameters(route: APIRoute) -> frozenset[str]:
    """Return what an operation takes in its query, itself or what it depends on."""

    def of(dependant: Dependant) -> Iterator[str]:
        yield from (one.alias for one in dependant.query_params)
        for inner in dependant.dependencies:
            yield from of(inner)

    return frozenset(of(route.dependant))


def takes_json(request: Request, _: ApiCaller) -> None:
    """Refuse a body that does not say that it is JSON: other sites' forms can send any type but that.

    Who asks comes first: somebody unknown is told nothing else.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "the body is not of type application/json; send it as that")
