"""The search: what is asked and why, and the reads that fit, as a table, on a map and in time."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from console.search.choices import choices_of
from console.search.form import PAGE_SIZES, SearchForm, Typed
from console.search.showing import Place, Row, Showing
from console.search.timeline import Timeline, timeline_of
from console.search.understanding import Asked, asked_of, field_of
from console.visitors import SignedIn, Visitor
from console.wording import in_words
from operations.searches.finding import LookAlikes, Page, find_look_alikes, find_reads
from operations.searches.query import key_text
from operations.searches.saving import DAYS, LONGEST_DAYS
from operations.sharing.zones import agency_zone
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to, as its page shows it."""

    rows: tuple[Row, ...]
    places: tuple[Place, ...]
    timeline: Timeline | None
    alike: bool = False
    searched: str = ""
    more: bool = False
    next: SearchForm | None = None
    before: SearchForm | None = None


@router.get("/search")
def show(visitor: SignedIn) -> HTMLResponse:
    """Show the empty form."""
    check_permitted(visitor.actor, Action.SEARCH)
    return search_page(visitor, SearchForm())


@router.post("/search")
def search(visitor: SignedIn, form: Typed) -> HTMLResponse:
    """Search, and show what was found; what is refused is shown at its field, and nothing typed is lost."""
    check_permitted(visitor.actor, Action.SEARCH)
    site, asked = visitor.site, asked_of(form, visitor.site.settings)
    if asked.faults:
        return search_page(visitor, form, faults=asked.faults)
    found: Page | LookAlikes
    try:
        if asked.alike:
            whole = replace(asked.query, after=None)
            found = find_look_alikes(visitor.actor, site.database, site.settings, whole, asked.why, pictures=True)
        else:
            found = find_reads(visitor.actor, site.database, site.settings, asked.query, asked.why, pictures=True)
    except InvalidInput as error:
        return refused_page(visitor, form, error)
    return search_page(visitor, form, found=found_of(visitor, form, found))


def found_of(visitor: Visitor, form: SearchForm, found: Page | LookAlikes) -> Found:
    """Return what a search came to, as its page shows it."""
    settings = visitor.site.settings
    choices, zone = choices_of(visitor.site), agency_zone(settings)
    showing = Showing(zone, choices, found.corrections, found.pictures)
    if isinstance(found, LookAlikes):
        reads = [one.read for one in found.found]
        rows = tuple(showing.row(one.read, one) for one in found.found)
        places, drawn = tuple(showing.places(reads)), timeline_of(reads, choices, zone)
        return Found(rows, places, drawn, alike=True, searched=f"{found.searched:,.0f}", more=found.more)
    return Found(
        tuple(showing.row(read) for read in found.reads),
        tuple(showing.places(found.reads)),
        timeline_of(found.reads, choices, zone),
        next=None if found.next is None else form.at(key_text(found.next), (*form.trail, form["after"])),
        before=form.at(form.trail[-1], form.trail[:-1]) if form.trail else None,
    )


def refused_page(
    visitor: Visitor, form: SearchForm, error: InvalidInput, *, saved_name: str = "", saved_days: str = ""
) -> HTMLResponse:
    """Return the form with why it was refused, at the field where it is about one."""
    name, words = field_of(error), in_words(str(error))
    faults, problem = ({}, words) if name is None else ({name: words}, None)
    return search_page(visitor, form, faults=faults, problem=problem, saved_name=saved_name, saved_days=saved_days)


def search_page(
    visitor: Visitor,
    form: SearchForm,
    *,
    found: Found | None = None,
    faults: dict[str, str] | None = None,
    problem: str | None = None,
    saved_name: str = "",
    saved_days: str = "",
) -> HTMLResponse:
    """Return the search's page.

    Args:
        visitor: Who looks.
        form: What was typed.
        found: What came of it.
        faults: What is wrong, by field.
        problem: What is wrong with the whole.
        saved_name: What was typed as a name, where it was to be kept.
        saved_days: For how many days.
    """
    console = visitor.site.settings.console
    return visitor.page(
        "search/search.html",
        status=422 if faults or problem else 200,
        form=form,
        found=found,
        faults=faults or {},
        problem=problem,
        saved_name=saved_name,
        saved_days=saved_days or str(DAYS),
        longest_days=LONGEST_DAYS,
        sizes=PAGE_SIZES,
        choices=choices_of(visitor.site),
        tiles=console.tiles_url,
        tiles_credit=console.tiles_credit,
    )


def checked(visitor: Visitor, form: SearchForm) -> Asked | HTMLResponse:
    """Return what a form asks, or its page with what cannot be understood."""
    asked = asked_of(form, visitor.site.settings)
    return search_page(visitor, form, faults=asked.faults) if asked.faults else asked
