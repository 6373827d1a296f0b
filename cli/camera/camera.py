"""`platewatch camera check`: whether a live camera can be read, before it is configured or after."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.camera import adding
from cli.camera.pushed import pushed_record, show_pushed
from cli.common import (
    ConfigOption,
    DataDirOption,
    JsonOption,
    command_database,
    command_settings,
    console,
    errors,
    print_json,
)
from schemas.errors import ConfigurationError, TransientError

if TYPE_CHECKING:
    from operations.cameras.checking import CameraReport
    from schemas.settings import MjpegCamera, RtspCamera, Settings, UsbCamera

app = typer.Typer(no_args_is_help=True, help="Look at cameras, add and remove them.")


def register(parent: typer.Typer) -> None:
    """Add the command group."""
    adding.register(app)
    parent.add_typer(app, name="camera")


@app.callback()
def _group() -> None:
    """Look at cameras, add and remove them."""


@app.command(
    epilog="Example: platewatch camera check rtsp://10.0.0.5/Streaming/Channels/101 --user alpr --password-file pw"
)
def check(
    camera: Annotated[
        str,
        typer.Argument(
            help="rtsp://, rtsps://, or http:// and https:// for MJPEG; or a configured camera's id.",
            show_default=False,
        ),
    ],
    user: Annotated[str | None, typer.Option(help="User at the camera.", show_default=False)] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(help="File that holds its password; one in the URL is seen by `ps`.", show_default=False),
    ] = None,
    udp: Annotated[bool, typer.Option("--udp", help="RTSP by UDP.")] = False,
    verify: Annotated[bool, typer.Option(help="Check the camera's certificate.")] = True,
    ca_file: Annotated[Path | None, typer.Option(help="Authorities to trust, PEM.", show_default=False)] = None,
    seconds: Annotated[float, typer.Option(min=1, max=600, help="How long to watch.")] = 10.0,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Connect to a camera, watch it for some seconds, and say what it sends, what it shows and what it costs.

    Of a camera that pushes, by its id: what the run on this machine takes of it, and the URL that it posts to.
    """
    if is_id(camera):
        _check_configured(camera, command_settings(config, data_dir, log_level="ERROR"), seconds, as_json)
        return
    from operations.cameras.checking import camera_of

    given: dict[str, Any] = {"user": user, "password_file": password_file, "ca_file": ca_file, "verify": verify}
    if udp:
        given["transport"] = "udp"
    # The settings say how plates are read; without a file they are the defaults.
    settings = command_settings(config, look=config is not None, log_level="ERROR")
    _check_pulled(camera_of(camera, **given), settings, seconds, as_json)


def is_id(text: str) -> bool:
    """Say whether a camera is named by its id, not by a URL."""
    return re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", text) is not None


def _check_configured(name: str, settings: Settings, seconds: float, as_json: bool) -> None:
    from operations.cameras.pushed import live_camera, watch_pushed
    from schemas.settings import MjpegCamera, PushCamera, RtspCamera, UsbCamera

    camera = live_camera(_with_added(settings, name), name)
    if isinstance(camera, RtspCamera | MjpegCamera | UsbCamera):
        _check_pulled(camera, settings, seconds, as_json)
    elif isinstance(camera, PushCamera):
        with _failures_told(as_json):
            pushed = watch_pushed(settings, camera, seconds=seconds)
        if as_json:
            print_json(pushed_record(pushed))
        else:
            show_pushed(pushed, camera)


def _with_added(settings: Settings, name: str) -> Settings:
    """Return the configuration, where it lacks a camera with those that were added; that alone needs a database."""
    if name in {one.id for one in settings.cameras}:
        return settings
    from operations.added.cameras import with_added

    try:
        with command_database(settings, migrate=False) as database:
            return with_added(settings, database)
    except (ConfigurationError, TransientError):
        return settings


def _check_pulled(
    camera: RtspCamera | MjpegCamera | UsbCamera, settings: Settings, seconds: float, as_json: bool
) -> None:
    from operations.cameras.checking import check_camera

    with _failures_told(as_json):
        report = check_camera(
            camera,
            settings.recognition,
            seconds=seconds,
            on_connected=lambda _: errors.print(f"connected; watching for {seconds:g} s ...", markup=False),
        )
    if as_json:
        print_json(_record(report))
    else:
        _show(report)


@contextlib.contextmanager
def _failures_told(as_json: bool) -> Iterator[None]:
    """Have what is wrong with a camera said for programs, too."""
    try:
        yield
    except TransientError as error:
        if as_json:
            print_json({"works": False, "problem": str(error)})
        raise


def _record(report: CameraReport) -> dict[str, Any]:
    state, cost, facts = report.state, report.cost, report.state.facts
    return {
        "works": True,
        "address": report.address,
        "codec": None if facts is None else facts.codec,
        "transport": None if facts is None else facts.transport,
        "width": None if state.size is None else state.size[0],
        "height": None if state.size is None else state.size[1],
        "fps": state.fps,
        "clock_offset_seconds": state.clock_offset,
        "frames": state.frames,
        "dropped_frames": state.replaced,
        "damaged_frames": state.damaged,
        "first_plate": None if report.plate is None else report.plate.plate,
        "first_plate_confidence": None if report.plate is None else report.plate.confidence,
        "plates": report.plates,
        "decode_ms": cost.decode_ms,
        "gate_ms": cost.gate_ms,
        "detect_ms": cost.detect_ms,
        "core_share": cost.core_share,
        "cores": cost.cores,
        "cameras_carried": cost.carried,
        "doubts": report.doubts,
    }


def _show(report: CameraReport) -> None:
    state, cost, facts = report.state, report.cost, report.state.facts
    size = "unknown size" if state.size is None else f"{state.size[0]}x{state.size[1]}"
    sends = "pictures" if facts is None else f"{facts.codec} by {facts.transport}"
    rate = "" if state.fps is None else f", {state.fps:.1f} per second"
    offset = state.clock_offset
    clock = "it does not say what time it has" if offset is None else f"{offset:+.2f} s from this machine's"
    plate = "none was read while it was watched"
    if report.plate is not None:
        width = 0 if report.plate.box is None else report.plate.box.width
        plate = f"{report.plate.plate} ({report.plate.confidence:.0%} sure, {width:.0f} pixels wide)"
    decode = "" if cost.decode_ms is None else f"decode {cost.decode_ms:.1f} ms, "
    for name, text in (
        ("camera", report.address),
        ("sends", f"{sends}, {size}{rate}"),
        ("clock", clock),
        ("first plate", plate),
        ("pictures", f"{state.frames} came, {state.replaced} dropped, {state.damaged} damaged"),
        ("a picture costs", f"{decode}gate {cost.gate_ms:.1f} ms, a look {cost.detect_ms:.0f} ms"),
        ("the camera takes", f"{cost.core_share:.0%} of a core; {cost.cores} cores carry {cost.carried} such cameras"),
        *(("look at", doubt) for doubt in report.doubts),
    ):
        console.print(f"{name + ':':<18}{text}", markup=False, highlight=False, soft_wrap=True)
