"""`platewatch hotlist withdraw`: take single entries out of force at once, whatever their list's next file says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NoReturn
from uuid import UUID

import typer

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
from cli.hotlist.report import entry_record, print_entries
from operations.hotlists.withdrawing import (
    WantedEntries,
    Withdrawal,
    fitting_entries,
    note_entries_shown,
    restore_entries,
    withdraw_entries,
)
from policy.decisions import open_policy
from schemas.errors import InvalidInput
from schemas.jurisdictions import parse_jurisdiction
from schemas.settings import Settings
from schemas.types import HotlistEntry

if TYPE_CHECKING:
    from storage.hotlists.edits import RestoreOutcome

EXAMPLE = """
Examples:

  platewatch hotlist withdraw --plate ABC123 --state VA --list ncic --reason 'recovered, case 26-0099'

  platewatch hotlist withdraw --nic V123456789 --reason 'recovered' --yes

  platewatch hotlist withdraw --restore --nic V123456789 --reason 'withdrawn by mistake'
"""


def register(app: typer.Typer) -> None:
    """Add the command to the group of hotlist commands."""
    app.command("withdraw", epilog=EXAMPLE)(withdraw)


def parse_state(value: str) -> str:
    """Return a state that somebody types.

    Raises:
        typer.BadParameter: It is none.
    """
    jurisdiction = parse_jurisdiction(value)
    if jurisdiction is None:
        raise typer.BadParameter(f"'{value}' is no state; write it like VA or US-VA")
    return jurisdiction


def parse_entry_id(value: str) -> UUID:
    """Return an entry's id that somebody types.

    Raises:
        typer.BadParameter: It is none.
    """
    try:
        return UUID(value)
    except ValueError as error:
        raise typer.BadParameter(f"'{value}' is no entry id; see platewatch hotlist show --json") from error


def _reason(value: str) -> str:
    if not value.strip():
        raise typer.BadParameter("say why; the reason is kept with the entry and goes to whoever got its alerts")
    return value.strip()


def withdraw(
    reason: Annotated[
        str, typer.Option("--reason", help="Why; goes out with canceled alerts.", parser=_reason, show_default=False)
    ],
    plate: Annotated[str | None, typer.Option("--plate", "-p", help="The listed plate.", show_default=False)] = None,
    state: Annotated[
        str | None,
        typer.Option("--state", help="Only of this state.", parser=parse_state, metavar="VA", show_default=False),
    ] = None,
    list_name: Annotated[str | None, typer.Option("--list", help="Only on this list.", show_default=False)] = None,
    nic: Annotated[
        str | None, typer.Option("--nic", help="The source's own id of the entry (NCIC: NIC).", show_default=False)
    ] = None,
    entry: Annotated[
        UUID | None,
        typer.Option("--entry", help="The entry's id.", parser=parse_entry_id, metavar="UUID", show_default=False),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All entries that fit, where there are several.")] = False,
    restore: Annotated[bool, typer.Option("--restore", help="Bring withdrawn entries back instead.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Take single entries of any list out of force: they stop matching within a second, and their alerts are canceled.

    The next file of their list does not bring them back, even where their rows have changed; --restore does.
    """
    if plate is None and nic is None and entry is None:
        raise typer.BadParameter("say which entry: give --plate, --nic or --entry")
    settings = command_settings(config, data_dir)
    actor = command_actor(settings)
    wanted = WantedEntries(plate, state, list_name, nic, entry, withdrawn=restore)
    with command_database(settings) as database:
        found = fitting_entries(database, wanted)
        if not found or (len(found) > 1 and not every):
            note_entries_shown(actor, database, wanted, found)
            _refuse(found, settings, restore=restore, as_json=as_json)
        if not yes:
            if not as_json:
                note_entries_shown(actor, database, wanted, found)
                print_entries(found, open_policy(settings))
            typer.confirm(f"{'Restore' if restore else 'Withdraw'} {_entries_text(len(found))}?", abort=True, err=True)
        ids = [one.entry_id for one in found]
        if restore:
            _report_restored(restore_entries(actor, database, wanted, ids, reason), found, as_json=as_json)
        else:
            _report_withdrawn(withdraw_entries(actor, database, settings, wanted, ids, reason), found, as_json=as_json)


def _refuse(found: Sequence[HotlistEntry], settings: Settings, *, restore: bool, as_json: bool) -> NoReturn:
    if not found:
        raise InvalidInput(f"no {'withdrawn' if restore else 'active'} entry fits; see platewatch hotlist show")
    policy = open_policy(settings)
    if as_json:
        for one in found:
            print_json(entry_record(one, policy))
    else:
        print_entries(list(found), policy)
        for one in found:
            console.print(f"entry {one.entry_id} of list '{one.hotlist_id}'", markup=False, highlight=False)
    raise InvalidInput(f"{len(found)} entries fit; narrow it by --state, --list, --nic or --entry, or give --all")


def _report_withdrawn(done: Withdrawal, found: Sequence[HotlistEntry], *, as_json: bool) -> None:
    if as_json:
        ids = [str(one.entry_id) for one in found]
        print_json({"withdrawn": done.entries, "entries": ids, "canceled_alerts": done.canceled})
        return
    lists = ", ".join(sorted({one.hotlist_id for one in found}))
    alerts = "1 alert was" if done.canceled == 1 else f"{done.canceled} alerts were"
    line = f"{_entries_text(done.entries)} of {lists} withdrawn; {alerts} canceled"
    console.print(line, highlight=False, markup=False)


def _report_restored(outcome: RestoreOutcome, found: Sequence[HotlistEntry], *, as_json: bool) -> None:
    if as_json:
        ids = [str(one.entry_id) for one in found]
        print_json({"restored": outcome.lifted, "active": outcome.active, "entries": ids})
        return
    console.print(f"{_entries_text(outcome.active)} active again", highlight=False)
    waiting = outcome.lifted - outcome.active
    if waiting:
        errors.print(
            f"{_entries_text(waiting)}: a file was imported since the withdrawal, so the list's next file that holds "
            "them brings them back",
            style="yellow",
        )


def _entries_text(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
