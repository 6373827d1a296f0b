"""`platewatch search`: the history of reads, by plate, place, time and by what else was seen."""

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
from cli.searching.options import (
    AreaOption,
    CamerasOption,
    ClassOption,
    ColorOption,
    DirectionOption,
    Given,
    HoursOption,
    LaneOption,
    LimitOption,
    MakeOption,
    ModelOption,
    OverOption,
    PatternArgument,
    SinceOption,
    StateOption,
    SureOption,
    UnderOption,
    UntilOption,
    ValidOption,
    VendorOption,
)
from cli.terminal.reads import read_table, shown_read_time
from cli.terminal.tables import plain_table
from schemas.export_forms import ExportForm
from schemas.wording import chance_text

if TYPE_CHECKING:
    from operations.searches.finding import LookAlikes, Page

EXAMPLE = """
Examples:

  platewatch search VNV4527 --purpose "hit and run, Main Street" --case 26-00117

  platewatch search 'VN?45*' --since 2026-01-31 --camera gate-north --purpose "stolen vehicle" --case 26-117

  platewatch search VNV4527 --alike --purpose "hit and run, Main Street" --case 26-00117

  platewatch search --area 36.83,-76.29,2 --hours 22:00-04:00 --since 2026-01-31 --purpose "burglary" --case 26-117

  platewatch search --color red --make ford --since 2026-01-31T14:00 --purpose "hit and run" --case 26-117

  platewatch search 'VN*27' --purpose "missing person" --case 26-118 --as csv > reads.csv
"""


FormOption = Annotated[
    ExportForm | None,
    typer.Option(
        "--as", help="Print the reads in another system's form; an export, for the audit.", show_default=False
    ),
]
AfterOption = Annotated[
    str | None, typer.Option("--after", help="The next page: what the page before ended with.", show_default=False)
]
AlikeOption = Annotated[
    bool, typer.Option("--alike", help="Also reads that may be of this plate, best first, with how often chance is.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("search", epilog=EXAMPLE)(search)


def search(
    pattern: PatternArgument = None,
    since: SinceOption = None,
    until: UntilOption = None,
    camera: CamerasOption = None,
    area: AreaOption = None,
    hours: HoursOption = None,
    state: StateOption = None,
    least_confidence: SureOption = None,
    valid: ValidOption = False,
    lane: LaneOption = None,
    direction: DirectionOption = None,
    speed_over: OverOption = None,
    speed_under: UnderOption = None,
    make: MakeOption = None,
    model: ModelOption = None,
    color: ColorOption = None,
    vehicle_class: ClassOption = None,
    vendor: VendorOption = None,
    alike: AlikeOption = False,
    limit: LimitOption = 100,
    after: AfterOption = None,
    purpose: PurposeOption = None,
    case: CaseOption = None,
    warrant: WarrantOption = None,
    offense: OffenseOption = None,
    as_json: JsonOption = False,
    form: FormOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Find reads by plate, place, time of day and by what their readers say of the vehicle, newest first.

    The letter O and the digit 0 count as equal; case, spaces and dashes do not count. At least two characters must be
    known. Without a plate, --since is needed, at most seven days before --until, and a camera, an area or something of
    the vehicle; reads whose reader says nothing of that are not found. What a person corrected is found by both texts,
    and shown beside the one that was read. Every search needs a purpose and a case or call number, and is kept with
    both and your user name.
    """
    if alike and form is not None:
        raise typer.BadParameter("--alike shows how sure each read is, which other systems' forms have no place for")
    settings = command_settings(config, data_dir)
    # The database driver takes a while to import: `platewatch --help` need not wait for it.
    from operations.criteria import VehicleCriteria
    from operations.reasons import Why
    from operations.searches.finding import find_look_alikes, find_reads

    given = Given(pattern, since, until, camera, area, hours, state, least_confidence, valid, after, limit)
    vehicle = VehicleCriteria(lane, direction, speed_over, speed_under, make, model, color, vehicle_class, vendor)
    query, why = given.query(vehicle), Why(purpose, case, warrant, offense)
    with command_database(settings) as database:
        actor = command_actor(settings)
        if alike:
            show_alike(find_look_alikes(actor, database, settings, query, why), as_json=as_json)
            return
        page = find_reads(actor, database, settings, query, why, form=None if form is None else form.value)
    if form is not None:
        _show_as(form, page)
        _say_the_rest(page, pattern, limit)
        return
    show_page(page, pattern, limit, as_json=as_json)


def show_page(page: Page, pattern: str | None, limit: int, *, as_json: bool) -> None:
    """Show a page of reads, and say where the next one begins.

    Args:
        page: The reads.
        pattern: The plate that was asked for.
        limit: How many were asked for at most.
        as_json: For programs.
    """
    _show(page, as_json=as_json)
    _say_the_rest(page, pattern, limit)


def _say_the_rest(page: Page, pattern: str | None, limit: int) -> None:
    from operations.searches.query import key_text

    if not page.reads:
        errors.print(f"no reads of {pattern} found" if pattern else "no such reads found", markup=False)
    elif page.next is not None:
        errors.print(
            f"the newest {limit} reads; older ones may fit too (--limit, --until, or the next page: "
            f"--after {key_text(page.next)})",
            markup=False,
            soft_wrap=True,
        )


def _show(page: Page, *, as_json: bool) -> None:
    from operations.searches.forms import read_document

    if as_json:
        for read in page.reads:
            print_json(read_document(read, page.corrections))
    elif page.reads:
        console.print(read_table(page.reads, page.corrections))


def _show_as(form: ExportForm, page: Page) -> None:
    from operations.searches.exporting import text_of

    text = text_of(form, page)
    typer.echo(text, nl=not text.endswith("\n"))


def show_alike(found: LookAlikes, *, as_json: bool) -> None:
    """Show reads that may be of a plate, and how sure that is.

    Args:
        found: The reads.
        as_json: For programs.
    """
    from operations.searches.forms import read_document

    if as_json:
        for one in found.found:
            told = {"score": round(one.score, 3), "expected_by_chance": one.expected_by_chance}
            print_json(read_document(one.read, found.corrections) | told)
    elif found.found:
        headings = ("Score", "By chance", "Time", "Camera", "Plate", "Corrected", "State", "Picture")
        table = plain_table(*headings, right=headings[:2])
        for one in found.found:
            correction = found.corrections.get(one.read.read_id)
            table.add_row(
                f"{one.score:.1f}",
                chance_text(one.expected_by_chance),
                shown_read_time(one.read),
                Text(one.read.camera_id),
                Text(one.read.plate, style="bold"),
                Text("" if correction is None else correction.plate),
                Text((one.read.jurisdiction or "").removeprefix("US-")),
                Text(one.read.plate_image_key or ""),
            )
        console.print(table)
    errors.print(
        f"{len(found.found)} reads of about {found.searched:,.0f} that were searched; 'by chance' is how many reads of "
        "other vehicles would score as much. a text that differs by two characters of no look-alike is not found"
        + ("; older ones were not scored: give less time" if found.more else ""),
        markup=False,
    )
