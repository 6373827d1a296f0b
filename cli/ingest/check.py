"""`platewatch ingest check`: whether a source that is fetched can be, and what it sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.common import ConfigOption, JsonOption, command_settings, console, errors, print_json
from schemas.errors import TransientError

if TYPE_CHECKING:
    from operations.sources.checking import SourceReport


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("check", epilog="Example: platewatch ingest check north-gate --seconds 60")(check)


def check(
    source: Annotated[str, typer.Argument(help="Id of a source with pull, as configured.", show_default=False)],
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="How long to watch.")] = 10.0,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Connect to a source that is fetched, watch it for some seconds, and say what came, or what is wrong.

    Nothing is stored, and a run that fetches this source goes on: it loses nothing by it.
    """
    settings = command_settings(config, log_level="ERROR")
    from operations.sources.checking import check_source, pulled_source

    chosen = pulled_source(settings, source)
    try:
        report = check_source(
            settings,
            chosen,
            seconds=seconds,
            on_connected=lambda _: errors.print(f"connected; watching for {seconds:g} s ...", markup=False),
        )
    except TransientError as error:
        if as_json:
            print_json({"works": False, "problem": str(error)})
        raise
    if as_json:
        print_json(_record(report))
    else:
        _show(report)


def _record(report: SourceReport) -> dict[str, Any]:
    plate = report.plate
    return {
        "works": True,
        "address": report.address,
        "seconds": report.seconds,
        "messages": report.state.received,
        "other_messages": report.state.other,
        "refused": report.state.refused,
        "reads": report.reads,
        "without_plate": report.without_plate,
        "with_picture": report.pictures,
        "first_plate": None if plate is None else plate.plate,
        "first_plate_confidence": None if plate is None else plate.confidence,
        "clock_offset_seconds": report.clock_seconds,
        "doubts": report.doubts,
    }


def _show(report: SourceReport) -> None:
    state, plate = report.state, "none was read while it was watched"
    if report.plate is not None:
        sure = "how sure is not said" if report.plate.confidence is None else f"{report.plate.confidence:.0%} sure"
        plate = f"{report.plate.plate} ({sure})"
    clock = "not told by what came" if report.clock_seconds is None else f"{report.clock_seconds:+.1f} s from now"
    for name, text in (
        ("source", report.address),
        ("messages", f"{state.received} of vehicles, {state.other} others, {state.refused} refused"),
        ("reads", f"{report.reads}, {report.pictures} with a picture; {report.without_plate} without a plate"),
        ("first plate", plate),
        ("clock", clock),
        *(("look at", doubt) for doubt in report.doubts),
    ):
        console.print(f"{name + ':':<18}{text}", markup=False, highlight=False, soft_wrap=True)
