"""The `platewatch` command."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from pathlib import Path

import typer

from cli import law, run, search, train
from cli.alerts import alarms, alerts, subscribe
from cli.common import errors
from cli.demo import demo
from cli.hotlist import hotlist
from cli.matching import historical, match
from cli.read import read
from schemas.errors import PlatewatchError

app = typer.Typer(
    name="platewatch",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="License plate reading that a police department runs itself: reads, hotlists, alerts.",
)

for command in (read, run, hotlist, match, search, alerts, alarms, subscribe, law, historical, demo, train):
    command.register(app)


def _show_version(requested: bool) -> None:
    if requested:
        typer.echo(f"platewatch {importlib.metadata.version('platewatch')}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and exit.", callback=_show_version),
) -> None:
    """Open license plate reading pipeline."""


def _have_a_home() -> None:
    """Give a user without a name one, as containers do: libraries look for files there, and end without it."""
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = "/"


def main() -> None:
    """Run the command line; every expected error ends in one line and exit code 1 (usage errors: 2)."""
    _have_a_home()
    try:
        app()
    except PlatewatchError as error:
        errors.print(f"platewatch: {error}", style="red", markup=False)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output went away (`platewatch search ... | head`); there is nobody left to tell.
        sys.stderr.close()
        sys.exit(1)


if __name__ == "__main__":
    main()
