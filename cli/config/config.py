"""`platewatch config`: whether a configuration would do, before a run takes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cli.common import ConfigOption, DataDirOption, JsonOption, command_database, command_settings, console, print_json
from cli.failures import OTHER
from schemas.errors import PlatewatchError
from schemas.settings import Settings

SERVICES = ("run", "recognize", "matcher", "relay", "patrol")
EDGE = ("recognize", "patrol")
"""Those that need no database."""

app = typer.Typer(no_args_is_help=True, help="Whether a configuration would do.")


def register(parent: typer.Typer) -> None:
    """Add the command group."""
    parent.add_typer(app, name="config")


@app.callback()
def _root() -> None:
    """Whether a configuration would do."""


@app.command("check", epilog="Example: platewatch config check --config new.toml --connect")
def check(
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
    service: Annotated[
        str, typer.Option("--service", help="For which: run, recognize, matcher, relay or patrol.", show_default=True)
    ] = "run",
    connect: Annotated[
        bool, typer.Option("--connect", help="Also ask the database and the broker whether they take us.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Say all that is wrong with a configuration: keys, values, files, secrets, law. It changes nothing.

    Ends with 0 where a run would start with it and with 1 where it would not. Before `systemctl reload`, for one.
    """
    if service not in SERVICES:
        raise typer.BadParameter(f"'{service}' is no service, expected {', '.join(SERVICES)}", param_hint="--service")
    problems: list[str]
    try:
        settings = command_settings(config, data_dir)
    except PlatewatchError as error:
        problems = [str(error)]
    else:
        # Imported here: the engines behind them take a second to load, and --help should not.
        from pipeline.checking import problems_of

        problems = problems_of(settings, _fits(service))
        if connect:
            problems += _refusals(settings, needs_database=service not in EDGE)
    if as_json:
        print_json({"ok": not problems, "problems": problems})
    else:
        for problem in problems:
            console.print(Text(f"wrong: {problem}", style="bold red"))
        if not problems:
            console.print(Text("all is fine", style="green"))
    if problems:
        raise typer.Exit(OTHER)


def _fits(service: str) -> Callable[[Settings], None]:
    """Return what a service refuses to start with."""
    from pipeline.fitting import check
    from pipeline.services.matcher import check_matcher
    from pipeline.services.patrol import check_patrol
    from pipeline.services.recognize import check_recognize
    from pipeline.services.relay import check_relay

    checks = {"recognize": check_recognize, "matcher": check_matcher, "relay": check_relay, "patrol": check_patrol}
    return checks.get(service, check)


def _refusals(settings: Settings, *, needs_database: bool) -> list[str]:
    from services.kafka.client import check_reachable

    refused = []
    is_there = settings.database.url is not None or Path(settings.data_dir / "postgres").exists()
    try:
        # An embedded database that is not made yet is made by the run.
        if needs_database and is_there:
            with command_database(settings, migrate=False):
                pass
    except PlatewatchError as error:
        refused.append(str(error))
    try:
        if settings.kafka.bootstrap_servers:
            check_reachable(settings.kafka.bootstrap_servers)
    except PlatewatchError as error:
        refused.append(str(error))
    return refused
