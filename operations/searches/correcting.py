"""Correcting what a reader misread: a row beside the read, for searches, the confusion table and training."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from operations.reasons import check_reason
from operations.searches.query import state_of
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import ConfigurationError, InvalidInput, NotThere, PlatewatchError
from schemas.plates import MAX_PLATE_LENGTH, canonical_plate, normalize_plate, shown_character, strange_characters
from schemas.settings import Settings
from schemas.spreadsheets import safe_cell
from storage.audit.writer import write_audit
from storage.database import Database
from storage.reads.correcting import CorrectedRead, add_correction, corrected_reads, read_to_correct
from storage.reads.images import ImageStore
from storage.reads.search import Correction, corrections_of

LABELS = "labels.csv"


@dataclass(frozen=True, slots=True)
class WrittenCorrections:
    """What was written for training: the file, how many rows it has, and how many corrections have no picture."""

    labels: Path
    rows: int
    without_picture: int


def correct_read(
    actor: Actor, database: Database, read_id: UUID, plate: str, reason: str, state: str | None = None
) -> Correction:
    """Put beside a read what is on its plate; the read itself stays as it was read.

    Args:
        actor: Who corrects.
        database: An open database.
        read_id: The read, as searches and alerts say it.
        plate: What is on the plate.
        reason: How they know, in words.
        state: The plate's state, like VA; None: not said.

    Raises:
        InvalidInput: There is no such read, the plate is none, or it says what was read; or the reason says nothing.
        DatabaseUnavailable: Nothing is changed.
    """
    text = _plate(plate)
    jurisdiction = None if state is None else state_of(state)
    details = {"read": read_id, "plate": text, "state": jurisdiction, "reason": reason}
    record = AuditRecord(actor, Action.CORRECT_READ, details)
    check_reason(database, record, reason)
    with database.transaction() as connection:
        read = read_to_correct(connection, read_id)
        if read is None:
            raise NotThere(
                f"no read {read_id} is stored; retention may have ended it (platewatch search --json has ids)"
            )
        now = corrections_of(connection, [read_id]).get(read_id)
        same_state = jurisdiction is None or jurisdiction == (now or read).jurisdiction
        if canonical_plate((now or read).plate) == canonical_plate(text) and same_state:
            raise InvalidInput("that is what the read says; there is nothing to correct")
        add_correction(connection, read, text, jurisdiction, reason, actor.person)
        write_audit(connection, record, 1, read_as=read.plate)
        return corrections_of(connection, [read_id])[read_id]


def write_corrections(
    actor: Actor, database: Database, settings: Settings, folder: Path, since: datetime | None = None
) -> WrittenCorrections:
    """Write what was corrected as training and the confusion table take it: pictures of plates with their texts.

    Args:
        actor: Who takes them out.
        database: An open database.
        settings: The configuration; it says where pictures are.
        folder: Where to; is made, and must hold no labels.csv.
        since: Captured at this time or later, aware.

    Raises:
        InvalidInput: The folder has such a file already.
        ConfigurationError: It cannot be written to.
        DatabaseUnavailable: The server is down.
    """
    labels = folder / LABELS
    if labels.exists():
        raise InvalidInput(f"{labels} is there already; name another folder")
    record = AuditRecord(actor, Action.VIEW_CORRECTIONS, {"folder": str(folder), "since": since})
    with database.transaction() as connection:
        found = list(corrected_reads(connection, since))
        write_audit(connection, record, len(found))
    images = ImageStore(settings)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        rows = [row for one in found if (row := _with_picture(one, images, folder)) is not None]
        with labels.open("x", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("image", "text", "jurisdiction", "split", "read_as", "reader"))
            writer.writerows(rows)
    except OSError as error:
        raise ConfigurationError(f"{folder}: {error.strerror}; name a folder that can be written to") from error
    return WrittenCorrections(labels, len(rows), len(found) - len(rows))


def _with_picture(one: CorrectedRead, images: ImageStore, folder: Path) -> tuple[str, ...] | None:
    if one.plate_image_key is None:
        return None
    try:
        picture = images.load(one.plate_image_key)
    except PlatewatchError:
        return None
    name = f"{one.read_id}.jpg"
    (folder / name).write_bytes(picture)
    state = one.jurisdiction or one.read_jurisdiction or ""
    # Two of them are as a reader wrote them, which may be anything.
    return name, one.plate, state, "train", safe_cell(one.read_plate), safe_cell(one.source_name)


def _plate(text: str) -> str:
    strange = strange_characters(text, "")
    if strange:
        signs = " ".join(repr(shown_character(sign)) for sign in strange)
        raise InvalidInput(f"the plate holds {signs}; write its letters and digits as they stand on it")
    plate = normalize_plate(text)
    if not 1 <= len(plate) <= MAX_PLATE_LENGTH:
        raise InvalidInput(f"the plate has {len(plate)} letters and digits; 1 to {MAX_PLATE_LENGTH} were expected")
    return plate
