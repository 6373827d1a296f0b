"""`platewatch correct` and `platewatch corrections`: what is on the plate, beside what was read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

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
from cli.terminal.tables import add_cells, plain_table
from cli.terminal.times import parse_moment
from schemas.events import utc
from schemas.printable import printable
from schemas.settings import Settings

EXAMPLE = """
Example: platewatch correct 0b6c9b0e-6a1f-5d0e-8f5e-2f9a1c3d4e5f VNV4527 --reason "the picture shows a 7"
"""
EXPORT_EXAMPLE = """
Example: platewatch corrections --out corrected, then platewatch train ocr --from corrected/labels.csv
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("correct", epilog=EXAMPLE)(correct)
    app.command("corrections", epilog=EXPORT_EXAMPLE)(corrections)


def correct(
    read_id: Annotated[
        UUID, typer.Argument(help="The read; its id stands in alerts and in search --json.", show_default=False)
    ],
    plate: Annotated[str, typer.Argument(help="What is on the plate.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="How you know; kept in the audit.", show_default=False)],
    state: Annotated[
        str | None, typer.Option("--state", help="The plate's state, like VA.", show_default=False)
    ] = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Put beside a read what is on its plate. What was read stays; searches find both, and show both."""
    settings = command_settings(config, data_dir)
    from operations.searches.correcting import correct_read

    with command_database(settings) as database:
        found = correct_read(command_actor(settings), database, read_id, plate, reason, state)
    errors.print(f"{read_id}: {printable(found.plate)} stands beside what was read", markup=False)


def corrections(
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the pictures and labels.csv.", show_default=False)
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", help="Captured then or later.", parser=parse_moment, metavar="ISO", show_default=False),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List what was misread as what, without plates; with --out write pictures and texts for training.

    The matcher's confusion table learns from the same file.
    """
    settings = command_settings(config, data_dir)
    moment = since and since.astimezone()
    if out is None:
        _list(settings, moment, as_json)
        return
    from operations.searches.correcting import write_corrections

    with command_database(settings) as database:
        found = write_corrections(command_actor(settings), database, settings, out, moment)
    left = f"; {found.without_picture} have no picture any more" if found.without_picture else ""
    errors.print(f"{found.rows} corrected plates in {found.labels}{left}", markup=False)


def _list(settings: Settings, since: datetime | None, as_json: bool) -> None:
    from operations.searches.misreads import view_misreads

    with command_database(settings) as database:
        found = view_misreads(command_actor(settings), database, since)
    if as_json:
        for one in found.corrections:
            told = {"read_id": str(one.read_id), "camera": one.camera_id, "reader": one.reader, "reason": one.reason}
            said = {"misread": list(one.misread), "state": one.state, "corrected_by": one.corrected_by}
            print_json(told | said | {"corrected_at": utc(one.corrected_at)})
        return
    table = plain_table("Read", "Camera", "Reader", "Misread", "Why", "By")
    for one in found.corrections:
        misread = ", ".join([*one.misread, *([f"state {one.state}"] if one.state else [])])
        cells = (str(one.read_id), one.camera_id, one.reader, misread, one.reason, one.corrected_by)
        add_cells(table, *cells)
    if found.corrections:
        console.print(table)
    most = ", ".join(f"{what} {count}" for what, count in found.counted[:15])
    errors.print(f"{found.total} corrected reads{': ' if most else ''}{most}", markup=False)
