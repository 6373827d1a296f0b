"""`platewatch hotlist diff, find, history`: what changed between versions, and what became of single entries."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table
from rich.text import Text

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
from cli.hotlist.report import entry_record, print_entries
from cli.hotlist.withdraw import parse_entry_id, parse_state
from cli.terminal.times import shown_time
from operations.hotlists.comparing import ListDifference, view_difference
from operations.hotlists.history import EntryPast, find_entries, view_history
from operations.hotlists.withdrawing import WantedEntries
from policy.decisions import open_policy
from schemas.events import utc


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("diff", epilog="Example: platewatch hotlist diff ncic 41 43")(diff)
    app.command("find", epilog="Example: platewatch hotlist find --plate ABC1234 --state VA")(find)
    app.command("history", epilog="Example: platewatch hotlist history 5e0c6a3e-...")(history)


def diff(
    name: Annotated[str, typer.Argument(help="Name of the list.", show_default=False)],
    earlier: Annotated[
        int | None, typer.Argument(help="A version; default: the one before the other.", show_default=False)
    ] = None,
    later: Annotated[int | None, typer.Argument(help="Another one; default: the newest.", show_default=False)] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="Most entries to show.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show what two versions of a list differ in, entry by entry."""
    settings = command_settings(config, data_dir)
    with command_database(settings) as database:
        found = view_difference(command_actor(settings), database, name, earlier, later, limit)
    if as_json:
        policy = open_policy(settings)
        for one in found.changes:
            before, after = (
                None if entry is None else entry_record(entry, policy) for entry in (one.before, one.after)
            )
            print_json({"change": one.change, "before": before, "after": after})
    else:
        _print_difference(found)


def _print_difference(found: ListDifference) -> None:
    table = Table("change", "plate", "state", "category", "case", "what is otherwise")
    for one in found.changes:
        if one.entry is None:
            continue
        entry = one.entry
        case = entry.case_number or entry.source_entry_id or ""
        fields = "; ".join(f"{name}: {old or 'nothing'} -> {new or 'nothing'}" for name, old, new in one.fields)
        cells = (one.change, entry.plate, entry.jurisdiction or "", entry.category.value, case, fields)
        table.add_row(*map(Text, cells))
    console.print(table if found.changes else "both have the same entries")
    missing = f"; {found.missing} entries are not kept any more" if found.missing else ""
    console.print(
        f"version {found.earlier} to {found.later}: {found.added} added, {found.removed} removed, {found.changed} "
        f"changed{missing}",
        highlight=False,
    )


def find(
    plate: Annotated[str | None, typer.Option("--plate", "-p", help="The listed plate.", show_default=False)] = None,
    state: Annotated[
        str | None,
        typer.Option("--state", help="Only of this state.", parser=parse_state, metavar="VA", show_default=False),
    ] = None,
    nic: Annotated[
        str | None, typer.Option("--nic", help="The source's own id of the entry (NCIC: NIC).", show_default=False)
    ] = None,
    list_name: Annotated[str | None, typer.Option("--list", help="Only on this list.", show_default=False)] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Find entries on all active lists, and those that were withdrawn."""
    settings = command_settings(config, data_dir)
    with command_database(settings) as database:
        wanted = WantedEntries(plate, state, list_name, nic)
        found = find_entries(command_actor(settings), database, wanted)
    policy = open_policy(settings)
    if as_json:
        for entries, is_withdrawn in ((found.active, False), (found.withdrawn, True)):
            for entry in entries:
                print_json({**entry_record(entry, policy), "withdrawn": is_withdrawn})
        return
    if not found.active and not found.withdrawn:
        console.print("no active list has it, and none was withdrawn")
    for words, entries in (("in force", found.active), ("withdrawn by a person", found.withdrawn)):
        if entries:
            console.print(words)
            print_entries(list(entries), policy)
            for entry in entries:
                console.print(f"entry {entry.entry_id} of list '{entry.hotlist_id}'", markup=False, highlight=False)


def history(
    entry: Annotated[
        UUID, typer.Argument(help="The entry's id.", parser=parse_entry_id, metavar="UUID", show_default=False)
    ],
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show everything that became of one entry, as far as it is kept."""
    settings = command_settings(config, data_dir)
    with command_database(settings) as database:
        past = view_history(command_actor(settings), database, entry)
    if as_json:
        policy = open_policy(settings)
        for one in past.states:
            print_json(
                {
                    "since_version": one.since_version,
                    "last_version": one.last_version,
                    "begun_at": utc(one.begun_at),
                    "ended_at": utc(one.ended_at) if one.ended_at else None,
                    "kind": one.kind,
                    "made_by": one.made_by,
                    "reason": one.reason,
                    "ended_by": one.ended_by,
                    "ended_reason": one.ended_reason,
                    "entry": entry_record(one.entry, policy),
                }
            )
    else:
        _print_past(past)


def _print_past(past: EntryPast) -> None:
    table = Table("from", "to", "brought by", "ended by", "category", "until")
    for one in past.states:
        to = "now" if one.last_version is None else f"version {one.last_version}"
        ended = " ".join(part for part in (one.ended_kind, one.ended_by, one.ended_reason) if part)
        brought = " ".join(part for part in (one.kind, one.made_by, one.reason, one.file_name) if part)
        cells = (
            f"version {one.since_version}, {shown_time(one.begun_at)}",
            to,
            brought,
            "" if one.last_version is None else ended,
            one.entry.category.value,
            shown_time(one.entry.valid_until) if one.entry.valid_until else "",
        )
        table.add_row(*map(Text, cells))
    console.print(table)
    if past.withdrawal is not None:
        line = f"withdrawn by {past.withdrawal.withdrawn_by}: {past.withdrawal.reason}"
        console.print(line, markup=False, highlight=False)
