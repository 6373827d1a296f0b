"""`platewatch quarantine`: messages that could not be understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

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
    errors,
    print_json,
)
from cli.terminal.times import shown_time
from schemas.errors import InvalidInput
from schemas.events import utc
from schemas.printable import printable

if TYPE_CHECKING:
    from storage.quarantine.quarantine import QuarantinedMessage

quarantine = typer.Typer(help="Messages of other vendors' readers that could not be understood.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The message's number.")]


def register(parent: typer.Typer) -> None:
    """Add the command."""
    parent.add_typer(quarantine, name="quarantine")


@quarantine.command("list", epilog="Example: platewatch quarantine list --source gate")
def list_messages(
    source: Annotated[str | None, typer.Option("--source", help="Those of one source.", show_default=False)] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most messages to show.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List the newest messages that could not be understood, each with what was missing."""
    settings = command_settings(config, data_dir)
    from operations.quarantine import list_quarantine

    with command_database(settings) as database:
        found = list_quarantine(command_actor(settings), database, limit, source)
    if as_json:
        for one in found:
            print_json(_record(one))
    elif found:
        console.print(_table(found))
    else:
        errors.print("nothing is quarantined", markup=False)


@quarantine.command("show", epilog="Example: platewatch quarantine show 17")
def show(
    number: Number, as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None
) -> None:
    """Show one message as it came. It may hold plates, so that the look is written to the audit."""
    settings = command_settings(config, data_dir)
    from operations.quarantine import show_quarantined

    with command_database(settings) as database:
        one = show_quarantined(command_actor(settings), database, number)
    text = bytes(one.body).decode("utf-8", "backslashreplace")
    if as_json:
        print_json(_record(one) | {"path": one.path, "headers": dict(one.headers), "body": text})
        return
    errors.print(
        f"{one.source_id} ({one.vendor}), {shown_time(one.received_at)}: {printable(one.reason)}", markup=False
    )
    errors.print(f"content type: {printable(one.content_type) or 'none'}; {len(one.body)} bytes", markup=False)
    console.print(printable(text, lines=True), markup=False, highlight=False, soft_wrap=True)


@quarantine.command("retry", epilog="Example: platewatch quarantine retry --all")
def retry(
    number: Annotated[int | None, typer.Argument(metavar="[NUMBER]", help="The message.", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Try messages again, as after an update or a correction of the configuration; the run does it within seconds."""
    if (number is None) != every:
        raise InvalidInput("give the number of one message, or --all")
    settings = command_settings(config, data_dir)
    from operations.quarantine import retry_quarantined

    with command_database(settings) as database:
        count = retry_quarantined(command_actor(settings), database, number)
    what = "message is" if count == 1 else "messages are"
    errors.print(f"{count} {what} tried again by the run that goes on, or by the next one", markup=False)


@quarantine.command("discard", epilog="Example: platewatch quarantine discard 17 --reason 'test of the installer'")
def discard(
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help="Why it is not needed; kept in the audit.")],
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Delete one message for good."""
    settings = command_settings(config, data_dir)
    from operations.quarantine import discard_quarantined

    with command_database(settings) as database:
        discard_quarantined(command_actor(settings), database, number, reason)
    errors.print(f"message {number} was deleted", markup=False)


def _record(one: QuarantinedMessage) -> dict[str, Any]:
    return {
        "message_number": one.message_number,
        "source": one.source_id,
        "vendor": one.vendor,
        "received_at": utc(one.received_at),
        "quarantined_at": utc(one.quarantined_at),
        "reason": one.reason,
        "content_type": one.content_type,
        "bytes": len(one.body),
        "retry_asked_at": None if one.retry_asked_at is None else utc(one.retry_asked_at),
    }


def _table(found: list[QuarantinedMessage]) -> Table:
    table = Table(expand=True, box=None, pad_edge=False, padding=(0, 1))
    table.add_column("No.", no_wrap=True)
    table.add_column("Received", width=25, no_wrap=True)
    table.add_column("Source", ratio=1, overflow="fold")
    table.add_column("Why", ratio=4, overflow="fold")
    table.add_column("Bytes", justify="right")
    for one in found:
        table.add_row(
            str(one.message_number),
            shown_time(one.received_at),
            Text(one.source_id),
            Text(printable(one.reason)),
            str(len(one.body)),
        )
    return table
