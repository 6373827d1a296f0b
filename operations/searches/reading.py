"""One read as a person looks at it: its pictures, all that was reported of it, and what people saw instead."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from operations.reasons import Why
from operations.revisions import Revisions, view_revisions
from operations.searches.pictures import ReadPictures, pictures_of
from schemas.actor import Actor
from schemas.settings import Settings
from storage.database import Database
from storage.reads.search import Correction, corrections_of


@dataclass(frozen=True, slots=True)
class ShownRead:
    """A read with its revisions, its pictures, and the newest correction that stands beside it."""

    revisions: Revisions
    pictures: ReadPictures
    correction: Correction | None


def show_read(actor: Actor, database: Database, settings: Settings, read_id: UUID, why: Why) -> ShownRead:
    """Return a read with its pictures; the look stands in the audit, with the plate, before it is returned.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.
        read_id: The read.
        why: Why.

    Raises:
        InvalidInput: There is no such read; or why it is asked says nothing, or the law does not permit it.
        ConfigurationError: The law profile or the image store cannot be used.
        DatabaseUnavailable: The server is down.
    """
    found = view_revisions(
        actor,
        database,
        settings,
        read_id,
        purpose=why.purpose,
        case_number=why.case_number,
        warrant=why.warrant,
        offense=why.offense,
        pictures=True,
    )
    correction = corrections_of(database, [read_id]).get(read_id)
    return ShownRead(found, pictures_of(settings, found.shown), correction)
