"""What comes, as a stream of events: each card with the number from which a browser goes on after a cut."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from alerts.cards.card import Card
from console.streams import LARGEST, Reading, event, is_who_began, number_of_event, stream
from console.visitors import SignedIn
from console.visitors import visitor as visitor_of
from operations.board.followers import ShownCard

router = APIRouter()


@router.get("/board/events")
async def events(
    request: Request,
    visitor: SignedIn,
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    alert: UUID | None = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Stream the cards that change after one change, from wherever this browser left off.

    Args:
        request: The request.
        visitor: Who looks.
        after: The last change that the page shows.
        alert: The one alert that the page is about; none: all of the agency.
        last_event_id: The last change that came before the stream was cut.
    """
    site = visitor.site

    def drawn(shown: ShownCard) -> str:
        def draw(card: Card) -> str:
            text = site.drawing.text("board/card.html", card=card, change=shown.number)
            return event("card", text, shown.number)

        return shown.drawn("event", draw)

    begin = number_of_event(last_event_id, after)
    reading = Reading(
        visitor.actor, begin, alert, drawn, lambda: is_who_began(lambda: visitor_of(request).actor, visitor.actor)
    )
    return stream(site, reading)
