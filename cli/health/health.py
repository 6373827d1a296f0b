"""`platewatch health`: how every camera and every other vendor's source is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.text import Text

from cli.common import ConfigOption, DataDirOption, JsonOption, command_settings, console, print_json
from cli.terminal.tables import plain_table
from cli.terminal.times import shown_time, time_or_never

if TYPE_CHECKING:
    from operations.status.readers import Readers

WRONG = 1
"""Exit code where something is wrong."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("health", epilog="Example: platewatch health --json")(health)


def health(config: ConfigOption = None, data_dir: DataDirOption = None, as_json: JsonOption = False) -> None:
    """Show how the run's readers are: last frame and read, rate, what was dropped, clocks, messages. No plates.

    Ends with 0 where all is fine and with 1 where something is wrong, a run that is not there included.
    """
    settings = command_settings(config, data_dir)
    from operations.status.readers import look_at_readers

    found = look_at_readers(settings)
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        _show(found)
    if found.problems:
        raise typer.Exit(WRONG)


def _show(found: Readers) -> None:
    if found.cameras:
        table = plain_table(
            "Camera", "Last frame", "Last read", "Per second", "Dropped", "Connected anew", "Clock", "Decoding"
        )
        for camera in found.cameras:
            table.add_row(
                Text(camera.camera_id),
                time_or_never(camera.last_frame_at or camera.last_picture_at),
                time_or_never(camera.last_read_at),
                _number(camera.fps, "{:.1f}"),
                _number(camera.dropped_frames, "{}"),
                _number(camera.reconnects, "{}"),
                _number(camera.clock_offset_seconds, "{:+.1f} s"),
                _number(camera.decode_share, "{:.0%} of a core"),
            )
        console.print(table)
    if found.sources:
        table = plain_table(
            *("Source", "Vendor", "Last message", "Stored", "Refused", "Waiting", "Quarantined", "Reads", "No plate"),
            "Connected anew",
        )
        for source in found.sources:
            counts = (source.received, source.refused, source.waiting, source.quarantined, source.reads)
            table.add_row(
                Text(source.source_id),
                Text(source.vendor),
                time_or_never(source.last_message_at),
                *(str(count) for count in (*counts, source.without_plate)),
                _number(source.reconnects, "{}"),
            )
        console.print(table)
    _show_readers(found)
    for problem in found.problems:
        console.print(Text(f"wrong: {problem}", style="bold red"))
    if not found.problems:
        console.print(Text("all is fine", style="green"))


def _show_readers(found: Readers) -> None:
    from operations.status.readers import reader_state

    readers = [(source, reader) for source in found.sources for reader in source.readers]
    if not readers:
        return
    table = plain_table("Reader", "Source", "Last sign of life", "Last read", "State")
    for source, reader in readers:
        state = Text(reader_state(reader, found.asked_at))
        names = Text(reader.reader_id), Text(source.source_id)
        signs = "-" if reader.last_sign_at is None else shown_time(reader.last_sign_at)
        table.add_row(*names, signs, time_or_never(reader.last_read_at), state)
    console.print(table)


def _number(value: float | None, shown: str) -> str:
    return "-" if value is None else shown.format(value)
