"""`platewatch agreements log`: what was given to other agencies, and what they asked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

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
from cli.sharing.tables import dissemination_record, disseminations_table
from cli.terminal.times import parse_moment
from schemas.plates import canonical_plate


def log(
    agreement_id: Annotated[
        str | None, typer.Option("--agreement", help="Only under this agreement.", show_default=False)
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Only this agency: its short name, name or ORI.", show_default=False)
    ] = None,
    plate: Annotated[str | None, typer.Option("--plate", help="Only this plate.", show_default=False)] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", help="Then or later.", parser=parse_moment, metavar="ISO", show_default=False),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", help="Before then.", parser=parse_moment, metavar="ISO", show_default=False),
    ] = None,
    asked: Annotated[bool, typer.Option("--asked", help="Only what others asked.")] = False,
    stopped: Annotated[bool, typer.Option("--stopped", help="Only what was refused or withheld.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most rows to show.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show what was given to other agencies, and what they asked: to whom, under what, why, when, and who asked."""
    settings = command_settings(config, data_dir)
    since, until = (moment and moment.astimezone() for moment in (since, until))
    from operations.sharing.log import DisseminationFilter, view_disseminations

    wanted = DisseminationFilter(
        agreement_id, to, None if plate is None else canonical_plate(plate), since, until, asked, stopped
    )
    with command_database(settings) as database:
        found = view_disseminations(command_actor(settings), database, wanted, limit)
    if as_json:
        for one in found:
            print_json(dissemination_record(one))
    elif found:
        console.print(disseminations_table(found))
    if not found:
        errors.print("nothing was given to other agencies, and nothing asked", markup=False)
