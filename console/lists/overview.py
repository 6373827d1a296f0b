"""All lists: what is in force, how old it is, what waits for a person, and what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from console.lists.rights import Rights
from console.visitors import SignedIn, Visitor
from operations.currency import last_renewal, law_hours
from operations.feeds.health import view_feeds
from operations.hotlists.holding import view_holds
from operations.hotlists.lists import view_lists
from operations.hotlists.uploads import LAYOUTS, Said, sent_lists
from policy.decisions import open_policy
from schemas.audit import Action, AuditRecord

router = APIRouter(prefix="/lists")


@router.get("")
def show(visitor: SignedIn) -> HTMLResponse:
    """Show all lists."""
    return overview_page(visitor)


@router.get("/work")
def work(visitor: SignedIn, key: Annotated[str, Query(max_length=200)]) -> Response:
    """Return how far some work is, for its page that is open; nothing once it is over."""
    AuditRecord(visitor.actor, Action.PULL)
    found = visitor.site.works.find(key)
    if found is None or found.is_over:
        return Response(status_code=204)
    return PlainTextResponse(f"{found.what}: {found.percent} %")


def overview_page(
    visitor: Visitor,
    *,
    problem: str = "",
    done: str = "",
    said: Said | None = None,
    reasons: Mapping[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Return the page of all lists.

    Args:
        visitor: Who looks.
        problem: Why what was just asked was refused.
        done: What was just done.
        said: What was said of a file that could not be taken, and is shown again.
        reasons: What was typed of held versions, by what was asked and their number (`force 7`), and is shown again.
        status: The HTTP status.
    """
    site, actor = visitor.site, visitor.actor
    rights, now = Rights.of(actor), datetime.now(UTC)
    found = view_lists(actor, site.database, site.settings, now)
    feeds = view_feeds(actor, site.database, site.settings)
    active = {summary.hotlist_id for summary in found.summaries}
    return visitor.page(
        "lists/overview.html",
        status=status,
        lists=found.summaries,
        ages=found.ages,
        feeds={one.feed.name: one for one in feeds},
        missing=[one for one in feeds if one.feed.name not in active],
        held=view_holds(actor, site.database, site.settings),
        sent=sent_lists(actor, site.settings) if rights.send else [],
        law=open_policy(site.settings).profile.hotlists,
        law_hours=law_hours(site.settings),
        renewal=last_renewal(site.settings, now),
        may=rights,
        now=now,
        layouts=LAYOUTS,
        said=said or Said("csv"),
        reasons=reasons or {},
        problem=problem,
        done=done,
    )
