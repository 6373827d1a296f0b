"""Where commands print: consoles that let no text of others steer the terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import Any

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from schemas.printable import json_safe, printable

FILE_WIDTH = 320
"""Columns of tables that go to a file or a pipe, where there is no terminal to ask."""


class SafeConsole(Console):
    """A console that writes control characters of names and lists out, like ^[; rich would pass them on."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as rich does; its own styles are no text, and stay."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(printable(segment.text, lines=True), segment.style)


def _is_terminal() -> bool:
    # None where the descriptor was closed (`>&-`).
    return sys.stdout is not None and sys.stdout.isatty()


console = SafeConsole(width=None if _is_terminal() or "COLUMNS" in os.environ else FILE_WIDTH)
"""Where results go: standard output."""

errors = SafeConsole(stderr=True, soft_wrap=True, highlight=False)
"""Where progress, notes and errors go: standard error, so that `--json` output stays clean."""


def print_json(record: dict[str, Any]) -> None:
    """Print one JSON line to standard output, unstyled and at once."""
    typer.echo(json_safe(json.dumps(record, ensure_ascii=False, separators=(",", ":"))))
