"""Rules by which alerts go to channels: added, tried on the alerts of the last days, switched on and off."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from alerts.routing.rules import parse_rules
from console.operating.rooms import rooms_for
from console.visitors import SignedIn, Visitor
from operations.rules import DAYS, MOST_DAYS, Trial, add_rules, remove_rule, switch_rule, try_rule, view_rules
from schemas.errors import InvalidInput

router = APIRouter(prefix="/operations/rules")
Name = Annotated[str, Form(max_length=64)]
_HERE = "the text"


@router.get("")
def show(visitor: SignedIn) -> HTMLResponse:
    """Show every rule."""
    return _page(visitor)


@router.post("")
def add(
    visitor: SignedIn,
    text: Annotated[str, Form(max_length=70_000)] = "",
    do: Annotated[str, Form(max_length=10)] = "add",
    days: Annotated[int, Form()] = DAYS,
) -> Response:
    """Store rules that were written into the page, or try them without storing them."""
    site = visitor.site
    try:
        rules = parse_rules(text.replace("\r\n", "\n"), _HERE)
        if do == "try":
            trials = [try_rule(visitor.actor, site.database, site.settings, rule, days) for rule in rules]
            return _page(visitor, trials=trials, text=text, days=days)
        add_rules(visitor.actor, site.database, site.settings, rules)
    except InvalidInput as error:
        return _page(visitor, problem=str(error), text=text, days=days)
    return RedirectResponse("/operations/rules", 303)


@router.post("/try")
def attempt(visitor: SignedIn, name: Name, days: Annotated[int, Form()] = DAYS) -> HTMLResponse:
    """Show what a rule would have sent."""
    site = visitor.site
    try:
        trial = try_rule(visitor.actor, site.database, site.settings, name, days)
    except InvalidInput as error:
        return _page(visitor, problem=str(error), days=days)
    return _page(visitor, trials=[trial], days=days)


@router.post("/switch")
def switch(
    visitor: SignedIn,
    name: Name,
    on: Annotated[bool, Form()],
    untried: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Switch a rule on or off."""
    site = visitor.site
    try:
        switch_rule(visitor.actor, site.database, site.settings, name, on=on, untried=untried.strip() or None)
    except InvalidInput as error:
        return _page(visitor, problem=str(error))
    return RedirectResponse("/operations/rules", 303)


@router.post("/remove")
def remove(visitor: SignedIn, name: Name) -> Response:
    """Delete a rule."""
    try:
        remove_rule(visitor.actor, visitor.site.database, name)
    except InvalidInput as error:
        return _page(visitor, problem=str(error))
    return RedirectResponse("/operations/rules", 303)


def _page(
    visitor: Visitor,
    *,
    trials: list[Trial] | None = None,
    problem: str | None = None,
    text: str = "",
    days: int = DAYS,
) -> HTMLResponse:
    channels = [channel.name for channel in visitor.site.settings.alerts.channels]
    return visitor.page(
        "operating/rules.html",
        status=200 if problem is None else 422,
        rooms=rooms_for(visitor),
        rules=view_rules(visitor.actor, visitor.site.database),
        trials=trials or [],
        channels=channels,
        detail=problem,
        text=text,
        days=days,
        most_days=MOST_DAYS,
    )
