"""`platewatch passes`: one vehicle's passes, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from cli.common import (
    CaseOption,
    ConfigOption,
    DataDirOption,
    JsonOption,
    OffenseOption,
    PurposeOption,
    WarrantOption,
    command_actor,
    command_database,
    command_settings,
    console,
    errors,
    print_json,
)
from cli.searching.options import Given, SinceOption, UntilOption
from cli.terminal.reads import shown_read_time
from cli.terminal.tables import plain_table
from schemas.printable import printable
from schemas.wording import span_text

if TYPE_CHECKING:
    from operations.searches.passes import Passes

EXAMPLE = 'Example: platewatch passes VNV4527 --purpose "stolen vehicle, fled from Main Street" --case 26-117'


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("passes", epilog=EXAMPLE)(passes)


def passes(
    plate: Annotated[str, typer.Argument(help="The plate, in full.", show_default=False)],
    since: SinceOption = None,
    until: UntilOption = None,
    purpose: PurposeOption = None,
    case: CaseOption = None,
    warrant: WarrantOption = None,
    offense: OffenseOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show one vehicle's passes, the oldest first, with the time and the way from one to the next.

    A purpose of fewer than four words shows the newest fifty of seven days: where somebody was, day after day, needs
    the facts of the case.
    """
    settings = command_settings(config, data_dir)
    from operations.reasons import Why
    from operations.searches.passes import find_passes

    query = Given(plate, since, until).query()
    with command_database(settings) as database:
        found = find_passes(
            command_actor(settings),
            database,
            settings,
            plate,
            Why(purpose, case, warrant, offense),
            since=query.since,
            until=query.until,
        )
    _show(found, as_json=as_json)
    if not found.passes:
        errors.print(f"no passes of {printable(plate)} found", markup=False)
        return
    errors.print(f"{len(found.passes)} passes on {found.days} days at {found.cameras} cameras", markup=False)
    if found.is_short:
        errors.print(
            "the last seven days, fifty passes at most: for more, say what happened, where and when (--purpose)"
        )
    elif found.more:
        errors.print("there are older ones (--until)")


def _show(found: Passes, *, as_json: bool) -> None:
    from operations.searches.forms import read_document

    if as_json:
        for one in found.passes:
            seconds = None if one.since_last is None else one.since_last.total_seconds()
            way = {"seconds_since_last": seconds, "kilometers_from_last": one.kilometers}
            print_json(read_document(one.read, found.corrections) | way)
        return
    if not found.passes:
        return
    table = plain_table("Time", "After", "Way", "Camera", "Plate", "Corrected", "Picture")
    for one in found.passes:
        correction = found.corrections.get(one.read.read_id)
        table.add_row(
            shown_read_time(one.read),
            span_text(one.since_last),
            "" if one.kilometers is None else f"{one.kilometers:.1f} km",
            Text(one.read.camera_id),
            Text(one.read.plate, style="bold"),
            Text("" if correction is None else correction.plate),
            Text(one.read.plate_image_key or ""),
        )
    console.print(table)
