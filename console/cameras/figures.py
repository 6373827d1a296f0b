"""Figures: traffic, alerts and false alerts by time, camera and category, as pictures and as tables."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from console.cameras.chart import bars, columns
from console.visitors import SignedIn
from operations.cameras.figures import Span, view_figures

router = APIRouter()
MOST_BARS = 25


@router.get("/figures")
def show(visitor: SignedIn, span: Span = Span.WEEK, camera: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Show what passed and what was raised lately."""
    site = visitor.site
    found = view_figures(visitor.actor, site.database, site.settings, span, camera.strip() or None)
    return visitor.page(
        "cameras/figures.html",
        figures=found,
        span=span,
        spans=tuple(Span),
        camera=camera.strip(),
        traffic=columns([(one.label, (one.reads,)) for one in found.moments]),
        raised=columns([(one.label, (one.alerts, one.false_alerts)) for one in found.moments]),
        by_camera=bars([(one.label, (one.alerts, one.false_alerts)) for one in found.cameras[:MOST_BARS]]),
        by_category=bars([(one.label.replace("_", " "), (one.alerts, one.false_alerts)) for one in found.categories]),
    )
