"""Stops as officers recorded them: taken from a file, and written in the state's layout."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, File, Query, UploadFile
from fastapi.responses import HTMLResponse, Response

from console.files import download
from console.typed import day_of
from console.visitors import SignedIn, Visitor
from operations.reports.periods import periods
from operations.reports.stops import add_stops, layout_lines, report_stops
from policy.reports import Period
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted, may
from schemas.printable import printable

router = APIRouter(prefix="/reports/stops")
LONGEST_NAME = 100
Day = Annotated[str, Query(max_length=40)]


@router.get("")
def show(visitor: SignedIn) -> HTMLResponse:
    """Offer to take a file, and to write the state's."""
    check_permitted(visitor.actor, Action.VIEW_REPORT)
    return _page(visitor)


@router.post("")
def take(visitor: SignedIn, file: Annotated[UploadFile, File()]) -> HTMLResponse:
    """Keep the stops of a file, all or none."""
    check_permitted(visitor.actor, Action.ADD_STOPS)
    name = printable(file.filename or "")[:LONGEST_NAME] or "a file"
    try:
        try:
            lines = file.file.read().decode("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise InvalidInput("is no text in UTF-8; save it as such", source=name) from error
        new, known = add_stops(visitor.actor, visitor.site.database, lines, name)
        if not new + known:
            raise InvalidInput("holds no stop; expected a JSON object a line", source=name)
    except InvalidInput as error:
        return _page(visitor, detail=f"nothing was kept: {error}")
    return _page(visitor, done=f"{name}: {new} stops were kept, {known} were there already")


@router.get("/download")
def save(visitor: SignedIn, since: Day = "", until: Day = "") -> Response:
    """Send the stops of a span of days in the state's layout."""
    check_permitted(visitor.actor, Action.VIEW_REPORT)
    begins, ends = day_of(since, "from"), day_of(until, "until")
    if begins is None or ends is None or begins >= ends:
        return _page(visitor, since=since, until=until, detail="give two days, the first one earlier than the second")
    found = report_stops(visitor.actor, visitor.site.database, begins, ends)
    text = "".join(f"{printable(line)}\n" for line in layout_lines(found))
    return download(text, f"stops-{begins:%Y%m%d}-{ends:%Y%m%d}.txt")


def _page(visitor: Visitor, *, since: str = "", until: str = "", detail: str = "", done: str = "") -> HTMLResponse:
    last, _ = periods(Period.YEAR, datetime.now(UTC))
    return visitor.page(
        "reports/stops.html",
        status=422 if detail else 200,
        may_add=may(visitor.actor, Action.ADD_STOPS),
        since=since or last[0].isoformat(),
        until=until or last[1].isoformat(),
        detail=detail,
        done=done,
    )
