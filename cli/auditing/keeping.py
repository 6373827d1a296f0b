"""`platewatch audit save`, `note` and `notes`: rows as a table, and notes that somebody looked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from cli.auditing.options import (
    ActionOption,
    CaseOption,
    KindOption,
    PlateOption,
    SinceOption,
    UntilOption,
    WhoOption,
    wanted_rows,
)
from cli.common import (
    ConfigOption,
    DataDirOption,
    JsonOption,
    command_actor,
    command_database,
    command_settings,
    console,
    errors,
    print_json,
)
from cli.terminal.times import shown_time
from schemas.errors import ConfigurationError
from schemas.printable import printable

WEEK = timedelta(days=7)


def register(group: typer.Typer) -> None:
    """Add the commands."""
    group.command("save", epilog="Example: platewatch audit save lee.csv --actor lee --why 'complaint 26-03'")(save)
    group.command("note", epilog="Example: platewatch audit note --findings 'all 40 lookups have a case'")(note)
    group.command("notes", epilog="Example: platewatch audit notes")(notes)


def save(
    file: Annotated[Path, typer.Argument(help="A new CSV file.")],
    why: Annotated[
        str, typer.Option("--why", help="Why, in words; kept in the audit.", prompt="Why", show_default=False)
    ],
    since: SinceOption = None,
    until: UntilOption = None,
    actor: WhoOption = None,
    action: ActionOption = None,
    purpose: Annotated[
        str | None, typer.Option("--purpose", help="Only with these words in the purpose.", show_default=False)
    ] = None,
    case: CaseOption = None,
    plate: PlateOption = None,
    kind: KindOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Write rows of the audit into a table for a spreadsheet; it names people and plates.

    `platewatch audit export` has all of it, with the seals.
    """
    settings = command_settings(config, data_dir)
    wanted = wanted_rows(since, until, actor, action, purpose, case, plate, kind)
    from operations.audit.looking import save_audit
    from operations.audit.rows import csv_lines
    from services.private_files import save_private

    if file.exists():
        raise ConfigurationError(f"{file}: is there already; name a new file")
    with command_database(settings) as database:
        found = save_audit(command_actor(settings), database, wanted, why)
    try:
        save_private(file.absolute(), "".join(csv_lines(found)).encode())
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be written ({error.strerror})") from error
    errors.print(f"{file}: {len(found)} rows; they name people and plates, keep them as the audit itself", markup=False)


def note(
    findings: Annotated[
        str, typer.Option("--findings", help="What was looked at and found.", show_default=False, prompt="Findings")
    ],
    since: SinceOption = None,
    until: UntilOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Note that the review of lookups was looked at (default: of the last seven days), and what came of it."""
    settings = command_settings(config, data_dir)
    ends = (until or datetime.now(UTC)).astimezone()
    begins = ends - WEEK if since is None else since.astimezone()
    from operations.audit.noting import note_review

    with command_database(settings, create=False) as database:
        note_review(command_actor(settings), database, begins, ends, findings)
    errors.print("noted", markup=False)


def notes(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Show who noted that they looked, at the weekly review and at the use as the law asks, newest first."""
    settings = command_settings(config, data_dir)
    from operations.audit.noting import view_notes
    from operations.audit.rows import row_record

    with command_database(settings) as database:
        found = view_notes(command_actor(settings), database, settings)
    for entry in sorted((*found.reviews, *found.audits), key=lambda one: -one.audit_id):
        if as_json:
            print_json(row_record(entry))
            continue
        what = entry.action.value.removeprefix("note_")
        said = f"{shown_time(entry.happened_at)}  {what} by {entry.details.get('by', entry.actor.name)}: "
        console.print(printable(said + str(entry.details.get("findings", ""))), markup=False, highlight=False)
    if found.rhythm is not None:
        errors.print(f"the next audit is due by {found.rhythm.due_at:%Y-%m-%d}", markup=False)
