"""The page for everybody: numbers alone, without a sign-in, where the settings say so."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from console.files import download
from console.site import Site
from operations.reports.filing import FiledReport
from operations.reports.forms import HIDDEN, Form
from operations.reports.writing import written

router = APIRouter(prefix="/transparency")
_KEPT = {"Cache-Control": "public, max-age=3600"}


@router.get("")
def show(request: Request) -> HTMLResponse:
    """Show what the readers did in the last weeks."""
    answer = Site.of(request).drawing.page(
        "reports/public.html", actor=None, filed=_filed(request), forms=(Form.CSV, Form.JSON), hidden=HIDDEN
    )
    answer.headers.update(_KEPT)
    return answer


@router.get("/numbers.{form}")
def save(request: Request, form: Form) -> Response:
    """Send the same as a file."""
    answer = download(written(_filed(request), form), f"transparency.{form.suffix}")
    answer.headers.update(_KEPT)
    return answer


def _filed(request: Request) -> FiledReport:
    site = Site.of(request)
    if not site.settings.console.transparency:
        raise HTTPException(404)
    return site.numbers.get(site.database, site.settings, datetime.now(UTC))
