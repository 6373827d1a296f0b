"""`platewatch cars`: patrol cars that send home what they read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

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
from cli.terminal.tables import plain_table
from cli.terminal.times import shown_time, time_or_never
from schemas.events import utc
from schemas.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.cars.cars import NewCarToken
    from operations.cars.looking import CarStatus

cars = typer.Typer(help="Patrol cars that send home what they read.", no_args_is_help=True)

CarId = Annotated[str, typer.Argument(metavar="CAR", help="The car's id, like unit-12.", show_default=False)]
CamerasOption = Annotated[
    list[str],
    typer.Option("--camera", help="Id of a camera of the car; say it for each.", show_default=False),
]


def register(parent: typer.Typer) -> None:
    """Add the command group."""
    parent.add_typer(cars, name="cars")


@cars.command(epilog="Example: platewatch cars add unit-12 --camera unit-12-front --camera unit-12-rear > token")
def add(
    car: CarId,
    camera: CamerasOption,
    name: Annotated[str, typer.Option(help="What people call it.", show_default=False)] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Add a car, and print its token this once: it goes into the file that patrol.token_file names in the car."""
    settings = command_settings(config, data_dir)
    from operations.cars.cars import add_car

    with command_database(settings, create=True) as database:
        made = add_car(command_actor(settings), database, settings, car, camera, name)
    _show_token(made, as_json, f"car {car} is added; this is its token, which is shown this once")


@cars.command("list", epilog="Example: platewatch cars list --json")
def list_cars(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """List the cars: when each was seen last, who is signed on, its lists, what waits in it, and whether it reads."""
    settings = command_settings(config, data_dir)
    from operations.cars.looking import view_cars

    with command_database(settings) as database:
        found = view_cars(command_actor(settings), database)
    if as_json:
        for one in found:
            print_json(_record(one))
    elif found:
        console.print(cars_table(found))
    else:
        errors.print("there is no car; platewatch cars add makes one", markup=False)


@cars.command(epilog="Example: platewatch cars cameras unit-12 --camera unit-12-front")
def cameras(car: CarId, camera: CamerasOption, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Say anew which cameras a car has: it may send reads of these alone."""
    settings = command_settings(config, data_dir)
    from operations.cars.cars import change_cameras

    with command_database(settings) as database:
        change_cameras(command_actor(settings), database, settings, car, camera)
    errors.print(f"car {car} has {len(set(camera))} cameras", markup=False)


@cars.command(epilog="Example: platewatch cars token unit-12 > token")
def token(car: CarId, as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Give a car another token, printed this once; the one before ends, and a revoked car may send again."""
    settings = command_settings(config, data_dir)
    from operations.cars.cars import renew_token

    with command_database(settings) as database:
        made = renew_token(command_actor(settings), database, car)
    _show_token(made, as_json, f"this is the token of car {car}, which is shown this once; the one before has ended")


@cars.command(epilog="Example: platewatch cars revoke unit-12 --reason 'the car was stolen'")
def revoke(
    car: CarId,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the audit.", show_default=False)],
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Let a car send nothing more; it deletes its lists when it asks next. Its reads stay."""
    settings = command_settings(config, data_dir)
    from operations.cars.cars import revoke_car

    with command_database(settings) as database:
        revoke_car(command_actor(settings), database, car, reason)
    errors.print(f"car {car} is revoked; what it sends is refused within seconds", markup=False)


def _show_token(made: NewCarToken, as_json: bool, words: str) -> None:
    if as_json:
        print_json({"car": made.car_id, "token": made.token})
        return
    errors.print(words, markup=False)
    console.print(made.token, markup=False, highlight=False, soft_wrap=True)


def _record(one: CarStatus) -> dict[str, Any]:
    told = one.model_dump(mode="json", exclude={"car_id", "camera_ids"})
    as_of = None if one.lists_as_of is None else utc(one.lists_as_of)
    return {"car": one.car_id, "cameras": list(one.camera_ids), **told, "lists_as_of": as_of}


def cars_table(found: Sequence[CarStatus]) -> Table:
    """Return how cars are, a line for each."""
    table = plain_table("Car", "Is", "Last seen", "Officer", "Lists", "Lists as of", "Waits", "Refused", "Reads")
    for one in found:
        since = "" if one.revoked_at is None else f" {shown_time(one.revoked_at)}"
        table.add_row(
            Text(f"{one.car_id} {printable(one.name)}".rstrip()),
            f"{one.state}{since}",
            time_or_never(one.last_seen_at),
            Text(printable(one.officer_words)),
            Text(one.lists_words),
            "" if one.lists_as_of is None else shown_time(one.lists_as_of),
            Text(one.waits_words),
            "" if one.refused is None else str(one.refused),
            Text(printable(one.reading_words)),
        )
    return table
