"""What comes of alerts, as server-sent events for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from alerts.cards.card import Card
from console.api.alerts.models import AlertNews
from console.streams import LARGEST, Reading, event, is_who_began, number_of_event, stream
from console.visitors import ApiCaller
from console.visitors import caller as caller_of
from operations.board.followers import ShownCard

router = APIRouter(tags=["alerts"])
_EVENTS = {
    "description": (
        "Events `alert` (data: AlertNews; id: where to go on), `alive` every ten seconds, `stale` and `fresh` while "
        "the database is away, `signed-out` at the end. After a cut send Last-Event-ID, or `after`."
    ),
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


@router.get("/alerts/events", responses={200: _EVENTS}, response_class=StreamingResponse)
async def alert_events(
    request: Request,
    caller: ApiCaller,
    after: Annotated[int, Query(ge=0, le=LARGEST, description="The last change that is known.")] = 0,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> StreamingResponse:
    """Stream the alerts of the agency that change from now on, or after one change."""

    def drawn(shown: ShownCard) -> str:
        def draw(card: Card) -> str:
            return event("alert", AlertNews.of(card, shown.number).model_dump_json(), shown.number)

        return shown.drawn("news", draw)

    reading = Reading(
        caller.actor,
        number_of_event(last_event_id, after),
        None,
        drawn,
        lambda: is_who_began(lambda: caller_of(request).actor, caller.actor),
    )
    return stream(caller.site, reading)
