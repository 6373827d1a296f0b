"""All that was reported of one vehicle pass: every revision of its read, unchanged, with what it kept."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from operations.reasons import asked_for
from schemas.actor import Actor
from schemas.audit import Action
from schemas.errors import NotThere, TransientError
from schemas.settings import Settings
from schemas.types import PlateRead
from storage.database import Database
from storage.reads.history import captured_since, read_history
from storage.reads.images import ImageStore

_APART = ("read_id", "revision", "is_final", "plate_image_key", "context_image_key", "report", "arrived_at")
"""What says which revision it is, is shown apart, or differs with each."""


@dataclass(frozen=True, slots=True)
class Change:
    """A field that a revision says differently from the one before it along the pass."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture of a revision; `is_kept` says whether the image store has it, None where the store does not answer."""

    kind: str
    key: str
    is_kept: bool | None


@dataclass(frozen=True, slots=True)
class Revision:
    """One report of the pass, as it came.

    `is_newest` says that it is the one that counts. `payload` is another vendor's message, without secrets and
    pictures, None where there is none.
    """

    read: PlateRead
    stored_at: datetime
    is_newest: bool
    changes: tuple[Change, ...]
    pictures: tuple[KeptPicture, ...]
    payload: str | None


@dataclass(frozen=True, slots=True)
class Revisions:
    """A read as it is shown, known since `stored_at`, and its revisions, the oldest of the pass first."""

    shown: PlateRead
    stored_at: datetime
    revised_at: datetime | None
    revisions: tuple[Revision, ...]


def view_revisions(
    actor: Actor,
    database: Database,
    settings: Settings,
    read_id: UUID,
    *,
    purpose: str | None = None,
    case_number: str | None = None,
    warrant: str | None = None,
    offense: str | None = None,
    pictures: bool = False,
) -> Revisions:
    """Return the revisions of a read; the look stands in the audit, with the plate, before they are returned.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.
        read_id: The read, as search and alerts say it.
        purpose: Why; required, as the case number is, unless the law profile says otherwise.
        case_number: The case or call it belongs to.
        warrant: The warrant's number, where the law asks for one.
        offense: The type of the offense, by the FBI's code or name, where the purpose does not name it.
        pictures: Whether its pictures are looked at, too.

    Raises:
        NotThere: There is no such read.
        InvalidInput: Purpose or case number say nothing, or the law does not permit the
            purpose, or to look that far back.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    # Of a read that is not there nothing old can be shown.
    back_to = captured_since(database, read_id) or datetime.now(UTC)
    record = asked_for(
        actor,
        database,
        settings,
        Action.VIEW_REVISIONS,
        purpose,
        case_number,
        back_to=back_to,
        warrant=warrant,
        offense=offense,
        read=read_id,
        pictures=pictures or None,
    )
    found = read_history(database, read_id, record)
    if found is None:
        raise NotThere(f"no read {read_id} is stored; retention may have ended it (platewatch search --json has ids)")
    images, reads = ImageStore(settings), [kept.read for kept in found.revisions]
    made = [
        Revision(
            kept.read,
            kept.stored_at,
            kept is found.revisions[-1],
            () if before is None else changes(before, kept.read),
            _pictures(images, kept.read),
            None if kept.read.report is None else kept.read.report.payload,
        )
        for before, kept in zip([None, *reads], found.revisions, strict=False)
    ]
    return Revisions(found.shown, found.stored_at, found.revised_at, tuple(made))


def changes(before: PlateRead, after: PlateRead) -> tuple[Change, ...]:
    """Return what one revision says differently from another."""
    named = (field.name for field in dataclasses.fields(PlateRead) if field.name not in _APART)
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in named)
    found = [Change(name, old, new) for name, old, new in pairs if old != new]
    hits = [None if read.report is None else read.report.hit for read in (before, after)]
    return (*found, *([Change("vendor_hit", *hits)] if hits[0] != hits[1] else []))


def _pictures(images: ImageStore, read: PlateRead) -> tuple[KeptPicture, ...]:
    keys = {"plate": read.plate_image_key, "context": read.context_image_key}
    return tuple(KeptPicture(kind, key, _is_kept(images, key)) for kind, key in keys.items() if key is not None)


def _is_kept(images: ImageStore, key: str) -> bool | None:
    try:
        return images.has(key)
    except TransientError:
        return None
