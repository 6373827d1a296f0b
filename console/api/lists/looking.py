"""Looking at hotlists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from console.api.answers import ABSENT
from console.api.lists.models import (
    EntryPage,
    EntryTold,
    ListsTold,
    ListTold,
    RejectPage,
    RejectTold,
    VersionPage,
    VersionTold,
)
from console.api.paging import Cursor, Limit, link_next
from console.visitors import ApiCaller
from operations.hotlists.lists import view_entries, view_list_rejects, view_lists
from operations.hotlists.versions import view_versions

router = APIRouter(prefix="/lists", tags=["lists"])
MOST_LEFT_OUT = 10_000_000
ListName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="The list's name.")]


@router.get("")
def lists(caller: ApiCaller) -> ListsTold:
    """Return the active lists and how old their content is."""
    site = caller.site
    found = view_lists(caller.actor, site.database, site.settings, datetime.now(UTC))
    return ListsTold(items=[ListTold.of(one, found.ages.get(one.hotlist_id)) for one in found.summaries])


@router.get("/{hotlist_id}/versions")
def list_versions(
    request: Request, response: Response, caller: ApiCaller, hotlist_id: ListName, limit: Limit = 50, cursor: Cursor = 0
) -> VersionPage:
    """Return a list's versions, the latest first."""
    left_out = _left_out(cursor)
    found = view_versions(caller.actor, caller.site.database, hotlist_id, limit, left_out)
    items = [VersionTold.model_validate(one) for one in found]
    return VersionPage(items=items, next=_next(request, response, len(items), limit, left_out))


@router.get("/{hotlist_id}/entries", responses=ABSENT)
def list_entries(
    request: Request,
    response: Response,
    caller: ApiCaller,
    hotlist_id: ListName,
    limit: Limit = 100,
    cursor: Cursor = 0,
) -> EntryPage:
    """Return the entries of an active list, by plate."""
    left_out = _left_out(cursor)
    found = view_entries(caller.actor, caller.site.database, hotlist_id, limit, left_out)
    items = [EntryTold.of(one) for one in found.entries]
    following = _next(request, response, len(items), limit, left_out)
    return EntryPage(items=items, next=following, categories=found.categories)


@router.get("/{hotlist_id}/rejects", responses=ABSENT)
def list_rejects(
    request: Request,
    response: Response,
    caller: ApiCaller,
    hotlist_id: ListName,
    limit: Limit = 100,
    cursor: Cursor = 0,
) -> RejectPage:
    """Return the rows of an active list's file that could not be used, by line."""
    left_out = _left_out(cursor)
    found = view_list_rejects(caller.actor, caller.site.database, hotlist_id, limit, left_out)
    items = [RejectTold.model_validate(one) for one in found]
    return RejectPage(items=items, next=_next(request, response, len(items), limit, left_out))


def _left_out(cursor: int | None) -> int:
    return min(cursor or 0, MOST_LEFT_OUT)


def _next(request: Request, response: Response, had: int, limit: int, left_out: int) -> str | None:
    return link_next(request, response, left_out + had if had == limit else None)
