"""`platewatch docs`: the documents that messages and help name, as they came with this installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.common import console
from schemas.errors import InvalidInput

PACKAGED = Path(__file__).with_name("documents")
"""Where a wheel has them; see `force-include` in pyproject.toml."""
SOURCES = Path(__file__).parents[1]
KINDS = (
    "*.md", "LICENSE", "deploy/platewatch*", "deploy/compose/**/*", "deploy/grafana/**/*", "deploy/prometheus/*",
    "docs/*.md", "docs/examples/*",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("docs")(docs)


def docs(
    name: Annotated[str | None, typer.Argument(help="Which one, like install or docs/install.md.")] = None,
    path: Annotated[bool, typer.Option("--path", help="Print where the file is instead of what it says.")] = False,
) -> None:
    """Show a document of this version: a guide, every setting, systemd's unit. Without a name: which there are.

    Example: platewatch docs install
    """
    if name is None:
        for document in sorted(documents()):
            console.print(document, markup=False, highlight=False)
        return
    found = find(name)
    if path:
        typer.echo(str(found))
    else:
        typer.echo(found.read_text("utf-8"), nl=False)


def documents() -> dict[str, Path]:
    """Return every document by its name, as messages write it: `README.md`, `docs/install.md`, ..."""
    root = PACKAGED if PACKAGED.is_dir() else SOURCES
    files = [path for kind in KINDS for path in root.glob(kind) if path.is_file()]
    return {path.relative_to(root).as_posix(): path for path in files}


def find(name: str) -> Path:
    """Return the document that a person means: by its whole name, or its last part with or without ending.

    Args:
        name: What was given.

    Raises:
        InvalidInput: There is none of that name; says which there are.
    """
    known = documents()
    wanted = name.strip().casefold()
    for document, path in known.items():
        if wanted in (document.casefold(), path.name.casefold(), path.stem.casefold()):
            return path
    raise InvalidInput(f"no document '{name}' came with this version; there are: {', '.join(sorted(known))}")
