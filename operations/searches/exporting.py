"""Reads that leave as a file: in other programs' forms, and never more than one can answer for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from operations.reasons import Why
from operations.searches.finding import Page, find_reads
from operations.searches.forms import as_csv, as_geojson, as_json_document
from operations.searches.query import ReadQuery
from schemas.actor import Actor
from schemas.convert import read_to_event
from schemas.errors import InvalidInput
from schemas.export_forms import ExportForm
from schemas.settings import Settings
from sharing.codecs.onvif import metadata_stream
from storage.database import Database

MOST_EXPORTED: Final = 10_000
"""Most reads of one file: whoever needs more asks for less time at once."""


@dataclass(frozen=True, slots=True)
class Export:
    """A file of reads."""

    text: str
    reads: int


def text_of(form: ExportForm, page: Page) -> str:
    """Return reads in a form."""
    if form is ExportForm.ONVIF:
        return metadata_stream(read_to_event(read).model_dump(mode="json") for read in page.reads).decode("utf-8")
    if form is ExportForm.CSV:
        return as_csv(page.reads, page.corrections)
    if form is ExportForm.GEOJSON:
        return as_geojson(page.reads, page.corrections)
    return as_json_document(page.reads, page.corrections)


def export_reads(
    actor: Actor, database: Database, settings: Settings, query: ReadQuery, why: Why, form: ExportForm
) -> Export:
    """Return all reads that fit as a file; refused where more fit than one file has: a part says nothing of the rest.

    Args:
        actor: Who takes them out.
        database: An open database.
        settings: The configuration.
        query: What is asked; its page and limit do not count.
        why: Why.
        form: The file's form.

    Raises:
        InvalidInput: None fits, or too many do; or as `find_reads`.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    wanted = replace(query, after=None, limit=MOST_EXPORTED + 1)
    page = find_reads(actor, database, settings, wanted, why, form=form.value)
    if not page.reads:
        raise InvalidInput("no read fits; there is nothing to write")
    if len(page.reads) > MOST_EXPORTED:
        raise InvalidInput(f"more than {MOST_EXPORTED:,} reads fit, and one file has no more; ask for less time")
    return Export(text_of(form, page), len(page.reads))
