"""What every training command does around its work."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence

from schemas.errors import PlatewatchError
from schemas.logs import formatter
from schemas.printable import printable


def run_command(
    parser: argparse.ArgumentParser,
    work: Callable[[argparse.Namespace], None],
    argv: Sequence[str] | None = None,
    *,
    misuse: Callable[[argparse.Namespace], str | None] = lambda _: None,
) -> int:
    """Run a command line: what it reports goes to standard error, an error is one line there.

    Args:
        parser: Understands the arguments.
        work: Does what they ask for.
        argv: Arguments without the program's name; None: the process's own.
        misuse: Says what is wrong with arguments that do not go together; None where nothing is.

    Returns:
        Exit code: 0 done, 1 an error that a line on standard error explains (argparse exits with 2 for wrong usage).
    """
    options = parser.parse_args(argv)
    if problem := misuse(options):
        parser.error(problem)
    handler = logging.StreamHandler()
    handler.setFormatter(formatter("text"))
    logging.basicConfig(handlers=[handler])
    # The command's own module is called __main__ while it runs.
    for name in ("recognition", "__main__"):
        logging.getLogger(name).setLevel(logging.INFO)
    try:
        work(options)
    except PlatewatchError as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return 1
    return 0
