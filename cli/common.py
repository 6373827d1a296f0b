"""What every command shares: the configuration options and the consoles."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from schemas.settings import Settings, load_settings

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", envvar="PLATEWATCH_CONFIG", help="Configuration file (TOML).", show_default=False),
]
DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="Data directory; wins over the configuration and PLATEWATCH_DATA_DIR.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON lines for programs.")]

FILE_WIDTH = 160
"""Columns of tables that go to a file or a pipe, where there is no terminal to ask."""

console = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else FILE_WIDTH)
"""Where results go: standard output."""

errors = Console(stderr=True, soft_wrap=True, highlight=False)
"""Where progress, notes and errors go: standard error, so that `--json` output stays clean."""


def command_settings(config: Path | None, data_dir: Path | None = None, **overrides: Any) -> Settings:
    """Load the configuration as a command's options say, and set logging up.

    Args:
        config: `--config`.
        data_dir: `--data-dir`.
        overrides: Further settings that the command line sets.

    Returns:
        The frozen settings.

    Raises:
        ConfigurationError: The configuration does not fit; the message names the key.
    """
    if data_dir is not None:
        overrides["data_dir"] = data_dir
    settings = load_settings(config, **overrides)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    # Client libraries log connection chatter, and whole requests, which may hold plate text; what matters of theirs is
    # translated into our own errors and log lines.
    for name in ("kafka", "psycopg", "psycopg.pool", "urllib3", "jgo", "httpx", "httpcore", "paramiko"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return settings


def print_json(record: dict[str, Any]) -> None:
    """Print one JSON line to standard output, unstyled and at once."""
    typer.echo(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
