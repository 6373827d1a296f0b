"""`platewatch camera add`, `list` and `remove`: cameras besides the configuration, which a run takes over at once."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
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
from cli.terminal.times import time_or_never
from schemas.errors import ConfigurationError
from schemas.printable import printable

if TYPE_CHECKING:
    from operations.cameras.overview import CameraOverview


class Mount(StrEnum):
    """How a camera is put up."""

    VEHICLE = "vehicle"
    PERMANENT = "permanent"
    TEMPORARY = "temporary"


def register(group: typer.Typer) -> None:
    """Add the commands."""
    group.command(
        "add", epilog="Example: platewatch camera add gate rtsp://10.0.0.5/101 --user alpr --password-file pw"
    )(add)
    group.command("list", epilog="Example: platewatch camera list --json")(list_cameras)
    group.command("remove", epilog="Example: platewatch camera remove gate --reason 'the trial is over'")(remove)


def add(
    camera: Annotated[str, typer.Argument(help="Its id in reads and alerts, like gate-north.", show_default=False)],
    url: Annotated[
        str, typer.Argument(help="rtsp://, rtsps://, or http:// and https:// for MJPEG.", show_default=False)
    ],
    user: Annotated[str, typer.Option(help="User at the camera.", show_default=False)] = "",
    password_file: Annotated[
        Path | None,
        typer.Option(
            help="File that holds its password, read once; - reads it from standard input.", show_default=False
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="What officers call it.", show_default=False)] = None,
    street: Annotated[str | None, typer.Option(help="Where it stands, for officers.", show_default=False)] = None,
    latitude: Annotated[float | None, typer.Option(help="Degrees north.", show_default=False)] = None,
    longitude: Annotated[float | None, typer.Option(help="Degrees east.", show_default=False)] = None,
    heading: Annotated[
        float | None, typer.Option(help="Where it looks, degrees clockwise from north.", show_default=False)
    ] = None,
    mount: Annotated[Mount | None, typer.Option(help="How it is put up.", show_default=False)] = None,
    permit: Annotated[str | None, typer.Option(help="Number of the permit it stands by.", show_default=False)] = None,
    permit_until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its last day.", show_default=False)
    ] = None,
    udp: Annotated[bool, typer.Option("--udp", help="RTSP by UDP.")] = False,
    verify: Annotated[bool, typer.Option(help="Check the camera's certificate.")] = True,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Add a live camera besides the configuration; a run that is at work reads it within seconds.

    Try it before: platewatch camera check URL. Its password is kept in the database, and never shown again.
    """
    settings = command_settings(config, data_dir)
    from operations.added.adding import NewCamera, add_camera

    details: dict[str, Any] = {
        "name": name,
        "street": street,
        "latitude": latitude,
        "longitude": longitude,
        "heading": heading,
        "mount": None if mount is None else mount.value,
        "permit": permit,
        "permit_until": None if permit_until is None else permit_until.date().isoformat(),
        "transport": "udp" if udp else None,
        "verify": None if verify else False,
    }
    new = NewCamera(camera, url, user, _password(password_file), {k: v for k, v in details.items() if v is not None})
    with command_database(settings, create=True) as database:
        add_camera(command_actor(settings), database, settings, new)
    errors.print(f"camera {camera} is added; a run that is at work takes it over within seconds", markup=False)


def list_cameras(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """List the cameras of the configuration, those that were added, and what is heard of by its reads, with health."""
    settings = command_settings(config, data_dir)
    from operations.cameras.overview import view_cameras

    with command_database(settings) as database:
        found = view_cameras(command_actor(settings), database, settings)
    if as_json:
        for one in found:
            print_json(_record(one))
    elif found:
        console.print(_table(found))
    else:
        errors.print("there is no camera", markup=False)


def remove(
    camera: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the audit.", show_default=False)],
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Remove a camera that was added; a run that is at work ends it within seconds. Its reads stay."""
    settings = command_settings(config, data_dir)
    from operations.added.adding import remove_camera

    with command_database(settings) as database:
        remove_camera(command_actor(settings), database, camera, reason)
    errors.print(f"camera {camera} is removed; its reads stay as long as all do", markup=False)


def _password(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        text = sys.stdin.readline() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ConfigurationError(f"{path}: cannot be read ({reason}); name the file that holds the password") from None
    return text.rstrip("\r\n")


def _record(one: CameraOverview) -> dict[str, Any]:
    place = one.place
    until = None if place is None or place.permit_until is None else place.permit_until.isoformat()
    return {
        "camera": one.camera_id,
        "name": one.name,
        "kind": one.kind,
        "state": one.state,
        "problem": one.problem,
        "address": one.address,
        "added_by": None if one.added is None else one.added.added_by,
        "added_at": None if one.added is None else one.added.added_at.isoformat(),
        "street": None if place is None else place.street,
        "latitude": None if place is None else place.latitude,
        "longitude": None if place is None else place.longitude,
        "mount": None if place is None else place.mount,
        "permit": None if place is None else place.permit,
        "permit_until": until,
        "last_picture_at": None if one.last_picture_at is None else one.last_picture_at.isoformat(),
        "last_read_at": None if one.last_read_at is None else one.last_read_at.isoformat(),
        "reads_hour": one.reads_hour,
        "reads_day": one.reads_day,
    }


def _table(found: list[CameraOverview]) -> Table:
    table = plain_table("camera", "kind", "is", "last read", "reads/day", "mount", "permit until", "added by")
    for one in found:
        place = one.place
        until = None if place is None else place.permit_until
        table.add_row(
            Text(one.camera_id),
            one.kind,
            Text(one.state if one.problem is None else f"{one.state}: {printable(one.problem)}"),
            time_or_never(one.last_read_at),
            str(one.reads_day),
            "" if place is None else place.mount or "",
            "" if until is None else until.isoformat(),
            "" if one.added is None else Text(printable(one.added.added_by)),
        )
    return table
