"""`platewatch hotlist import`: a file becomes the active version of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from cli.common import (
    ConfigOption,
    DataDirOption,
    JsonOption,
    command_actor,
    command_database,
    command_settings,
    errors,
    print_json,
)
from cli.hotlist.report import print_report, report_record
from hotlists.importing.importer import ImportOptions, ImportReport, survey_file
from hotlists.layouts.mapped import mapped_parser
from hotlists.layouts.mapping import load_mapping
from hotlists.layouts.registry import PARSERS
from operations.hotlists import importing
from policy.decisions import open_policy
from schemas.jurisdictions import parse_jurisdiction
from schemas.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import", epilog="Example: platewatch hotlist import --source ncic VEHEXTRT.txt")(import_list)


def _layout(value: str) -> str:
    if value not in PARSERS:
        raise typer.BadParameter(f"'{value}' is no layout; use one of {', '.join(PARSERS)}")
    return value


def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise typer.BadParameter(f"'{value}' is no ISO 8601 time; write it like 2026-01-31T06:00:00Z") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _state(value: str) -> str:
    jurisdiction = parse_jurisdiction(value)
    if jurisdiction is None:
        raise typer.BadParameter(f"'{value}' is no state; write it like VA or US-VA")
    return jurisdiction


def _reason(value: str) -> str:
    if not value.strip():
        raise typer.BadParameter("say why the version may become active; the reason is kept with it")
    return value.strip()


SourceOption = Annotated[
    str, typer.Option("--source", "-s", help=f"Layout: {', '.join(PARSERS)}.", parser=_layout, show_default=False)
]
NameOption = Annotated[
    str | None,
    typer.Option(
        "--name",
        help="Name of the list; default: its layout, for csv the file's name, for ca-clew its table.",
        show_default=False,
    ),
]
ForceOption = Annotated[
    str | None,
    typer.Option(
        "--force",
        help="Why a version that would be held becomes active all the same.",
        parser=_reason,
        metavar="REASON",
        show_default=False,
    ),
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        help="Date of the content; default: the file's header, then its modification time.",
        parser=_moment,
        metavar="ISO",
        show_default=False,
    ),
]
StateOption = Annotated[
    str | None,
    typer.Option("--state", help="State of rows that give none.", parser=_state, metavar="VA", show_default=False),
]
MappingOption = Annotated[
    Path | None,
    typer.Option("--mapping", help="TOML file that says which column is what (csv only).", show_default=False),
]


def import_list(
    file: Annotated[Path, typer.Argument(help="The list's file.", show_default=False)],
    source: SourceOption,
    name: NameOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read and report; change nothing.")] = False,
    force: ForceOption = None,
    as_of: AsOfOption = None,
    state: StateOption = None,
    mapping: MappingOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Read a list and make it active, as a whole or not at all.

    Rows that cannot be used are reported with line, column and reason, and kept with the version. A version that is cut
    off, older than the active one, or of quite another size is held: look at it, then import it with --force.
    """
    if mapping is not None and source != "csv":
        raise typer.BadParameter("a mapping belongs to --source csv", param_hint="--mapping")
    settings = command_settings(config, data_dir)
    options = ImportOptions(
        hotlist_id=name,
        as_of=as_of,
        default_state=state,
        parser=None if mapping is None else mapped_parser(load_mapping(mapping)),
        force=force,
        settings=settings.hotlists,
    )

    policy = open_policy(settings)
    report, canceled = _survey(file, source, options) if dry_run else _import(file, source, options, settings)
    if as_json:
        print_json(report_record(report, policy, canceled))
    else:
        print_report(report, policy, canceled)


def _survey(file: Path, source: str, options: ImportOptions) -> tuple[ImportReport, int]:
    with _progress_bar(file.name) as advance:
        return survey_file(file, source, options, on_progress=advance), 0


def _import(file: Path, source: str, options: ImportOptions, settings: Settings) -> tuple[ImportReport, int]:
    """Import, and take back the open alerts of entries that are gone; return the report and how many."""
    with command_database(settings, create=True) as database, _progress_bar(file.name) as advance:
        actor = command_actor(settings)
        done = importing.import_list(actor, database, settings, file, source, options, on_progress=advance)
    return done.report, done.canceled


@contextmanager
def _progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error while a long file is read; it is gone afterwards."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task(what, total=None, visible=False)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total, visible=True)

        yield advance
