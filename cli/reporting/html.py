"""A report of numbers as a page of its own: no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from operations.reports.forms import HIDDEN

if TYPE_CHECKING:
    from operations.reports.filing import FiledLine, FiledReport

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "table{border-collapse:collapse;width:100%;margin:0 0 1.5rem}"
    "caption{text-align:left;font-weight:600;padding:.5rem 0}"
    "td,th{padding:.25rem .5rem;border-bottom:1px solid #ccc;text-align:left;font-weight:400}"
    "td{text-align:right;font-variant-numeric:tabular-nums}p.note{color:#444}"
)


def page(filed: FiledReport) -> str:
    """Return a report as HTML.

    Args:
        filed: One of numbers only.
    """
    title = f"{filed.report.title}: {filed.agency_id}"
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>",
            f"<h1>{escape(filed.report.title)}</h1>",
            f"<p>{escape(filed.agency_id)}, {filed.since:%Y-%m-%d} until {filed.until:%Y-%m-%d} (exclusively), counted "
            f"on {filed.made_at:%Y-%m-%d}.</p>",
            *(part for line in filed.lines for part in _table(line)),
            '<p class="note">Numbers below five that are about what happened to people are hidden, and where one alone '
            "is, the next smallest with it. A plate that was read is compared with lists; an alert is a reason to "
            "look, and a person compares before anybody acts.</p>",
            "</main></body></html>\n",
        ]
    )


def _table(line: FiledLine) -> Iterator[str]:
    yield f"<table><caption>{escape(line.line.text)}</caption><tbody>"
    for label, number in line.figures or ():
        shown = HIDDEN if number is None else f"{number:,}"
        yield f'<tr><th scope="row">{escape(label.replace("_", " "))}</th><td>{shown}</td></tr>'
    if not line.figures:
        yield f'<tr><th scope="row">{escape(line.line.not_recorded or line.line.by_hand or "none")}</th><td></td></tr>'
    yield "</tbody></table>"
    if line.is_partial:
        yield '<p class="note">Some of what this counts has ended already by law; it was more.</p>'
