"""Feeds: one fetched now because a person wants it."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from console.lists.versions import Name
from console.visitors import SignedIn
from console.works import Progress
from operations.feeds.health import feed_named
from operations.feeds.outcome import FeedResult
from operations.feeds.pulling import pull_feeds
from schemas.audit import Action, AuditRecord

router = APIRouter(prefix="/lists")


@router.post("/feeds/{name}/pull")
def pull(visitor: SignedIn, name: Name) -> HTMLResponse:
    """Fetch a list now, and show what comes of it."""
    site, actor = visitor.site, visitor.actor
    AuditRecord(actor, Action.PULL)  # asks before anything is begun
    feed = feed_named(site.settings, name)

    def do(_: Progress) -> FeedResult:
        (result,) = pull_feeds(actor, site.database, site.settings, [feed])
        return result

    work = site.works.begin(_key(name), f"the feed of {name}", do)
    return visitor.page("lists/pull.html", name=name, work=work)


@router.get("/feeds/{name}/pull")
def look(visitor: SignedIn, name: Name) -> HTMLResponse:
    """Show how far that is."""
    AuditRecord(visitor.actor, Action.PULL)
    return visitor.page("lists/pull.html", name=name, work=visitor.site.works.find(_key(name)))


def _key(name: str) -> str:
    return f"pull {name}"
