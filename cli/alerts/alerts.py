"""`platewatch alerts`: the alerts that were raised; what is done with one has commands of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.alerts import held, life
from cli.alerts.card import life_record, standing_words
from cli.alerts.tables import alert_table
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
    refuse_options,
)
from cli.stopping import stop_on_signals
from schemas.events import Alert, AlertType
from schemas.types import Life

if TYPE_CHECKING:
    from storage.alerts.raised import StoredAlert

FOLLOW_SECONDS = 0.5


def register(app: typer.Typer) -> None:
    """Add the command, with those that do something with one alert below it."""
    group = typer.Typer(invoke_without_command=True, no_args_is_help=False)
    group.callback()(alerts)
    life.register(group)
    held.register(group)
    app.add_typer(group, name="alerts")


def alerts(
    context: typer.Context,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new alerts until Ctrl-C.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most alerts to show at first.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show the newest alerts, oldest first, and whether each was published to Kafka.

    State: published, waiting (in the outbox, for Kafka), or refused (a dead letter, with the broker's reason). An alert
    that was updated is shown as its newest update, once; with --follow, later updates come as they are made. An alert
    that was taken back is CANCELED; why stands in the alert that takes it back. Then comes what a person has said of
    it: new, seen, acknowledged, confirmed, rejected or closed, by whom, and how its record check stands.

    Example:
        platewatch alerts --follow
    """
    if context.invoked_subcommand is not None:
        refuse_options(context)
        return
    settings = command_settings(config, data_dir)
    # The database driver takes a while to import: `platewatch --help` need not wait for it.
    from operations.alerts import AlertView
    from operations.life.looking import lives_of

    def show(found: Sequence[StoredAlert], *, header: bool) -> None:
        _show(found, lives=lives_of(database, [stored.payload for stored in found]), as_json=as_json, header=header)

    with stop_on_signals() as stop, command_database(settings) as database:
        view = AlertView(command_actor(settings), database)
        found = view.latest(limit, follow=follow)[::-1]
        show(found, header=True)
        if not found and not as_json:
            errors.print("no alerts yet", markup=False)
        header = not found
        last = max((stored.last_number for stored in found), default=0)
        while follow and not stop.wait(FOLLOW_SECONDS):
            found = view.after(last)
            show(found, header=header)
            if found:
                header, last = False, found[-1].alert_number


def _show(found: Sequence[StoredAlert], *, lives: Sequence[Life], as_json: bool, header: bool) -> None:
    now = datetime.now(UTC)
    if as_json:
        for stored, life in zip(found, lives, strict=True):
            state = {
                "published": stored.published,
                "dead_letter": stored.dead_letter,
                "canceled": stored.canceled,
                "updated": stored.payload.get("type") == AlertType.UPDATE,
                "life": life_record(life, now),
            }
            print_json({"alert_number": stored.alert_number, **state, "alert": stored.payload})
    elif found:
        states = [
            f"{standing_words(life, now, beside_why=True)}; {_state(stored)}"
            for stored, life in zip(found, lives, strict=True)
        ]
        shown = [Alert.model_validate(stored.payload) for stored in found]
        numbers = [stored.alert_number for stored in found]
        console.print(alert_table(shown, header=header, states=states, numbers=numbers))


def _state(stored: StoredAlert) -> str:
    if stored.dead_letter is not None:
        state = f"refused: {stored.dead_letter}"
    else:
        state = "published" if stored.published else "waiting"
    if stored.payload.get("type") == AlertType.UPDATE:
        state = f"updated, {state}"
    return state if stored.canceled is None else f"{state}; CANCELED"
