"""How the feeds of lists are: what each did last, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import FeedSettings, Settings
from storage.audit.writer import write_audit
from storage.database import Database
from storage.hotlists.feeds import FeedState, FeedStates


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """A feed that is configured, and what is known of it; `state` is None while no run has had it."""

    feed: FeedSettings
    state: FeedState | None

    @property
    def words(self) -> str:
        """How it is, in a few words."""
        if self.state is None or self.state.outcome is None:
            return "not run yet"
        failures = self.state.failures
        tries = "" if failures < 2 else f", {failures} times in a row"
        return f"{self.state.outcome}{tries}"

    @property
    def is_well(self) -> bool:
        """Whether its last run went well."""
        return self.state is None or self.state.failures == 0


def view_feeds(actor: Actor, database: Database, settings: Settings) -> list[FeedHealth]:
    """Return the configured feeds with what became of their last runs, by list.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    states = {state.hotlist_id: state for state in FeedStates(database).states()}
    found = [FeedHealth(feed, states.get(feed.name)) for feed in settings.hotlists.feeds]
    write_audit(database, AuditRecord(actor, Action.VIEW_LISTS, {"feeds": True}), len(found))
    return sorted(found, key=lambda one: one.feed.name)


def feed_named(settings: Settings, name: str) -> FeedSettings:
    """Return the feed of a list.

    Raises:
        InvalidInput: There is none; names those that there are.
    """
    feeds = {feed.name: feed for feed in settings.hotlists.feeds}
    if name not in feeds:
        known = ", ".join(feeds) or "none; add [[hotlists.feeds]] with name, source and kind"
        raise InvalidInput(f"no feed is named '{name}' (configured: {known})")
    return feeds[name]
