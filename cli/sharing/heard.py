"""`platewatch agreements heard`: what other agencies said of alerts on entries that they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.table import Table

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
from cli.terminal.tables import add_cells, plain_table
from cli.terminal.times import shown_time
from schemas.errors import InvalidInput
from schemas.events import utc
from schemas.printable import printable

if TYPE_CHECKING:
    from operations.sharing.said import ForeignDisposition, RefusedDisposition


def _entry_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise typer.BadParameter(f"'{text}' is no entry's id; see platewatch hotlist show NAME --json") from error


def heard(
    agreement_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Only under this agreement.", show_default=False)
    ] = None,
    list_name: Annotated[
        str | None, typer.Option("--list", help="Only this list's entries.", show_default=False)
    ] = None,
    entry: Annotated[
        UUID | None,
        typer.Option("--entry", help="Only this entry.", parser=_entry_id, metavar="UUID", show_default=False),
    ] = None,
    refused: Annotated[bool, typer.Option("--refused", help="What was not taken in, with the reasons.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most rows to show.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show what other agencies said of their alerts on entries that we gave them, newest first.

    Example:
        platewatch agreements heard suffolk
    """
    if refused and (list_name is not None or entry is not None):
        raise InvalidInput("what was refused belongs to no list or entry; leave --list and --entry out")
    settings = command_settings(config, data_dir)
    from operations.sharing.said import view_heard

    with command_database(settings) as database:
        found = view_heard(
            command_actor(settings), database, limit, agreement_id=agreement_id, hotlist_id=list_name, entry_id=entry
        )
    if as_json:
        for record in map(refusal_record, found.refused) if refused else map(heard_record, found.dispositions):
            print_json(record)
        return
    if refused and found.refused:
        console.print(_refusals(found.refused))
    elif not refused and found.dispositions:
        console.print(_table(found.dispositions))
    else:
        errors.print("nothing was refused" if refused else "no other agency said anything", markup=False)
    if found.refused and not refused:
        errors.print(f"{len(found.refused)} messages were not taken in; see --refused", style="yellow", markup=False)


def heard_words(said: ForeignDisposition) -> str:
    """Return who said what of an alert and when, in a line for people."""
    return printable(f"{said.member_name}: {said.words} ({said.person}, {shown_time(said.said_at)})")


def heard_record(said: ForeignDisposition) -> dict[str, Any]:
    """Return what was said, for programs."""
    return {
        "agency": {"id": said.member_id, "name": said.member_name},
        "agreement": said.agreement_id,
        "version": said.version,
        "hotlist": said.hotlist_id,
        "entry_id": str(said.entry_id),
        "alert_id": str(said.alert_id),
        "number": said.number,
        "kind": said.kind,
        "at": utc(said.said_at),
        "by": said.person,
        "standing": said.standing,
        "rejection": said.rejection,
        "outcome": said.outcome,
        "record_answer": said.record_answer,
        "canceled": said.is_canceled,
        "words": said.words,
        "received_at": utc(said.received_at),
    }


def refusal_record(one: RefusedDisposition) -> dict[str, Any]:
    """Return a message that was not taken in, for programs."""
    return {
        "number": one.refusal_number,
        "agency": {"id": one.member_id, "name": one.member_name},
        "agreement": one.agreement_id,
        "topic": one.topic,
        "received_at": utc(one.received_at),
        "reason": one.reason,
        "times": one.times,
        "body": one.body.decode("utf-8", "backslashreplace"),
    }


def _table(found: list[ForeignDisposition]) -> Table:
    table = plain_table("Said", "Agency", "Who", "What", "List", "Entry", "Agreement")
    for one in found:
        said = one.kind.replace("_", " ")
        words = f"{said}; {one.words}" if said not in one.words else one.words
        where = (one.hotlist_id, str(one.entry_id), f"{one.agreement_id}, version {one.version}")
        add_cells(table, shown_time(one.said_at), one.member_name, one.person, words, *where)
    return table


def _refusals(found: list[RefusedDisposition]) -> Table:
    table = plain_table("Number", "Came", "Agency", "Agreement", "Why not", "Times")
    for one in found:
        who = (one.member_name, one.agreement_id)
        add_cells(table, str(one.refusal_number), shown_time(one.received_at), *who, one.reason, str(one.times))
    return table
