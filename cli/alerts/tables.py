"""Tables that several commands print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from cli.terminal.times import shown_time
from schemas.convert import read_from_event
from schemas.events import Alert, AlertType
from schemas.printable import printable
from schemas.types import PlateRead, Tier
from schemas.wording import UNKNOWN_CONFIDENCE, list_text, movement_text, position_text, vehicle_text

TIER_STYLES = {Tier.EXACT: "bold red", Tier.PROBABLE: "yellow", Tier.PARTIAL: "cyan"}


def alert_table(
    alerts: Iterable[Alert],
    *,
    title: str | None = None,
    header: bool = True,
    states: Sequence[str] | None = None,
    numbers: Sequence[int] | None = None,
) -> Table:
    """Return alerts as a table: time, camera, plate as seen and as listed, tier, why, the list and its age.

    Under "why" it also stands what the reader says of the vehicle and its way, and under "seen" where it does not say
    how sure it is.

    Columns are as wide in a table of one row as in a table of many, so that rows printed one by one line up.

    Args:
        alerts: The alerts, in the order to show.
        title: Heading above the table.
        header: Whether to name the columns.
        states: One text per alert for a last column, like `published`.
        numbers: One number per alert for a first column, by which commands name it.

    Returns:
        The table.
    """
    table = Table(title=title, show_header=header, expand=True, box=None, pad_edge=False, padding=(0, 1))
    if numbers is not None:
        table.add_column("No.", width=6, no_wrap=True)
    table.add_column("Time", width=25, no_wrap=True)
    table.add_column("Camera", ratio=2, overflow="fold")
    table.add_column("Seen", width=12, overflow="fold")
    table.add_column("Listed", width=12, overflow="fold")
    table.add_column("Tier", width=8, no_wrap=True)
    table.add_column("Why", ratio=7, overflow="fold")
    table.add_column("List", ratio=3, overflow="fold")
    if states is not None:
        table.add_column("State", ratio=3, overflow="fold")
    for number, alert in enumerate(alerts):
        cells = _cells(alert)
        if numbers is not None:
            cells.insert(0, Text(str(numbers[number])))
        if states is not None:
            cells.append(Text(states[number]))
        table.add_row(*cells)
    return table


def _cells(alert: Alert) -> list[Text]:
    read = read_from_event(alert.read)
    return [
        Text(shown_time(read.captured_at)),
        Text(read.camera_id),
        Text(_seen(read)),
        Text(plate_text(alert.entry.plate, alert.entry.jurisdiction)),
        Text(alert.hit.tier.value, style=TIER_STYLES[alert.hit.tier]),
        Text(why(alert), style="bold" if alert.type is AlertType.CANCEL else ""),
        Text(printable(list_text(alert))),
    ]


def plate_text(plate: str, jurisdiction: str | None) -> str:
    """Return a plate with its state, as in `ABC1234 VA`."""
    return f"{plate} {jurisdiction.removeprefix('US-')}" if jurisdiction else plate


def _seen(read: PlateRead) -> str:
    plate = plate_text(read.plate, read.jurisdiction)
    return plate if read.confidence_is_known else f"{plate}, {UNKNOWN_CONFIDENCE}"


def why(alert: Alert) -> str:
    """Return why an alert was raised: what the plate is listed for, how the read agrees with it, what else was seen.

    For a cancel it is why the alert is taken back; for an update, what is new comes first. Who has confirmed it, or
    that nobody has yet, comes last.
    """
    if alert.type is AlertType.CANCEL:
        return f"CANCELED: {alert.reason or 'do not act on the alert any more'}"
    read = read_from_event(alert.read)
    seen = ", ".join(
        part
        for part in (vehicle_text(read.vehicle), movement_text(read.movement), position_text(read.location))
        if part
    )
    words = f"{alert.entry.category.value.replace('_', ' ')}: {alert.hit.explanation}"
    raised = f"{words}; seen: {seen}" if seen else words
    raised = f"{raised}; {alert.confirmation.words}"
    return f"UPDATED ({alert.reason or 'a better read'}): {raised}" if alert.type is AlertType.UPDATE else raised
