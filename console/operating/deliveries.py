"""What rules sent and what became of it, and what the broker refused for good."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.operating.rooms import rooms_for, shown
from console.visitors import SignedIn, Visitor
from operations.deliveries import (
    DeliveryState,
    retry_deliveries,
    retry_refused_messages,
    view_deliveries,
    view_refused_messages,
)
from schemas.errors import InvalidInput

router = APIRouter(prefix="/operations/deliveries")
LIMIT = 200


@router.get("")
def show(
    visitor: SignedIn,
    state: DeliveryState | None = None,
    retried: Annotated[int | None, Query(ge=0)] = None,
) -> HTMLResponse:
    """Show the newest deliveries, and what was refused."""
    done = None if retried is None else f"{shown(retried, 'is', 'are')} tried again within seconds."
    return _page(visitor, state, done=done)


@router.post("/retry")
def retry(visitor: SignedIn) -> Response:
    """Try again what was given up."""
    return _retried(retry_deliveries(visitor.actor, visitor.site.database, None))


@router.post("/refused/retry")
def retry_refused(visitor: SignedIn) -> Response:
    """Publish again what the broker refused."""
    return _retried(retry_refused_messages(visitor.actor, visitor.site.database, None))


@router.post("/refused/{number}/retry")
def retry_one_refused(visitor: SignedIn, number: int) -> Response:
    """Publish one of them again."""
    try:
        return _retried(retry_refused_messages(visitor.actor, visitor.site.database, number))
    except InvalidInput as error:
        return _page(visitor, None, problem=str(error))


@router.post("/{number}/retry")
def retry_one(visitor: SignedIn, number: int) -> Response:
    """Try one delivery again."""
    try:
        return _retried(retry_deliveries(visitor.actor, visitor.site.database, number))
    except InvalidInput as error:
        return _page(visitor, None, problem=str(error))


def _retried(count: int) -> Response:
    return RedirectResponse(f"/operations/deliveries?retried={count}", 303)


def _page(
    visitor: Visitor, state: DeliveryState | None, *, done: str | None = None, problem: str | None = None
) -> HTMLResponse:
    database = visitor.site.database
    return visitor.page(
        "operating/deliveries.html",
        status=200 if problem is None else 422,
        rooms=rooms_for(visitor),
        deliveries=view_deliveries(visitor.actor, database, LIMIT, state),
        refused=view_refused_messages(visitor.actor, database)[:LIMIT],
        states=tuple(DeliveryState),
        state=state,
        limit=LIMIT,
        done=done,
        detail=problem,
    )
