"""`platewatch hotlist`: import, list, show and remove hotlists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.common import (
    ConfigOption,
    DataDirOption,
    JsonOption,
    command_actor,
    command_database,
    command_settings,
    console,
    print_json,
)
from cli.hotlist import add, held, import_list, looking, pull, versions, withdraw
from cli.hotlist.report import (
    canceled_text,
    entry_record,
    print_entries,
    print_rejects,
    print_silent,
    print_summaries,
    reject_record,
    summary_record,
)
from cli.sharing.heard import heard_record, heard_words
from operations.hotlists.lists import (
    ListEntries,
    active_list,
    remove_list,
    view_entries,
    view_list_rejects,
    view_lists,
)
from policy.decisions import Policy, open_policy
from schemas.types import RejectedRow

app = typer.Typer(no_args_is_help=True, help="Import hotlists and see what is active.", rich_markup_mode="rich")


def register(parent: typer.Typer) -> None:
    """Add the command group."""
    parent.add_typer(app, name="hotlist")


import_list.register(app)
versions.register(app)
looking.register(app)
held.register(app)
add.register(app)
withdraw.register(app)
pull.register(app)


@app.command("list", epilog="Example: platewatch hotlist list")
def list_lists(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Show the active lists and how old their content is."""
    settings = command_settings(config, data_dir)
    now = datetime.now(UTC)
    with command_database(settings) as database:
        found = view_lists(command_actor(settings), database, settings, now)
    if as_json:
        for summary in found.summaries:
            print_json(summary_record(summary, found.ages.get(summary.hotlist_id), now))
        return
    print_summaries(found.summaries, found.ages, now)


@app.command("show", epilog="Example: platewatch hotlist show ncic --limit 20")
def show(
    name: Annotated[str, typer.Argument(help="Name of the list.", show_default=False)],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most rows to show.")] = 50,
    rejects: Annotated[bool, typer.Option("--rejects", help="Show the rows that could not be used.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show a list's entries and which of its categories raise no alert by law, or its rejected rows."""
    settings = command_settings(config, data_dir)
    policy = open_policy(settings)
    actor = command_actor(settings)
    with command_database(settings) as database:
        if rejects:
            _show_rejects(view_list_rejects(actor, database, name, limit), as_json=as_json)
        else:
            _show_entries(view_entries(actor, database, name, limit), policy, as_json=as_json)


def _show_rejects(rows: list[RejectedRow], *, as_json: bool) -> None:
    if as_json:
        for row in rows:
            print_json(reject_record(row))
    else:
        print_rejects(rows)


def _show_entries(found: ListEntries, policy: Policy, *, as_json: bool) -> None:
    if as_json:
        for entry in found.entries:
            elsewhere = [heard_record(said) for said in found.elsewhere.get(entry.entry_id, ())]
            print_json(entry_record(entry, policy) | {"said_elsewhere": elsewhere})
    else:
        print_entries(found.entries, policy)
        _print_elsewhere(found)
        print_silent(found.categories, policy)


def _print_elsewhere(found: ListEntries) -> None:
    """Print what stands of other agencies' alerts on these entries: the newest word of each alert."""
    for entry in found.entries:
        newest = {said.alert_id: said for said in reversed(found.elsewhere.get(entry.entry_id, ()))}
        for said in newest.values():
            console.print(f"{entry.plate}: {heard_words(said)}", markup=False, highlight=False, soft_wrap=True)


@app.command("remove", epilog="Example: platewatch hotlist remove region --yes")
def remove(
    name: Annotated[str, typer.Argument(help="Name of the list.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why; kept in the audit.", show_default=False)] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Take a list out of force: none of its entries matches any more, and their open alerts are canceled."""
    settings = command_settings(config, data_dir)
    with command_database(settings) as database:
        summary = active_list(database, name)
        if not yes:
            typer.confirm(f"Remove the list '{name}' with {summary.entries} entries?", abort=True, err=True)
        canceled = remove_list(command_actor(settings), database, settings, name, reason)
    if as_json:
        print_json({"hotlist": name, "removed": summary.entries, "canceled_alerts": canceled})
    else:
        console.print(f"list '{name}' is no longer active ({summary.entries} entries){canceled_text(canceled)}")
