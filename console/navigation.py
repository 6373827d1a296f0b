"""Where one can go: an entry is shown to whoever may do its action."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.actions import Action
from schemas.actor import Actor
from schemas.permissions import may


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the navigation."""

    label: str
    path: str
    action: Action


ENTRIES = (
    Entry("Board", "/board", Action.VIEW_ALERTS),
    Entry("Search", "/search", Action.SEARCH),
    Entry("Analyses", "/analyses", Action.VIEW_ANALYSES),
    Entry("Kept for cases", "/preservations", Action.VIEW_PRESERVATIONS),
    Entry("Corrections", "/corrections", Action.VIEW_CORRECTIONS),
    Entry("Ask a neighbor", "/ask", Action.QUERY),
    Entry("Lists", "/lists", Action.VIEW_LISTS),
    Entry("Cameras", "/cameras", Action.VIEW_CAMERAS),
    Entry("Cars", "/cars", Action.VIEW_CARS),
    Entry("Figures", "/figures", Action.VIEW_FIGURES),
    Entry("Operations", "/operations", Action.VIEW_STATUS),
    Entry("Alarms", "/operations/alarms", Action.VIEW_ALARMS),
    Entry("Agreements", "/agreements", Action.VIEW_AGREEMENTS),
    Entry("Audit", "/audit", Action.VIEW_AUDIT),
    Entry("Reports", "/reports", Action.VIEW_REPORT),
    Entry("Retention", "/retention", Action.VIEW_PROOFS),
    Entry("People", "/people", Action.VIEW_PEOPLE),
)
"""In the order in which they are shown."""
BEGINNINGS = ("/board", "/search", "/audit", "/cameras", "/lists", "/people")
"""Where people begin: at the first of these that they may see, which is what their work is about."""


def entries_for(actor: Actor) -> list[Entry]:
    """Return where somebody may go."""
    return [entry for entry in ENTRIES if may(actor, entry.action)]


def beginning_of(actor: Actor) -> str:
    """Return the page at which somebody begins; everybody has an account."""
    shown = {entry.path for entry in entries_for(actor)}
    return next((path for path in BEGINNINGS if path in shown), "/account")
