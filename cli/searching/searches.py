"""`platewatch searches`: searches that are kept for a case, asked again by hand, and over with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

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
from cli.searching.search import AlikeOption, show_alike, show_page
from cli.terminal.tables import add_cells, plain_table
from cli.terminal.times import shown_time
from schemas.events import utc

if TYPE_CHECKING:
    from operations.searches.saving import KeptSearch

SAVE_EXAMPLE = """
Example: platewatch searches save 'VN?45*' --name "gates at night" --hours 22-4 --purpose "stolen vehicle" --case 26-117
"""
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The search's number.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="Searches that you keep for a case, until it ends.")
    group.command("save", epilog=SAVE_EXAMPLE)(save)
    group.command("list", epilog="Example: platewatch searches list")(list_kept)
    group.command("run", epilog="Example: platewatch searches run 3")(run)
    group.command("remove", epilog="Example: platewatch searches remove --case 26-117")(remove)
    app.add_typer(group, name="searches")


def save(
    name: Annotated[str, typer.Option("--name", help="What to call it.", show_default=False)],
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
    days: Annotated[int, typer.Option("--days", help="For how long, at most 90.", min=1)] = 30,
    purpose: PurposeOption = None,
    case: CaseOption = None,
    warrant: WarrantOption = None,
    offense: OffenseOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Keep a search for its case, for you alone; nothing is looked for, and nothing recurs by itself.

    It ends after --days, or when its case does: platewatch searches remove --case.
    """
    settings = command_settings(config, data_dir)
    from operations.criteria import VehicleCriteria
    from operations.reasons import Why
    from operations.searches.saving import save_search

    given = Given(pattern, since, until, camera, area, hours, state, least_confidence, valid, None, limit)
    vehicle = VehicleCriteria(lane, direction, speed_over, speed_under, make, model, color, vehicle_class, vendor)
    query, why = given.query(vehicle), Why(purpose, case, warrant, offense)
    with command_database(settings) as database:
        kept = save_search(command_actor(settings), database, settings, name, query, why, alike=alike, days=days)
    if as_json:
        print_json(_record(kept))
        return
    errors.print(
        f"search {kept.search_id} is kept until {shown_time(kept.ends_at, seconds=False)}; "
        f"platewatch searches run {kept.search_id} asks it",
        markup=False,
    )


def list_kept(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """List the searches that you keep."""
    settings = command_settings(config, data_dir)
    from operations.searches.saving import list_searches

    with command_database(settings) as database:
        found = list_searches(command_actor(settings), database)
    if as_json:
        for one in found:
            print_json(_record(one))
        return
    table = plain_table("No.", "Name", "Asks", "Purpose", "Case", "Until")
    for one in found:
        until = shown_time(one.ends_at, seconds=False)
        cells = (str(one.search_id), one.name, one.words, one.why.purpose or "", one.why.case_number or "", until)
        add_cells(table, *cells)
    console.print(table)


def run(
    number: Number, as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None
) -> None:
    """Ask a search again that you keep; it is judged and written down as one that is typed."""
    settings = command_settings(config, data_dir)
    from operations.searches.finding import LookAlikes
    from operations.searches.saving import run_search

    with command_database(settings) as database:
        kept, found = run_search(command_actor(settings), database, settings, number)
    if isinstance(found, LookAlikes):
        show_alike(found, as_json=as_json)
    else:
        show_page(found, kept.query.pattern, kept.query.limit, as_json=as_json)


def remove(
    number: Annotated[
        int | None, typer.Argument(metavar="NUMBER", help="The search's number.", show_default=False)
    ] = None,
    case: Annotated[
        str | None, typer.Option("--case", help="All that are kept for this case: it is closed.", show_default=False)
    ] = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Remove a search that you keep, or all that anybody keeps for a case that is closed."""
    if (number is None) == (case is None):
        raise typer.BadParameter("give the number of one search, or --case with the number of the case that is closed")
    settings = command_settings(config, data_dir)
    from operations.searches.saving import end_searches_of_case, remove_search

    with command_database(settings) as database:
        actor, removed = command_actor(settings), 1
        if number is not None:
            remove_search(actor, database, number)
        elif case is not None:
            removed = end_searches_of_case(actor, database, case)
    errors.print(f"{removed} removed")


def _record(kept: KeptSearch) -> dict[str, Any]:
    from operations.searches.asked import document_of

    return {
        "search_id": kept.search_id,
        "name": kept.name,
        "asked": document_of(kept.query, alike=kept.alike),
        "purpose": kept.why.purpose,
        "case_number": kept.why.case_number,
        "warrant": kept.why.warrant,
        "offense": kept.why.offense,
        "saved_by": kept.saved_by,
        "saved_at": utc(kept.saved_at),
        "ends_at": utc(kept.ends_at),
    }
