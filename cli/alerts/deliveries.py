"""`platewatch deliveries`: what rules sent, and what they could not."""

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
    from storage.alerts.deliveries import Delivery
    from storage.alerts.outbox import DeadLetter

deliveries = typer.Typer(help="What rules sent, and what they could not send.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the command."""
    parent.add_typer(deliveries, name="deliveries")


@deliveries.command("list", epilog="Example: platewatch deliveries list --dead")
def list_deliveries(
    dead: Annotated[bool, typer.Option("--dead", help="Only those that were given up.")] = False,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those that wait.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most deliveries to show.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List the newest deliveries, each with what became of it and why."""
    if dead and waiting:
        raise InvalidInput("--dead and --waiting are two different things; give one")
    settings = command_settings(config, data_dir)
    from operations.deliveries import DeliveryState, view_deliveries

    state = DeliveryState.DEAD if dead else DeliveryState.WAITING if waiting else None
    with command_database(settings) as database:
        found = view_deliveries(command_actor(settings), database, limit, state)
    if as_json:
        for one in found:
            print_json(_record(one))
    elif found:
        console.print(_table(found))
    else:
        errors.print("no deliveries", markup=False)


@deliveries.command("retry", epilog="Example: platewatch deliveries retry --all")
def retry(
    number: Annotated[int | None, typer.Argument(metavar="[NUMBER]", help="The delivery.", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Try again what was given up, as after a correction of the configuration; the run does it within seconds."""
    if (number is None) != every:
        raise InvalidInput("give the number of one delivery, or --all")
    settings = command_settings(config, data_dir)
    from operations.deliveries import retry_deliveries

    with command_database(settings) as database:
        count = retry_deliveries(command_actor(settings), database, number)
    what = "delivery is" if count == 1 else "deliveries are"
    errors.print(f"{count} {what} tried again by the run that goes on, or by the next one", markup=False)


@deliveries.command("refused", epilog="Example: platewatch deliveries refused --retry-all")
def refused(
    retry_number: Annotated[
        int | None, typer.Option("--retry", metavar="NUMBER", help="Publish this one again.", show_default=False)
    ] = None,
    retry_all: Annotated[bool, typer.Option("--retry-all", help="Publish all of them again.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List what Kafka refused for good, each with the reason, or have it published again."""
    if retry_number is not None and retry_all:
        raise InvalidInput("--retry names one message and --retry-all means all; give one of them")
    settings = command_settings(config, data_dir)
    from operations.deliveries import retry_refused_messages, view_refused_messages

    with command_database(settings) as database:
        if retry_number is not None or retry_all:
            count = retry_refused_messages(command_actor(settings), database, retry_number)
            what = "message is" if count == 1 else "messages are"
            errors.print(f"{count} {what} published again by the run that goes on, or by the next one", markup=False)
            return
        found = view_refused_messages(command_actor(settings), database)
    if as_json:
        for one in found:
            print_json(_letter(one))
    elif found:
        console.print(_letters(found))
    else:
        errors.print("kafka refused nothing", markup=False)


def _letter(one: DeadLetter) -> dict[str, Any]:
    return {
        "number": one.row.outbox_id,
        "topic": one.row.topic,
        "message_id": str(one.row.alert_id),
        "bytes": len(one.row.payload),
        "reason": one.reason,
        "failed_at": utc(one.failed_at),
    }


def _letters(found: list[DeadLetter]) -> Table:
    table = Table(expand=True, box=None, pad_edge=False, padding=(0, 1))
    table.add_column("No.", no_wrap=True)
    table.add_column("Refused", width=25, no_wrap=True)
    table.add_column("Topic", ratio=3, overflow="fold")
    table.add_column("Why", ratio=5, overflow="fold")
    for one in found:
        table.add_row(
            str(one.row.outbox_id), shown_time(one.failed_at), Text(one.row.topic), Text(printable(one.reason))
        )
    return table


def _record(one: Delivery) -> dict[str, Any]:
    return {
        "delivery_number": one.delivery_number,
        "delivery_id": str(one.delivery_id),
        "rule": one.rule,
        "unit": one.unit or None,
        "channel": one.channel,
        "alert_number": one.alert_number,
        "alert_id": str(one.alert_id),
        "state": one.state,
        "reason": one.reason,
        "attempts": one.attempts,
        "planned_at": utc(one.planned_at),
        "due_at": utc(one.due_at),
        "settled_at": None if one.settled_at is None else utc(one.settled_at),
    }


def _table(found: list[Delivery]) -> Table:
    table = Table(expand=True, box=None, pad_edge=False, padding=(0, 1))
    table.add_column("No.", no_wrap=True)
    table.add_column("Alert", no_wrap=True)
    table.add_column("Planned", width=25, no_wrap=True)
    for name, ratio in (("Rule", 2), ("Channel", 2), ("State", 5)):
        table.add_column(name, ratio=ratio, overflow="fold")
    for one in found:
        table.add_row(
            str(one.delivery_number),
            str(one.alert_number or ""),
            shown_time(one.planned_at),
            Text(one.rule),
            Text(one.channel),
            Text(printable(_state(one))),
        )
    return table


def _state(one: Delivery) -> str:
    words = one.state.replace("_", " ")
    if one.state == "waiting":
        words += f" until {shown_time(one.due_at)}"
    if one.attempts:
        words += f", {one.attempts} attempts"
    return f"{words}: {one.reason}" if one.reason else words
