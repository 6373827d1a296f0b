"""The board: what stands when it opens; what comes is the stream's."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from console.visitors import SignedIn
from operations.board.opening import open_board

router = APIRouter()


@router.get("/board")
def show(visitor: SignedIn) -> HTMLResponse:
    """Show the agency's alerts, most urgent first."""
    site = visitor.site
    within = timedelta(hours=site.settings.console.board_hours)
    board = open_board(visitor.actor, site.database, site.board.cards, within)
    return visitor.page("board/board.html", board=board, hours=site.settings.console.board_hours)
