"""From a file to an active list, in one pass and one transaction. Until its end the version before stays active."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from hotlists.importing.difference import Comparison, Difference, no_known_rows
from hotlists.importing.files import ListFile, open_list
from hotlists.importing.names import checked_name, default_name
from hotlists.importing.reading import ListReader
from hotlists.importing.review import reasons_to_hold
from hotlists.importing.survey import Survey
from hotlists.layouts.registry import CUSTOM
from hotlists.text.parsing import HotlistParser
from schemas.audit import AuditRecord
from schemas.errors import HeldForReview, InvalidInput
from schemas.settings import HotlistSettings
from schemas.types import HotlistEntry
from storage.database import Database
from storage.hotlists.imports import HotlistImport, ImportCounts, ImportOutcome, begin_import
from storage.hotlists.versions import HotlistVersions

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called now and then with the bytes done and the bytes to do."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import found and did. `outcome` is None in a dry run."""

    hotlist_id: str
    layout: str
    file_name: str
    as_of: datetime
    survey: Survey
    outcome: ImportOutcome | None


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a person or a feed says about a file.

    `hotlist_id` is the list's name; default: the layout's, or for csv the file's. `as_of` is the date of the content,
    aware; default: the file's header, then its modification time. `default_state` is the jurisdiction (like US-VA) of
    rows whose state field is empty. `parser` reads the file instead of the layout's own. `force` is why a version that
    would be held becomes active.
    """

    hotlist_id: str | None = None
    as_of: datetime | None = None
    default_state: str | None = None
    parser: HotlistParser | None = None
    force: str | None = None
    settings: HotlistSettings = field(default_factory=HotlistSettings)


def import_file(
    database: Database,
    path: Path,
    layout: str,
    options: ImportOptions | None = None,
    *,
    on_progress: Progress | None = None,
    audit: AuditRecord | None = None,
) -> ImportReport:
    """Read a list's file and make it the active version.

    Args:
        database: Where the lists are.
        path: A plain file.
        layout: Its layout, as in `hotlists.layouts.registry.PARSERS`.
        options: What else is known of it.
        on_progress: Told how far the work is.
        audit: The import, written down in the transaction that activates or holds the version.

    Returns:
        What the file holds and what changed.

    Raises:
        HeldForReview: The version is suspicious; it is noted among the list's holds, and nothing else was changed.
        InvalidInput: The file cannot be used, with the line where one is at fault; nothing was changed.
        DatabaseUnavailable: The server went away; the version before is still active.
    """
    options = options or ImportOptions()
    name = checked_name(options.hotlist_id or default_name(layout, path))
    with open_list(path) as file:
        try:
            return _import(database, file, path, name, layout, options, on_progress, audit)
        except HeldForReview as held:
            HotlistVersions(database).hold(
                name,
                layout=layout,
                file_name=path.name,
                file_sha256=file.sha256(),
                as_of=held.as_of,
                reason=held.message,
                audit=audit,
            )
            raise


def _import(
    database: Database,
    file: ListFile,
    path: Path,
    name: str,
    layout: str,
    options: ImportOptions,
    on_progress: Progress | None,
    audit: AuditRecord | None,
) -> ImportReport:
    with begin_import(
        database,
        name,
        layout=layout,
        file_name=path.name,
        reason=options.force,
        audit=audit,
    ) as version:
        _check_same_layout(version, name, layout)
        comparison = Comparison(version.known_rows())
        reader = ListReader(file, path.name, name, layout, options.default_state, options.parser, on_progress)
        withdrawn = version.withdrawn()
        with version.writing() as write:
            reader.run(comparison, write, withdrawn)
        file.check_unchanged()
        difference = comparison.result()
        now = datetime.now(UTC)
        as_of = options.as_of or reader.as_of
        reasons = reasons_to_hold(
            difference,
            rows=reader.counts.rows,
            declared_rows=reader.declared_rows,
            cut_line=reader.cut_line,
            only_unknown_codes=layout not in CUSTOM and reader.only_unknown_codes,
            as_of=as_of,
            now=now,
            active=version.active,
            settings=options.settings,
        )
        if reasons and not options.force:
            raise HeldForReview("; ".join(reasons), source=path.name, line=reader.cut_line, as_of=as_of)
        # What is dated ahead is as current as can be, and no more: the next file must not look older than it.
        as_of = min(as_of, now)
        reader.check_counts(difference)
        outcome = _activate(version, reader, difference, file.sha256(), as_of)
        found = reader.survey(difference, version.unmapped(), version.categories())
    report = ImportReport(name, layout, path.name, as_of, found, outcome)
    _log(report)
    return report


def _activate(
    version: HotlistImport, reader: ListReader, difference: Difference, file_sha256: str, as_of: datetime
) -> ImportOutcome:
    dropped = version.drop(difference.superseded_lines, difference.kept_lines)
    version.check_written(difference.added + difference.changed, dropped, len(difference.superseded_lines))
    version.reject(reader.counts.rejects)
    counts = ImportCounts(
        rows=reader.counts.rows,
        total=difference.total,
        added=difference.added,
        removed=difference.removed,
        changed=difference.changed,
    )
    rejected = len(reader.counts.rejects) + dropped
    return version.finish(difference.retired, counts, rejected=rejected, file_sha256=file_sha256, as_of=as_of)


def survey_file(
    path: Path,
    layout: str,
    options: ImportOptions | None = None,
    *,
    on_progress: Progress | None = None,
    on_entry: Callable[[HotlistEntry], object] | None = None,
) -> ImportReport:
    """Read a list's file and say what it holds, without a database (a dry run).

    Args:
        path: A plain file.
        layout: Its layout.
        options: What else is known of it.
        on_progress: Told how far the work is.
        on_entry: Told every entry as it is understood, in the file's order.

    Raises:
        InvalidInput: The file cannot be used, with the line where one is at fault.
    """

    def write(entry: HotlistEntry, digest: str) -> None:
        if on_entry is not None:
            on_entry(entry)

    options = options or ImportOptions()
    name = checked_name(options.hotlist_id or default_name(layout, path))
    with open_list(path) as file:
        comparison = Comparison(no_known_rows())
        reader = ListReader(file, path.name, name, layout, options.default_state, options.parser, on_progress)
        reader.run(comparison, write, frozenset())
        file.check_unchanged()
    difference = comparison.result()
    reader.check_counts(difference)
    found = reader.survey(difference, reader.counts.unmapped.most_common(), reader.counts.categories.most_common())
    return ImportReport(name, layout, path.name, options.as_of or reader.as_of, found, None)


def _check_same_layout(version: HotlistImport, name: str, layout: str) -> None:
    # A regional file that happens to be called ncic.csv must not replace the national list.
    if version.active is not None and version.active.layout != layout:
        raise InvalidInput(
            f"the list '{name}' is a '{version.active.layout}' list; give this '{layout}' list another name, or remove "
            "that one first"
        )


def _log(report: ImportReport) -> None:
    found = report.survey
    log.debug(
        "hotlist %s read: %d rows, %d entries, %d rejected, %d repeated",
        report.hotlist_id,
        found.rows,
        found.entries,
        len(found.rejects),
        found.duplicates,
    )
