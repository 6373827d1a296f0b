"""Reads as tables that people look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from rich.table import Table
from rich.text import Text

from cli.terminal.tables import plain_table
from cli.terminal.times import shown_time
from schemas.events import PlateReadEvent
from schemas.printable import printable
from schemas.types import PlateRead
from schemas.wording import confidence_text, movement_text, vehicle_text

Cell = Callable[[PlateRead], Text | str]


class Corrected(Protocol):
    """What a person saw where a reader saw something else; `storage.reads.search.Correction` is one."""

    @property
    def plate(self) -> str:
        """The plate, as the person saw it."""
        ...


def read_table(reads: Sequence[PlateRead], corrections: Mapping[UUID, Corrected] | None = None) -> Table:
    """Return reads as a table; corrections, vehicle, way and vendor have columns where there is something of them.

    Args:
        reads: The reads, in the order to show.
        corrections: What people saw instead, by read.
    """
    known = corrections or {}
    always: dict[str, Cell] = {
        "Time": shown_read_time,
        "Camera": lambda read: Text(read.camera_id),
        "Plate": lambda read: Text(read.plate, style="bold"),
        "State": lambda read: Text((read.jurisdiction or "").removeprefix("US-")),
        "Sure": confidence_text,
    }
    seldom: dict[str, Cell] = {
        "Corrected": lambda read: Text(known[read.read_id].plate if read.read_id in known else "", style="bold"),
        "Vehicle": lambda read: Text(vehicle_text(read.vehicle)),
        "Way": lambda read: Text(movement_text(read.movement)),
        "Vendor": lambda read: Text("" if read.report is None else read.report.vendor),
    }
    columns = always | {name: cell for name, cell in seldom.items() if any(str(cell(read)) for read in reads)}
    columns |= {"Place": _place, "Picture": lambda read: Text(read.plate_image_key or "")}
    table = plain_table(*columns, right=("Sure",))
    for read in reads:
        table.add_row(*(cell(read) for cell in columns.values()))
    return table


def shared_read_line(read: PlateReadEvent) -> str:
    """Return another agency's read in one line; whatever it wrote is made fit to be shown."""
    place = "" if read.location is None else f"{read.location.latitude:.5f}, {read.location.longitude:.5f}"
    state = (read.jurisdiction or "").removeprefix("US-")
    parts = (shown_time(read.captured_at), read.agency_id, read.camera_id, read.plate, state, place)
    return printable("  ".join(part for part in parts if part))


def shown_read_time(read: PlateRead) -> Text:
    """Return a read's time, and what its camera's clock said where that cannot be."""
    shown = Text(shown_time(read.captured_at))
    if read.claimed_at is not None:
        shown.append(f" (arrival; its camera's clock says {shown_time(read.claimed_at)})", style="yellow")
    return shown


def _place(read: PlateRead) -> str:
    place = read.location
    return "" if place is None else f"{place.latitude:.5f}, {place.longitude:.5f}"
