"""`platewatch hotlist`: import, list, show and remove hotlists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from cli.common import ConfigOption, DataDirOption, JsonOption, command_settings, console, errors, print_json
from cli.hotlist_report import (
    entry_record,
    print_entries,
    print_rejects,
    print_report,
    print_summaries,
    reject_record,
    report_record,
    summary_record,
)
from hotlists.importer import ImportReport, import_file
from hotlists.jurisdictions import parse_jurisdiction
from hotlists.sources import PARSERS
from schemas.errors import InvalidInput
from storage.database import open_database
from storage.hotlists import HotlistStore, HotlistSummary

app = typer.Typer(no_args_is_help=True, help="Import hotlists and see what is active.", rich_markup_mode="rich")


def register(parent: typer.Typer) -> None:
    """Add the command group."""
    parent.add_typer(app, name="hotlist")


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


@app.command("import", epilog="Example: platewatch hotlist import --source ncic VEHEXTRT.txt")
def import_list(
    file: Annotated[Path, typer.Argument(help="The list's file.", show_default=False)],
    source: Annotated[
        str, typer.Option("--source", "-s", help=f"Layout: {', '.join(PARSERS)}.", parser=_layout, show_default=False)
    ],
    name: Annotated[
        str | None,
        typer.Option(
            "--name", help="Name of the list; default: its layout, for csv the file's name.", show_default=False
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read and report; change nothing.")] = False,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            help="Date of the content; default: the file's header, then its modification time.",
            parser=_moment,
            metavar="ISO",
            show_default=False,
        ),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option("--state", help="State of rows that give none.", parser=_state, metavar="VA", show_default=False),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Read a list and make it active, as a whole or not at all.

    Rows that cannot be used are reported with line, column and reason, and kept with the list.
    """
    settings = command_settings(config, data_dir)

    def run(store: HotlistStore | None) -> ImportReport:
        with _progress_bar(file.name) as advance:
            return import_file(
                store,
                file,
                source,
                hotlist_id=name,
                dry_run=dry_run,
                as_of=as_of,
                default_state=state,
                on_progress=advance,
            )

    if dry_run:
        report = run(None)
    else:
        with open_database(settings) as database:
            report = run(HotlistStore(database))
    if as_json:
        print_json(report_record(report))
    else:
        print_report(report)


@contextmanager
def _progress_bar(what: str) -> Iterator[Any]:
    """Show a bar on standard error while a long file is read; it is gone afterwards."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task(what, total=None, visible=False)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total, visible=True)

        yield advance


@app.command("list", epilog="Example: platewatch hotlist list")
def list_lists(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Show the active lists and how old their content is."""
    with open_database(command_settings(config, data_dir)) as database:
        summaries = HotlistStore(database).lists()
    now = datetime.now(UTC)
    if as_json:
        for summary in summaries:
            print_json(summary_record(summary, now))
        return
    print_summaries(summaries, now)


@app.command("show", epilog="Example: platewatch hotlist show ncic --limit 20")
def show(
    name: Annotated[str, typer.Argument(help="Name of the list.", show_default=False)],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most rows to show.")] = 50,
    rejects: Annotated[bool, typer.Option("--rejects", help="Show the rows that could not be used.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show a list's entries, or its rejected rows."""
    with open_database(command_settings(config, data_dir)) as database:
        store = HotlistStore(database)
        _require(store, name)
        found = store.rejects(name)[:limit] if rejects else []
        entries = [] if rejects else store.entries_of(name, limit)
    if as_json:
        for row in found:
            print_json(reject_record(row))
        for entry in entries:
            print_json(entry_record(entry))
    elif rejects:
        print_rejects(found)
    else:
        print_entries(entries)


def _require(store: HotlistStore, name: str) -> HotlistSummary:
    lists = {summary.hotlist_id: summary for summary in store.lists()}
    if name not in lists:
        known = ", ".join(lists) or "none"
        raise InvalidInput(f"no active list is named '{name}' (active: {known})")
    return lists[name]


@app.command("remove", epilog="Example: platewatch hotlist remove region --yes")
def remove(
    name: Annotated[str, typer.Argument(help="Name of the list.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Take a list out of force: none of its entries matches any more."""
    with open_database(command_settings(config, data_dir)) as database:
        store = HotlistStore(database)
        summary = _require(store, name)
        if not yes:
            typer.confirm(f"Remove the list '{name}' with {summary.entries} entries?", abort=True, err=True)
        store.remove(name)
    if as_json:
        print_json({"hotlist": name, "removed": summary.entries})
    else:
        console.print(f"list '{name}' is no longer active ({summary.entries} entries)")
