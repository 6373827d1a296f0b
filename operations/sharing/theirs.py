"""What we see of other agencies: the lists that they give, whom we may ask, and what we tell them."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.settings import AgreementFeed, NeighborSettings, Settings
from storage.audit.writer import write_audit
from storage.database import Database
from storage.hotlists.feeds import FeedStates
from storage.hotlists.lists import HotlistStore
from storage.sharing.returns import return_counts


@dataclass(frozen=True, slots=True)
class TheirList:
    """A list that another agency gives: its name there and here, how many entries are in force, and how it is."""

    list_name: str
    hotlist_id: str
    entries: int
    words: str


@dataclass(frozen=True, slots=True)
class Theirs:
    """What we see of one agency. `returned`, `waiting` and `withheld` count what our people said of its entries."""

    neighbor: NeighborSettings
    lists: tuple[TheirList, ...]
    returned: int
    waiting: int
    withheld: int


def what_we_see(actor: Actor, database: Database, settings: Settings) -> list[Theirs]:
    """Return what other agencies give us, by the configuration and by what came; the look is written down.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_AGREEMENTS, {"shown": "what we see of others"})
    active = {one.hotlist_id: one for one in HotlistStore(database).lists()}
    states = {one.hotlist_id: one for one in FeedStates(database).states()}
    found = []
    for neighbor in settings.sharing.neighbors:
        lists = []
        for feed in settings.hotlists.feeds:
            if not isinstance(feed, AgreementFeed) or feed.neighbor != neighbor.id:
                continue
            here, state = active.get(feed.name), states.get(feed.name)
            said = "nothing came yet" if state is None or not state.outcome else f"{state.outcome}: {state.message}"
            entries = 0 if here is None else here.entries
            words = f"{entries} entries in force" if here is not None else f"not in force; {said}"
            lists.append(TheirList(feed.list_name, feed.name, entries, words))
        counts = return_counts(database, neighbor.id)
        found.append(Theirs(neighbor, tuple(lists), counts.given, counts.waiting, counts.withheld))
    write_audit(database, record, len(found))
    return found
