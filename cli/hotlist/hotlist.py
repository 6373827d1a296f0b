"""`platewatch hotlist`: import, list, show and remove hotlists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.common import ConfigOption, DataDirOption, JsonOption, command_settings, console, print_json
from cli.hotlist import add, import_list, pull, versions, withdraw
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
from pipeline.cancellations import cancel_stale_alerts
from policy.decisions import open_policy
from schemas.errors import InvalidInput
from storage.database import open_database
from storage.hotlists.lists import HotlistStore, HotlistSummary
from storage.hotlists.versions import HotlistVersions

app = typer.Typer(no_args_is_help=True, help="Import hotlists and see what is active.", rich_markup_mode="rich")


def register(parent: typer.Typer) -> None:
    """Add the command group."""
    parent.add_typer(app, name="hotlist")


import_list.register(app)
versions.register(app)
add.register(app)
withdraw.register(app)
pull.register(app)


@app.command("list", epilog="Example: platewatch hotlist list")
def list_lists(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Show the active lists and how old their content is."""
    settings = command_settings(config, data_dir)
    # Imported here: the pipeline takes a second to load, and the other commands should not.
    from pipeline.feeds.currency import current_ages

    now = datetime.now(UTC)
    with open_database(settings) as database:
        summaries = HotlistStore(database).lists()
        ages = {age.hotlist_id: age for age in current_ages(database, settings, now)}
    if as_json:
        for summary in summaries:
            print_json(summary_record(summary, ages.get(summary.hotlist_id), now))
        return
    print_summaries(summaries, ages, now)


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
    with open_database(settings) as database:
        store = HotlistStore(database)
        summary = _require(store, name)
        found = store.rejects(summary.version_id)[:limit] if rejects else []
        entries = [] if rejects else store.entries_of(name, limit)
        categories = {} if rejects else store.categories_of(name)
    if as_json:
        for row in found:
            print_json(reject_record(row))
        for entry in entries:
            print_json(entry_record(entry, policy))
    elif rejects:
        print_rejects(found)
    else:
        print_entries(entries, policy)
        print_silent(categories, policy)


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
    """Take a list out of force: none of its entries matches any more, and their open alerts are canceled."""
    settings = command_settings(config, data_dir)
    with open_database(settings) as database:
        store = HotlistStore(database)
        summary = _require(store, name)
        if not yes:
            typer.confirm(f"Remove the list '{name}' with {summary.entries} entries?", abort=True, err=True)
        HotlistVersions(database).remove(name)
        canceled = cancel_stale_alerts(database, settings)
    if as_json:
        print_json({"hotlist": name, "removed": summary.entries, "canceled_alerts": canceled})
    else:
        console.print(f"list '{name}' is no longer active ({summary.entries} entries){canceled_text(canceled)}")
