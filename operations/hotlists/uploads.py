"""Files of lists that people send by the console: looked at first, then imported, or given up."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from hotlists.feeds.uploads import MOST_MAPPING, Incoming, Upload, Uploads, uploads_folder
from hotlists.importing.importer import ImportOptions, ImportReport, Progress, survey_file
from hotlists.importing.names import checked_name
from hotlists.layouts.mapped import mapped_parser
from hotlists.layouts.mapping import read_mapping
from hotlists.layouts.registry import PARSERS
from operations.hotlists.importing import ListImport, import_list
from operations.reasons import check_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import ConfigurationError, InvalidInput
from schemas.jurisdictions import parse_jurisdiction
from schemas.settings import Settings
from schemas.types import RECEIVED_LAYOUT, HotlistEntry
from storage.audit.writer import write_audit
from storage.database import Database

LAYOUTS = tuple(layout for layout in PARSERS if layout != RECEIVED_LAYOUT)
"""Layouts that a person's file can have; what another agency gives comes by its agreement alone."""
MOST_SAMPLED = 20


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of a file; empty: nothing. `mapping` is a mapping's TOML text, `as_of` an ISO time."""

    layout: str
    name: str = ""
    state: str = ""
    as_of: str = ""
    mapping: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a file holds, with the first of its entries as they are understood.

    `rejected` is how many of its rows cannot be used; the report has the first of them alone: there may be millions.
    """

    report: ImportReport
    sample: tuple[HotlistEntry, ...]
    rejected: int


@contextmanager
def receiving_list(actor: Actor, settings: Settings, file_name: str) -> Iterator[Incoming]:
    """Take a file in, in parts; `keep_list` ends it.

    Args:
        actor: Who sends it.
        settings: The configuration; says how large it may be.
        file_name: As its sender says; may be anything.

    Raises:
        NotPermitted: They may import no lists; nothing was taken in.
        ConfigurationError: The data directory cannot be written.
        StorageFull: The disk is full.
    """
    AuditRecord(actor, Action.TRY_LIST)  # asks before a byte is kept
    uploads = Uploads(settings.data_dir)
    uploads.prune(datetime.now(UTC))
    with uploads.receiving(file_name, int(settings.hotlists.max_upload_megabytes * 1e6)) as incoming:
        yield incoming


def keep_list(actor: Actor, incoming: Incoming, said: Said) -> Upload:
    """Note that a file is whole, and how it is to be read.

    Args:
        actor: Who sends it.
        incoming: The file.
        said: What they say of it.

    Raises:
        InvalidInput: Something of it cannot be used, or the file is empty; it is not kept.
    """
    checked_options(said)
    return incoming.finish(
        sent_by=actor.name,
        layout=said.layout,
        hotlist_id=said.name.strip() or None,
        default_state=_state(said.state),
        as_of=_moment(said.as_of),
        mapping=said.mapping if said.mapping.strip() else None,
    )


def checked_options(said: Said) -> ImportOptions:
    """Return how a file is read, by what somebody says of it.

    Args:
        said: What they say.

    Raises:
        InvalidInput: Something of it cannot be used.
    """
    if said.layout not in LAYOUTS:
        raise InvalidInput(f"'{said.layout[:40]}' is no layout; use one of {', '.join(LAYOUTS)}")
    has_mapping = bool(said.mapping.strip())
    if has_mapping and said.layout != "csv":
        raise InvalidInput("a mapping belongs to the layout csv; choose csv, or leave the mapping out")
    if len(said.mapping.encode()) > MOST_MAPPING:
        raise InvalidInput(f"the mapping is longer than {MOST_MAPPING // 1024} KiB; give the columns alone")
    try:
        parser = mapped_parser(read_mapping(said.mapping)) if has_mapping else None
    except ConfigurationError as error:
        raise InvalidInput(str(error)) from error
    return ImportOptions(
        hotlist_id=checked_name(said.name.strip()) if said.name.strip() else None,
        as_of=_moment(said.as_of),
        default_state=_state(said.state),
        parser=parser,
    )


def sent_lists(actor: Actor, settings: Settings) -> list[Upload]:
    """Return the files that were sent and neither imported nor given up, the newest first.

    Raises:
        NotPermitted: They may import no lists.
    """
    AuditRecord(actor, Action.TRY_LIST)
    return Uploads(settings.data_dir).all()


def sent_list(actor: Actor, settings: Settings, upload_id: UUID) -> Upload:
    """Return a file that was sent.

    Raises:
        NotPermitted: They may import no lists.
        InvalidInput: It is not there, or not any more.
    """
    AuditRecord(actor, Action.TRY_LIST)
    return Uploads(settings.data_dir).find(upload_id)


def try_list(
    actor: Actor, database: Database, settings: Settings, upload: Upload, *, on_progress: Progress | None = None
) -> Trial:
    """Read a file as an import would, and change nothing: what it holds, and how its first rows are understood.

    Args:
        actor: Who looks.
        database: An open database; takes the look down.
        settings: The configuration.
        upload: The file.
        on_progress: Told how far the work is.

    Raises:
        InvalidInput: The file cannot be used, with the line where one is at fault.
        DatabaseUnavailable: It could not be written down.
    """
    record = AuditRecord(actor, Action.TRY_LIST, _details(upload))
    sample: list[HotlistEntry] = []

    def keep(entry: HotlistEntry) -> None:
        if len(sample) < MOST_SAMPLED:
            sample.append(entry)

    options = _options(upload, settings)
    try:
        report = survey_file(upload.path, upload.note.layout, options, on_progress=on_progress, on_entry=keep)
    except InvalidInput as error:
        write_audit(database, record, outcome="refused", why_refused=str(error))
        raise
    write_audit(database, record, report.survey.entries)
    survey = dataclasses.replace(report.survey, rejects=report.survey.rejects[:MOST_SAMPLED])
    return Trial(dataclasses.replace(report, survey=survey), tuple(sample), len(report.survey.rejects))


def import_sent_list(
    actor: Actor,
    database: Database,
    settings: Settings,
    upload: Upload,
    *,
    force: str | None = None,
    on_progress: Progress | None = None,
) -> ListImport:
    """Make a file the active version of its list; it is deleted once that has been done.

    Args:
        actor: Who imports; stands with the version.
        database: An open database.
        settings: The configuration.
        upload: The file.
        force: Why a version that would be held becomes active all the same.
        on_progress: Told how far the work is.

    Raises:
        HeldForReview: The version is suspicious; the file is kept, and `force_hold` takes it.
        InvalidInput: The file cannot be used, or the reason says nothing; nothing was changed, and the file is kept.
        DatabaseUnavailable: The server went away; do it again.
    """
    done = import_list(
        actor,
        database,
        settings,
        upload.path,
        upload.note.layout,
        _options(upload, settings, force),
        on_progress=on_progress,
    )
    Uploads(settings.data_dir).remove(upload)
    return done


def discard_sent_list(actor: Actor, database: Database, settings: Settings, upload: Upload, reason: str) -> None:
    """Give a file up: it is deleted, and no list changes.

    Raises:
        InvalidInput: The reason says nothing.
        DatabaseUnavailable: It could not be written down; the file is kept.
    """
    record = AuditRecord(actor, Action.DISCARD_LIST, _details(upload) | {"reason": reason})
    check_reason(database, record, reason)
    write_audit(database, record)
    Uploads(settings.data_dir).remove(upload)


def sent_lists_folder(settings: Settings) -> Path:
    """Return where the files lie that were sent."""
    return uploads_folder(settings.data_dir)


def prune_sent_lists(settings: Settings, now: datetime) -> None:
    """Delete what nobody has imported for weeks: it is personal data.

    Args:
        settings: The configuration.
        now: The time, aware.
    """
    Uploads(settings.data_dir).prune(now)


def _options(upload: Upload, settings: Settings, force: str | None = None) -> ImportOptions:
    note = upload.note
    return ImportOptions(
        hotlist_id=note.hotlist_id,
        as_of=note.as_of,
        default_state=note.default_state,
        parser=None if note.mapping is None else mapped_parser(read_mapping(note.mapping)),
        force=force,
        settings=settings.hotlists,
    )


def _details(upload: Upload) -> dict[str, str | None]:
    note = upload.note
    return {"hotlist": note.hotlist_id, "layout": note.layout, "file": note.file_name, "sha256": note.sha256}


def _state(text: str) -> str | None:
    if not text.strip():
        return None
    state = parse_jurisdiction(text.strip())
    if state is None:
        raise InvalidInput(f"'{text.strip()[:40]}' is no state; write it like VA or US-VA")
    return state


def _moment(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(f"'{text.strip()[:40]}' is no ISO 8601 time; write it like 2026-01-31T06:00:00Z") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
