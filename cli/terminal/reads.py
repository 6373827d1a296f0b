"""Reads as tables that people look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.table import Table
from rich.text import Text

from cli.terminal.times import shown_time
from schemas.types import PlateRead
from schemas.wording import confidence_text, movement_text, vehicle_text

Cell = Callable[[PlateRead], Text | str]


def read_table(reads: Sequence[PlateRead]) -> Table:
    """Return reads as a table; vehicle, way and vendor have columns where a read says something of them.

    Args:
        reads: The reads, in the order to show.
    """
    always: dict[str, Cell] = {
        "Time": shown_read_time,
        "Camera": lambda read: Text(read.camera_id),
        "Plate": lambda read: Text(read.plate, style="bold"),
        "State": lambda read: Text((read.jurisdiction or "").removeprefix("US-")),
        "Sure": confidence_text,
    }
    seldom: dict[str, Cell] = {
        "Vehicle": lambda read: Text(vehicle_text(read.vehicle)),
        "Way": lambda read: Text(movement_text(read.movement)),
        "Vendor": lambda read: Text("" if read.report is None else read.report.vendor),
    }
    columns = always | {name: cell for name, cell in seldom.items() if any(str(cell(read)) for read in reads)}
    columns |= {"Place": _place, "Picture": lambda read: Text(read.plate_image_key or "")}
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in columns:
        table.add_column(heading, overflow="fold", justify="right" if heading == "Sure" else "left")
    for read in reads:
        table.add_row(*(cell(read) for cell in columns.values()))
    return table


def shown_read_time(read: PlateRead) -> Text:
    """Return a read's time, and what its camera's clock said where that cannot be."""
    shown = Text(shown_time(read.captured_at))
    if read.claimed_at is not None:
        shown.append(f" (arrival; its camera's clock says {shown_time(read.claimed_at)})", style="yellow")
    return shown


def _place(read: PlateRead) -> str:
    place = read.location
    return "" if place is None else f"{place.latitude:.5f}, {place.longitude:.5f}"
