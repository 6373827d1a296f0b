"""One vehicle's passes in order: when, where, and how it may have gone from one to the next."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from console.search.choices import choices_of
from console.search.form import SearchForm, Typed
from console.search.showing import Place, Row, Showing, in_order
from console.search.timeline import Timeline, timeline_of
from console.search.understanding import field_of
from console.typed import moment_of
from console.visitors import SignedIn, Visitor
from console.why import why_of
from console.wording import in_words
from operations.searches.passes import SHORT_DAYS, SHORT_READS, Passes, find_passes
from operations.sharing.zones import agency_zone
from policy.questions import FEWEST_WORDS_OF_FACTS
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted
from schemas.wording import span_text

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Stop:
    """A pass: its number, its read, and the time and the way since the one before."""

    number: int
    row: Row
    after: str
    way: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A vehicle's passes as the page shows them."""

    stops: tuple[Stop, ...]
    places: tuple[Place, ...]
    line: tuple[tuple[float, float], ...]
    timeline: Timeline | None
    passes: Passes


@router.post("/search/passes")
def passes(visitor: SignedIn, form: Typed) -> HTMLResponse:
    """Show one vehicle's passes; what is refused is shown at its field."""
    check_permitted(visitor.actor, Action.VIEW_PASSES)
    site, faults = visitor.site, dict[str, str]()
    zone = agency_zone(site.settings)
    times = {}
    for name in ("passes_since", "passes_until"):
        try:
            times[name] = moment_of(form[name], "", zone, later=name == "passes_until")
        except InvalidInput as error:
            faults[name] = str(error)
    if faults:
        return _page(visitor, form, faults=faults)
    try:
        found = find_passes(
            visitor.actor,
            site.database,
            site.settings,
            form["passes_of"],
            why_of(form.said),
            since=times["passes_since"],
            until=times["passes_until"],
            pictures=True,
        )
    except InvalidInput as error:
        about = field_of(error)
        if about is None:
            return _page(visitor, form, problem=str(error))
        return _page(visitor, form, faults={"passes_since" if about == "since" else about: in_words(str(error))})
    return _page(visitor, form, shown=_shown(visitor, found))


def _shown(visitor: Visitor, found: Passes) -> Shown:
    settings = visitor.site.settings
    choices, zone = choices_of(visitor.site), agency_zone(settings)
    showing = Showing(zone, choices, found.corrections, found.pictures)
    reads = [one.read for one in found.passes]
    stops = tuple(
        Stop(
            number,
            showing.row(one.read),
            span_text(one.since_last),
            "" if one.kilometers is None else f"{one.kilometers:.1f} km",
        )
        for number, one in enumerate(found.passes, 1)
    )
    return Shown(
        stops,
        tuple(showing.places(reads, numbered=True)),
        tuple(in_order(reads)),
        timeline_of(reads, choices, zone),
        found,
    )


def _page(
    visitor: Visitor,
    form: SearchForm,
    *,
    shown: Shown | None = None,
    faults: dict[str, str] | None = None,
    problem: str | None = None,
) -> HTMLResponse:
    console = visitor.site.settings.console
    return visitor.page(
        "search/passes.html",
        status=422 if faults or problem else 200,
        form=form,
        shown=shown,
        faults=faults or {},
        problem=problem,
        choices=choices_of(visitor.site),
        short={"days": SHORT_DAYS, "reads": SHORT_READS, "words": FEWEST_WORDS_OF_FACTS},
        tiles=console.tiles_url,
        tiles_credit=console.tiles_credit,
    )
