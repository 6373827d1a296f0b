"""One list: its versions, what two differ in, rows that could not be used, going back, and taking it out of force."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.files import download
from console.lists.rights import Rights
from console.typed import LARGEST
from console.visitors import SignedIn, Visitor
from operations.hotlists.comparing import view_difference
from operations.hotlists.holding import view_holds
from operations.hotlists.lists import ListEntries, active_list, remove_list, view_entries, view_lists
from operations.hotlists.reject_files import rejects_csv
from operations.hotlists.versions import roll_back, view_rejects, view_versions
from policy.decisions import open_policy
from schemas.errors import InvalidInput

router = APIRouter(prefix="/lists")
MOST_VERSIONS: Final = 100
MOST_ENTRIES: Final = 50
MOST_REJECTS: Final = 500
MOST_IN_FILE: Final = 1_000_000
Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Number = Annotated[int, Path(ge=1, le=LARGEST)]
Version = Annotated[int | None, Query(ge=1, le=LARGEST)]
Reason = Annotated[str, Form(max_length=500)]


@router.get("/named/{name}")
def show(visitor: SignedIn, name: Name) -> HTMLResponse:
    """Show a list."""
    return list_page(visitor, name)


@router.get("/named/{name}/difference")
def difference(visitor: SignedIn, name: Name, earlier: Version = None, later: Version = None) -> HTMLResponse:
    """Show what two versions differ in."""
    try:
        found = view_difference(visitor.actor, visitor.site.database, name, earlier, later)
    except InvalidInput as error:
        return list_page(visitor, name, problem=str(error), status=422)
    return visitor.page("lists/difference.html", found=found, policy=open_policy(visitor.site.settings))


@router.post("/named/{name}/rollback")
def back(
    visitor: SignedIn, name: Name, reason: Reason = "", to: Annotated[int | None, Form(ge=1, le=LARGEST)] = None
) -> Response:
    """Make an earlier version's content active again."""
    site = visitor.site
    try:
        done = roll_back(visitor.actor, site.database, site.settings, name, reason, to)
    except InvalidInput as error:
        return list_page(visitor, name, problem=str(error), status=422, typed={"to": to, "reason": reason})
    outcome = done.outcome
    words = (
        f"the list has the content of version {outcome.restored_version} again, as version {outcome.version_id}: "
        f"{outcome.total} entries ({outcome.added} restored, {outcome.removed} removed){_canceled(done.canceled)}"
    )
    return list_page(visitor, name, done=words)


@router.post("/named/{name}/remove")
def remove(visitor: SignedIn, name: Name, reason: Reason = "") -> Response:
    """Take a list out of force."""
    site = visitor.site
    try:
        active_list(site.database, name)
        remove_list(visitor.actor, site.database, site.settings, name, reason)
    except InvalidInput as error:
        return list_page(visitor, name, problem=str(error), status=422, typed={"remove": reason})
    return RedirectResponse(f"/lists/named/{name}", 303)


@router.get("/versions/{number}/rejects")
def rejects(visitor: SignedIn, number: Number) -> HTMLResponse:
    """Show the rows of a version's file that could not be used."""
    try:
        found = view_rejects(visitor.actor, visitor.site.database, str(number), MOST_REJECTS + 1)
    except InvalidInput as error:
        raise HTTPException(404) from error
    return visitor.page(
        "lists/rejects.html", number=number, rows=found[:MOST_REJECTS], is_more=len(found) > MOST_REJECTS
    )


@router.get("/versions/{number}/rejects.csv")
def rejects_file(visitor: SignedIn, number: Number) -> Response:
    """Return them as a file."""
    try:
        found = view_rejects(visitor.actor, visitor.site.database, str(number), MOST_IN_FILE)
    except InvalidInput as error:
        raise HTTPException(404) from error
    return download(rejects_csv(found), f"rejects-{number}.csv")


def list_page(
    visitor: Visitor,
    name: str,
    *,
    problem: str = "",
    done: str = "",
    typed: dict[str, object] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Return a list's page.

    Args:
        visitor: Who looks.
        name: The list.
        problem: Why what was just asked was refused.
        done: What was just done.
        typed: What was typed with it, and is shown again.
        status: The HTTP status.

    Raises:
        HTTPException: 404: there is no such list.
    """
    site, actor = visitor.site, visitor.actor
    now = datetime.now(UTC)
    versions = view_versions(actor, site.database, name, MOST_VERSIONS)
    held = view_holds(actor, site.database, site.settings, name)
    if not versions and not held:
        raise HTTPException(404)
    lists = view_lists(actor, site.database, site.settings, now)
    summary = next((one for one in lists.summaries if one.hotlist_id == name), None)
    entries = ListEntries() if summary is None else view_entries(actor, site.database, name, MOST_ENTRIES)
    return visitor.page(
        "lists/list.html",
        status=status,
        name=name,
        summary=summary,
        age=lists.ages.get(name),
        versions=versions,
        held=held,
        entries=entries,
        policy=open_policy(site.settings),
        has_feed=any(feed.name == name for feed in site.settings.hotlists.feeds),
        may=Rights.of(actor),
        now=now,
        problem=problem,
        done=done,
        typed=typed or {},
    )


def _canceled(count: int) -> str:
    return "" if not count else f"; {count} open alert{'s were' if count > 1 else ' was'} canceled"
