"""`platewatch preserve`: reads that are kept beyond their time, for a case."""

from __future__ import annotations

from datetime import datetime
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
from cli.terminal.reads import read_table
from cli.terminal.tables import add_cells, plain_table
from cli.terminal.times import parse_moment, shown_time
from schemas.events import utc
from schemas.printable import printable

if TYPE_CHECKING:
    from storage.preserving.preservations import Preservation

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The request's number.", show_default=False)]
DaysOption = Annotated[
    int | None, typer.Option("--days", min=1, help="For how long; at most the law's number.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Reads that are kept beyond their time, for a case.")
    group.command(
        "add",
        epilog="Example: platewatch preserve add ABC1234 --by 'J. Roe, counsel' --form 'sworn statement' --case 26-117 "
        "--reason 'seen at a theft on Main Street' --days 365",
    )(add)
    group.command("list", epilog="Example: platewatch preserve list")(list_requests)
    group.command("show", epilog="Example: platewatch preserve show 3 --purpose 'stolen vehicle' --case 26-117")(show)
    group.command("renew", epilog="Example: platewatch preserve renew 3 --days 365")(renew)
    group.command("release", epilog="Example: platewatch preserve release 3 --reason 'the case was closed'")(release)
    group.command("ending", epilog="Example: platewatch preserve ending --days 7")(ending)
    app.add_typer(group, name="preserve")


def add(
    plate: Annotated[str, typer.Argument(help="The plate, in full.", show_default=False)],
    by: Annotated[str, typer.Option("--by", help="Who asks.", show_default=False)],
    form: Annotated[str, typer.Option("--form", help="In which form, like 'sworn statement'.", show_default=False)],
    case: Annotated[str, typer.Option("--case", help="Number of the case.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="Why, in words.", show_default=False)],
    days: DaysOption = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", parser=parse_moment, metavar="ISO", help="Captured then or later.", show_default=False),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", parser=parse_moment, metavar="ISO", help="Captured before.", show_default=False),
    ] = None,
    camera: Annotated[str | None, typer.Option("--camera", help="Of one camera.", show_default=False)] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Keep the reads of a plate that are there now, with pictures and hits, for as long as a case needs them.

    No search finds them; `show` does, for a purpose. platewatch law show says who may ask, how, and for how long.
    """
    settings = command_settings(config, data_dir)
    since, until = (moment and moment.astimezone() for moment in (since, until))
    from operations.duties.preserving import PreservationWish, preserve

    wish = PreservationWish(plate, by, form, case, reason, days, since, until, camera)
    with command_database(settings, create=False) as database:
        found = preserve(command_actor(settings), database, settings, wish)
    _show(found, as_json)


def list_requests(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """List the requests, which name neither plates nor places."""
    settings = command_settings(config, data_dir)
    from operations.duties.preserving import view_preservations

    with command_database(settings, create=False) as database:
        found = view_preservations(command_actor(settings), database)
    if as_json:
        for one in found:
            print_json(_record(one))
        return
    table = plain_table("No.", "Case", "Asked by", "Reads", "Until", "Why")
    for one in found:
        until = shown_time(one.until_at) if one.ended_at is None else f"ended {shown_time(one.ended_at)}"
        cells = (str(one.preservation_id), one.case_number, one.asked_by, str(one.reads), until, one.reason)
        add_cells(table, *cells)
    console.print(table)


def ending(
    days: Annotated[int, typer.Option("--days", help="How many days ahead.", min=1, max=31)] = 7,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show what is about to go: requests whose time ends, to be renewed, and days of reads that retention ends.

    What a case still needs has to be preserved before; nothing that has gone comes back.
    """
    settings = command_settings(config, data_dir)
    from operations.duties.ending import view_ending

    with command_database(settings, create=False) as database:
        found = view_ending(command_actor(settings), database, settings, days)
    if as_json:
        for request in found.preservations:
            print_json(_record(request))
        for one in found.reads:
            told = {"day": one.day.isoformat(), "reads": one.reads, "preserved": one.preserved}
            print_json(told | {"with_hits": one.with_hits})
        return
    for request in found.preservations:
        errors.print(
            f"preservation {request.preservation_id} ends {shown_time(request.until_at)}: case "
            f"{printable(request.case_number)}, {request.reads} reads, asked for by {printable(request.asked_by)}",
            markup=False,
        )
    table = plain_table("Day (UTC)", "Reads", "Preserved", "With hits")
    for one in found.reads:
        table.add_row(one.day.isoformat(), str(one.reads), str(one.preserved), str(one.with_hits))
    if found.reads:
        console.print(table)
    elif not found.preservations:
        errors.print(f"nothing goes within {days} days")


def show(
    number: Number,
    purpose: PurposeOption = None,
    case: CaseOption = None,
    offense: OffenseOption = None,
    warrant: WarrantOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the reads that a request keeps, for a purpose and a case, as a search does."""
    settings = command_settings(config, data_dir)
    from operations.duties.preserving import show_preserved
    from operations.reasons import Why

    why = Why(purpose, case, warrant, offense)
    with command_database(settings, create=False) as database:
        found, kept = show_preserved(command_actor(settings), database, settings, number, why)
    if as_json:
        from operations.searches.forms import read_document

        print_json(_record(found))
        for read in kept.reads:
            print_json(read_document(read, kept.corrections))
        return
    _show(found, as_json=False)
    console.print(read_table(kept.reads, kept.corrections))


def renew(
    number: Number,
    days: DaysOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Keep a request's reads for longer, counted from now."""
    settings = command_settings(config, data_dir)
    from operations.duties.preserving import renew_preservation

    with command_database(settings, create=False) as database:
        found = renew_preservation(command_actor(settings), database, settings, number, days)
    _show(found, as_json)


def release(
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help="Why they are not needed any more.", show_default=False)],
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """End a request: its reads go within the hour, or with platewatch purge."""
    settings = command_settings(config, data_dir)
    from operations.duties.preserving import release_preservation

    with command_database(settings, create=False) as database:
        release_preservation(command_actor(settings), database, number, reason)
    errors.print(f"preservation {number} has ended", markup=False)


def _show(found: Preservation, as_json: bool) -> None:
    if as_json:
        print_json(_record(found))
        return
    ended = "" if found.ended_at is None else f"; ended {shown_time(found.ended_at)}"
    errors.print(
        f"preservation {found.preservation_id}: {found.reads} reads until {shown_time(found.until_at)}, case "
        f"{printable(found.case_number)}, by {printable(found.law)}{ended}",
        markup=False,
    )


def _record(found: Preservation) -> dict[str, Any]:
    return {
        "preservation": found.preservation_id,
        "case_number": found.case_number,
        "asked_by": found.asked_by,
        "form": found.form,
        "reason": found.reason,
        "law": found.law,
        "reads": found.reads,
        "entered_at": utc(found.entered_at),
        "entered_by": found.entered_by,
        "until": utc(found.until_at),
        "renewals": found.renewals,
        "ended_at": None if found.ended_at is None else utc(found.ended_at),
        "ended_by": found.ended_by,
        "end_reason": found.end_reason,
    }
