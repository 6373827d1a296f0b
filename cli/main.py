"""The `platewatch` command."""

from __future__ import annotations

import atexit
import contextlib
import importlib.metadata
import logging
import os
import stat
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import typer

from cli import failures
from cli.commands import CommandGroup
from cli.common import errors
from cli.terminal.streams import finish_output, give_output_up, prepare_streams
from schemas.errors import PlatewatchError
from schemas.printable import printable

app = typer.Typer(
    name="platewatch",
    cls=CommandGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="License plate reading that a police department runs itself: reads, hotlists, alerts.",
)


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


def _let_nobody_write() -> None:
    """See to it that no file that this process makes can be changed by another user, however lax the umask.

    What libraries and we keep in the user's cache folder (compiled code, jars) is run again at the next start.
    """
    os.umask(os.umask(0) | stat.S_IWGRP | stat.S_IWOTH)


def _leave(codes: Sequence[int]) -> None:
    """End the process without the interpreter's taking itself apart, once all else was closed.

    With the engines loaded that would take half a second, and several on a busy machine: of the fifteen that a run has.
    """
    logging.shutdown()
    with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or never there
        sys.stderr.flush()
    os._exit(codes[-1])


def main() -> None:
    """Run the command line and end the process: see `cli.failures` for the exit codes (usage errors: 2)."""
    codes = [1]  # of an exception that nothing here catches
    atexit.register(_leave, codes)  # what is registered first is called last
    _let_nobody_write()
    prepare_streams()
    _have_a_home()
    try:
        code = _ended(app)
        if code in (0, None):
            code = _ended(finish_output)
    except KeyboardInterrupt:
        code = 130
    finally:
        # Whatever is left in it could not be written, or has been.
        give_output_up()
    codes.append(code if isinstance(code, int) else int(code is not None))
    sys.exit(code)


def _ended(work: Callable[[], object]) -> int | str | None:
    """Do some work; return the exit code that it ends with."""
    try:
        work()
    except SystemExit as ended:
        return ended.code
    except BrokenPipeError:
        # The reader of our output went away (`platewatch search ... | head`); there is nobody left to tell.
        return failures.OTHER
    except Exception as error:  # noqa: BLE001 - the last place that can say what happened
        if failures.is_out_of_memory(error):
            failures.say_out_of_memory()
        elif isinstance(error, PlatewatchError):
            errors.print(f"platewatch: {printable(str(error))}", style="red", markup=False)
        else:
            errors.print(failures.internal_report(error), style="red", markup=False)
            return failures.INTERNAL
        return failures.exit_code(error)
    return 0


if __name__ == "__main__":
    main()
