"""`platewatch search`: the history of reads, by plate and by what else was seen."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

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
from cli.terminal.reads import read_table
from cli.terminal.speeds import parse_speed
from cli.terminal.times import parse_moment
from schemas.convert import read_to_event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.types import PlateRead

EXAMPLE = """
Examples:

  platewatch search VNV4527 --purpose "hit and run, Main Street" --case 26-00117

  platewatch search 'VN?45*' --since 2026-01-31 --camera gate-north --purpose "stolen vehicle" --case 26-117

  platewatch search --color red --make ford --since 2026-01-31T14:00 --purpose "hit and run" --case 26-117

  platewatch search 'VN*27' --purpose "missing person" --case 26-118 --json > reads.jsonl
"""

PatternArgument = Annotated[
    str | None, typer.Argument(help="Plate; ? stands for one unknown character, * for any number.", show_default=False)
]
SinceOption = Annotated[
    datetime | None,
    typer.Option("--since", help="Captured then or later.", parser=parse_moment, metavar="ISO", show_default=False),
]
UntilOption = Annotated[
    datetime | None,
    typer.Option("--until", help="Captured before then.", parser=parse_moment, metavar="ISO", show_default=False),
]
CameraOption = Annotated[str | None, typer.Option("--camera", help="Only this camera.", show_default=False)]
LimitOption = Annotated[int, typer.Option("--limit", help="Most reads to show.", min=1)]

_VEHICLE = "Of the vehicle, as its reader says"


def _word(option: str, text: str) -> typer.models.OptionInfo:
    info: typer.models.OptionInfo = typer.Option(option, help=text, show_default=False, rich_help_panel=_VEHICLE)
    return info


def _speed(option: str, text: str) -> typer.models.OptionInfo:
    info: typer.models.OptionInfo = typer.Option(
        option, help=text, parser=parse_speed, metavar="MPH", show_default=False, rich_help_panel=_VEHICLE
    )
    return info


LaneOption = Annotated[str | None, _word("--lane", "Only in this lane, by the reader's name or number of it.")]
DirectionOption = Annotated[
    str | None, _word("--direction", "Only this way: approaching, leaving, left, right, north, northeast, ...")
]
OverOption = Annotated[
    float | None, _speed("--speed-over", "Only faster, in miles an hour; with another unit like 100km/h.")
]
UnderOption = Annotated[float | None, _speed("--speed-under", "Only slower, likewise.")]
MakeOption = Annotated[str | None, _word("--make", "Only this make: a name, or a code of lists like CHEV.")]
ModelOption = Annotated[str | None, _word("--model", "Only models with this in their name.")]
ColorOption = Annotated[str | None, _word("--color", "Only this color, and those that cameras take it for.")]
ClassOption = Annotated[str | None, _word("--class", "Only this class or body style: truck, motorcycle, ...")]
VendorOption = Annotated[str | None, _word("--vendor", "Only this vendor's readers, like rekor; platewatch: our own.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("search", epilog=EXAMPLE)(search)


def search(
    pattern: PatternArgument = None,
    since: SinceOption = None,
    until: UntilOption = None,
    camera: CameraOption = None,
    lane: LaneOption = None,
    direction: DirectionOption = None,
    speed_over: OverOption = None,
    speed_under: UnderOption = None,
    make: MakeOption = None,
    model: ModelOption = None,
    color: ColorOption = None,
    vehicle_class: ClassOption = None,
    vendor: VendorOption = None,
    limit: LimitOption = 100,
    purpose: PurposeOption = None,
    case: CaseOption = None,
    warrant: WarrantOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Find reads by plate and by what their readers say of the vehicle, newest first.

    The letter O and the digit 0 count as equal; case, spaces and dashes do not count. At least two characters must be
    known. Without a plate, --since is needed, at most seven days before --until, and a camera or something of the
    vehicle; reads whose reader says nothing of that are not found. Every search needs a purpose and a case or call
    number, and is kept with both and your user name.
    """
    settings = command_settings(config, data_dir)
    # After the settings: without an offset a time is meant in the agency's zone, which the table shows too.
    since, until = (moment and moment.astimezone() for moment in (since, until))
    if since is not None and until is not None and since >= until:
        raise typer.BadParameter("--since must be earlier than --until")
    # The database driver takes a while to import: `platewatch --help` need not wait for it.
    from operations.criteria import VehicleCriteria
    from operations.searching import search_reads

    vehicle = VehicleCriteria(lane, direction, speed_over, speed_under, make, model, color, vehicle_class, vendor)
    with command_database(settings) as database:
        reads = search_reads(
            command_actor(settings),
            database,
            settings,
            pattern,
            since=since,
            until=until,
            camera_id=camera,
            vehicle=vehicle,
            limit=limit,
            purpose=purpose,
            case_number=case,
            warrant=warrant,
        )
    _show(reads, as_json=as_json)
    if not reads:
        errors.print(f"no reads of {pattern} found" if pattern else "no such reads found", markup=False)
    elif len(reads) == limit:
        errors.print(f"the newest {limit} reads; older ones may fit too (--limit, --until)")


def _show(reads: Sequence[PlateRead], *, as_json: bool) -> None:
    if as_json:
        for read in reads:
            print_json(read_to_event(read).model_dump(mode="json"))
    elif reads:
        console.print(read_table(reads))
