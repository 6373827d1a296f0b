"""`platewatch search`: the history of reads by plate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.common import (
    CaseOption,
    ConfigOption,
    DataDirOption,
    JsonOption,
    PurposeOption,
    WarrantOption,
    command_actor,
    command_database,
    command_settings,
    console,
    errors,
    print_json,
)
from cli.terminal.times import parse_moment, shown_time
from schemas.convert import read_to_event

if TYPE_CHECKING:
    from schemas.types import PlateRead

EXAMPLE = """
Examples:

  platewatch search VNV4527 --purpose "hit and run, Main Street" --case 26-00117

  platewatch search 'VN?45*' --since 2026-01-31 --camera gate-north --purpose "stolen vehicle" --case 26-117

  platewatch search 'VN*27' --purpose "missing person" --case 26-118 --json > reads.jsonl
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("search", epilog=EXAMPLE)(search)


def search(
    pattern: Annotated[
        str, typer.Argument(help="Plate; ? stands for one unknown character, * for any number.", show_default=False)
    ],
    since: Annotated[
        datetime | None,
        typer.Option("--since", help="Captured then or later.", parser=parse_moment, metavar="ISO", show_default=False),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", help="Captured before then.", parser=parse_moment, metavar="ISO", show_default=False),
    ] = None,
    camera: Annotated[str | None, typer.Option("--camera", help="Only this camera.", show_default=False)] = None,
    limit: Annotated[int, typer.Option("--limit", help="Most reads to show.", min=1)] = 100,
    purpose: PurposeOption = None,
    case: CaseOption = None,
    warrant: WarrantOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Find reads by plate, newest first.

    The letter O and the digit 0 count as equal; case, spaces and dashes do not count. At least two characters must be
    known. Every search needs a purpose and a case or call number, and is kept with both and your user name.
    """
    settings = command_settings(config, data_dir)
    # After the settings: without an offset a time is meant in the agency's zone, which the table shows too.
    since, until = (moment and moment.astimezone() for moment in (since, until))
    if since is not None and until is not None and since >= until:
        raise typer.BadParameter("--since must be earlier than --until")
    # The database driver takes a while to import: `platewatch --help` need not wait for it.
    from operations.searching import search_reads

    with command_database(settings) as database:
        reads = search_reads(
            command_actor(settings),
            database,
            settings,
            pattern,
            since=since,
            until=until,
            camera_id=camera,
            limit=limit,
            purpose=purpose,
            case_number=case,
            warrant=warrant,
        )
    if as_json:
        for read in reads:
            print_json(read_to_event(read).model_dump(mode="json"))
    elif reads:
        console.print(_table(reads))
    if not reads:
        errors.print(f"no reads of {pattern} found", markup=False)
    elif len(reads) == limit:
        errors.print(f"the newest {limit} reads; older ones may fit too (--limit, --until)")


def _table(reads: Sequence[PlateRead]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("Time", "Camera", "Plate", "State", "Sure", "Place", "Picture"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "Sure" else "left")
    for read in reads:
        place = read.location
        table.add_row(
            _time(read),
            Text(read.camera_id),
            Text(read.plate, style="bold"),
            Text((read.jurisdiction or "").removeprefix("US-")),
            f"{read.confidence:.0%}",
            "" if place is None else f"{place.latitude:.5f}, {place.longitude:.5f}",
            Text(read.plate_image_key or ""),
        )
    return table


def _time(read: PlateRead) -> Text:
    """Return a read's time, and what its camera's clock said where that cannot be."""
    shown = Text(shown_time(read.captured_at))
    if read.claimed_at is not None:
        shown.append(f" (arrival; its camera's clock says {shown_time(read.claimed_at)})", style="yellow")
    return shown
