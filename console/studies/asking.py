"""Asking a question about many vehicles: a form for each kind; what is refused comes again with what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.search.choices import choices_of
from console.studies.forms import moment_of, number_of, typed
from console.visitors import SignedIn, Visitor
from console.why import why_of
from operations.analyses.asking import ask_analysis
from operations.analyses.question import MOST_OCCASIONS, MULTI_GEO, STAKEOUT, Convoy, Occasion, Presence, Question
from operations.searches.areas import parse_area
from policy.decisions import open_policy
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted
from schemas.settings import Settings

router = APIRouter(prefix="/analyses/ask")
ROWS: Final = 4


class Kind(StrEnum):
    """What may be asked, as its page is called."""

    CONVOY = "convoy"
    PLACES = "places"
    STAKEOUT = "stakeout"


@router.get("/{kind}")
def form(visitor: SignedIn, kind: Kind, rows: Annotated[int, Query(ge=2, le=MOST_OCCASIONS)] = ROWS) -> HTMLResponse:
    """Show the form of a kind of question."""
    check_permitted(visitor.actor, Action.REQUEST_ANALYSIS)
    return _page(visitor, kind, {}, rows)


@router.post("/{kind}")
def ask(visitor: SignedIn, kind: Kind, fields: Annotated[dict[str, str], Depends(typed)]) -> Response:
    """Note the question."""
    check_permitted(visitor.actor, Action.REQUEST_ANALYSIS)
    site, rows = visitor.site, ROWS
    try:
        rows = min(max(number_of(fields, "rows", "rows", ROWS) or ROWS, 2), MOST_OCCASIONS)
        question = _question(kind, fields, rows, site.settings)
        asked = ask_analysis(visitor.actor, site.database, site.settings, question, why_of(fields.get))
    except InvalidInput as error:
        return _page(visitor, kind, fields, rows, str(error))
    return RedirectResponse(f"/analyses/{asked.analysis_id}", 303)


def _question(kind: Kind, fields: Mapping[str, str], rows: int, settings: Settings) -> Question:
    area = None if not fields.get("area") else parse_area(fields["area"])
    if kind is Kind.CONVOY:
        return Convoy(
            _needed(fields, "since", "from", settings),
            _needed(fields, "until", "until", settings),
            fields.get("plate") or None,
            area,
            number_of(fields, "window", "seconds between two", 60) or 0,
            number_of(fields, "cameras", "cameras", 3) or 0,
        )
    if kind is Kind.STAKEOUT and area is None:
        raise InvalidInput("say where it is: an area is needed")
    occasions = []
    for row in range(1, rows + 1):
        if not any(fields.get(f"{name}_{row}") for name in ("area", "since", "until")):
            continue
        place = area if kind is Kind.STAKEOUT else parse_area(fields.get(f"area_{row}", ""))
        assert place is not None  # noqa: S101 - a stakeout has one, seen above
        since = _needed(fields, f"since_{row}", f"from, {row}", settings)
        occasions.append(Occasion(place, since, _needed(fields, f"until_{row}", f"until, {row}", settings)))
    least = number_of(fields, "least", "on how many of them", len(occasions)) or 0
    return Presence(tuple(occasions), least, STAKEOUT if kind is Kind.STAKEOUT else MULTI_GEO)


def _needed(fields: Mapping[str, str], name: str, what: str, settings: Settings) -> datetime:
    found = moment_of(fields, name, what, settings)
    if found is None:
        raise InvalidInput(f"{what}: a time is needed, like 2026-01-31T21:00")
    return found


def _page(visitor: Visitor, kind: Kind, fields: Mapping[str, str], rows: int, problem: str = "") -> HTMLResponse:
    site = visitor.site
    policy = open_policy(site.settings)
    return visitor.page(
        "studies/ask.html",
        status=422 if problem else 200,
        kind=kind.value,
        typed=fields,
        rows=rows,
        most_rows=MOST_OCCASIONS,
        rule=policy.analysis,
        choices=choices_of(site),
        places=site.board.cards.places,
        area_fields=[(f"area_{row}", f"Area {row}") for row in range(1, rows + 1)],
        tiles=site.settings.console.tiles_url,
        tiles_credit=site.settings.console.tiles_credit,
        detail=problem,
    )
