"""`platewatch hotlist withdraw`: take single entries out of force at once, whatever their list's next file says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import typer

from cli.common import ConfigOption, DataDirOption, JsonOption, command_settings, console, errors, print_json
from cli.hotlist.report import entry_record, print_entries
from pipeline.cancellations import cancel_stale_alerts
from policy.decisions import open_policy
from schemas.errors import InvalidInput
from schemas.jurisdictions import parse_jurisdiction
from schemas.settings import Settings
from schemas.types import HotlistEntry
from storage.database import Database, open_database
from storage.hotlists.edits import HotlistEdits
from storage.reads.search import system_user

EXAMPLE = """
Examples:

  platewatch hotlist withdraw --plate ABC123 --state VA --list ncic --reason 'recovered, case 26-0099'

  platewatch hotlist withdraw --nic V123456789 --reason 'recovered' --yes

  platewatch hotlist withdraw --restore --nic V123456789 --reason 'withdrawn by mistake'
"""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which entries a person means; what is not given does not matter."""

    plate: str | None
    state: str | None
    list_name: str | None
    nic: str | None
    entry: UUID | None

    def find(self, edits: HotlistEdits, *, withdrawn: bool) -> list[HotlistEntry]:
        found = edits.find(
            plate=self.plate,
            source_entry_id=self.nic,
            hotlist_id=self.list_name,
            entry_id=self.entry,
            withdrawn=withdrawn,
        )
        return [entry for entry in found if self.state is None or entry.jurisdiction == self.state]


def register(app: typer.Typer) -> None:
    """Add the command to the group of hotlist commands."""
    app.command("withdraw", epilog=EXAMPLE)(withdraw)


def _state(value: str) -> str:
    jurisdiction = parse_jurisdiction(value)
    if jurisdiction is None:
        raise typer.BadParameter(f"'{value}' is no state; write it like VA or US-VA")
    return jurisdiction


def _entry_id(value: str) -> UUID:
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
        typer.Option("--state", help="Only of this state.", parser=_state, metavar="VA", show_default=False),
    ] = None,
    list_name: Annotated[str | None, typer.Option("--list", help="Only on this list.", show_default=False)] = None,
    nic: Annotated[
        str | None, typer.Option("--nic", help="The source's own id of the entry (NCIC: NIC).", show_default=False)
    ] = None,
    entry: Annotated[
        UUID | None,
        typer.Option("--entry", help="The entry's id.", parser=_entry_id, metavar="UUID", show_default=False),
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
    wanted = _Wanted(plate, state, list_name, nic, entry)
    with open_database(settings) as database:
        edits = HotlistEdits(database)
        found = wanted.find(edits, withdrawn=restore)
        _check(found, settings, every=every, restore=restore, as_json=as_json)
        if not yes:
            if not as_json:
                print_entries(found, open_policy(settings))
            typer.confirm(f"{'Restore' if restore else 'Withdraw'} {_entries_text(len(found))}?", abort=True, err=True)
        if restore:
            _restore(edits, found, reason, as_json=as_json)
        else:
            _withdraw(database, settings, found, reason, as_json=as_json)


def _check(found: Sequence[HotlistEntry], settings: Settings, *, every: bool, restore: bool, as_json: bool) -> None:
    if not found:
        raise InvalidInput(f"no {'withdrawn' if restore else 'active'} entry fits; see platewatch hotlist show")
    if len(found) == 1 or every:
        return
    policy = open_policy(settings)
    if as_json:
        for one in found:
            print_json(entry_record(one, policy))
    else:
        print_entries(list(found), policy)
        for one in found:
            console.print(f"entry {one.entry_id} of list '{one.hotlist_id}'", markup=False, highlight=False)
    raise InvalidInput(f"{len(found)} entries fit; narrow it by --state, --list, --nic or --entry, or give --all")


def _withdraw(
    database: Database, settings: Settings, found: Sequence[HotlistEntry], reason: str, *, as_json: bool
) -> None:
    ids = [one.entry_id for one in found]
    count = HotlistEdits(database).withdraw(ids, by=system_user(), reason=reason)
    canceled = cancel_stale_alerts(database, settings)
    if as_json:
        print_json({"withdrawn": count, "entries": [str(one) for one in ids], "canceled_alerts": canceled})
        return
    lists = ", ".join(sorted({one.hotlist_id for one in found}))
    alerts = "1 alert was" if canceled == 1 else f"{canceled} alerts were"
    console.print(f"{_entries_text(count)} of {lists} withdrawn; {alerts} canceled", highlight=False, markup=False)


def _restore(edits: HotlistEdits, found: Sequence[HotlistEntry], reason: str, *, as_json: bool) -> None:
    ids = [one.entry_id for one in found]
    outcome = edits.restore(ids, by=system_user(), reason=reason)
    if as_json:
        print_json({"restored": outcome.lifted, "active": outcome.active, "entries": [str(one) for one in ids]})
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
