"""`platewatch alerts`: the alerts that were raised, from the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

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
)
from cli.stopping import stop_on_signals
from schemas.events import Alert, AlertType

if TYPE_CHECKING:
    from storage.alerts.raised import StoredAlert

FOLLOW_SECONDS = 0.5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("alerts")(alerts)


def alerts(
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new alerts until Ctrl-C.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most alerts to show at first.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show the newest alerts, oldest first, and whether each was published to Kafka.

    State: published, waiting (in the outbox, for Kafka), or refused (a dead letter, with the broker's reason). An alert
    that was updated is shown as its newest update, once; with --follow, later updates come as they are made. An alert
    that was taken back is CANCELED; why stands in the alert that takes it back.

    Example:
        platewatch alerts --follow
    """
    settings = command_settings(config, data_dir)
    # The database driver takes a while to import: `platewatch --help` need not wait for it.
    from operations.alerts import AlertView

    with stop_on_signals() as stop, command_database(settings) as database:
        view = AlertView(command_actor(settings), database)
        found = view.latest(limit, follow=follow)[::-1]
        _show(found, as_json=as_json, header=True)
        if not found and not as_json:
            errors.print("no alerts yet", markup=False)
        header = not found
        last = max((stored.last_number for stored in found), default=0)
        while follow and not stop.wait(FOLLOW_SECONDS):
            found = view.after(last)
            _show(found, as_json=as_json, header=header)
            if found:
                header, last = False, found[-1].alert_number


def _show(found: Sequence[StoredAlert], *, as_json: bool, header: bool) -> None:
    if as_json:
        for stored in found:
            state = {
                "published": stored.published,
                "dead_letter": stored.dead_letter,
                "canceled": stored.canceled,
                "updated": stored.payload.get("type") == AlertType.UPDATE,
            }
            print_json({"alert_number": stored.alert_number, **state, "alert": stored.payload})
    elif found:
        states = [_state(stored) for stored in found]
        shown = [Alert.model_validate(stored.payload) for stored in found]
        console.print(alert_table(shown, header=header, states=states))


def _state(stored: StoredAlert) -> str:
    if stored.dead_letter is not None:
        state = f"refused: {stored.dead_letter}"
    else:
        state = "published" if stored.published else "waiting"
    if stored.payload.get("type") == AlertType.UPDATE:
        state = f"updated, {state}"
    return state if stored.canceled is None else f"{state}; CANCELED"
