"""What the demo shows while it runs: alerts as they are raised, and what the neighbor receives."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.alerts.tables import alert_table
from pipeline.counters import RunTotals
from schemas.events import Alert
from schemas.types import PlateRead

SHOWN = 12
"""Rows that fit a screen beside each other table; the newest are shown."""


class DemoScreen:
    """A live display on a terminal; one line per event where the output is not a terminal.

    Args:
        console: Where to show.
        total_frames: Frames of the input, or None when unknown.
    """

    def __init__(self, console: Console, total_frames: int | None) -> None:
        self.reads: list[tuple[PlateRead, Sequence[Alert]]] = []
        self._early: dict[UUID, list[Alert]] = {}
        self.alerts: list[Alert] = []
        self.received: list[tuple[Alert, datetime]] = []
        self._console = console
        self._total_frames = total_frames
        self._totals = RunTotals()
        self._lock = threading.Lock()
        self._live: Live | None = None

    def __enter__(self) -> DemoScreen:
        if self._console.is_terminal:
            self._live = Live(self._render(), console=self._console, auto_refresh=False)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.update(self._render(), refresh=True)
            self._live.stop()
            self._live = None
        else:
            self._console.print(self.alert_table())
            self._console.print(self.received_table())

    def recorded(self, read: PlateRead, alerts: Sequence[Alert]) -> None:
        """Take a read and the alerts it raised (called by the recorder's thread)."""
        with self._lock:
            # Once, when the vehicle has passed; what was raised while it was in view belongs to it.
            told = [*self._early.pop(read.read_id, ()), *alerts]
            if read.is_final:
                self.reads.append((read, told))
            else:
                self._early[read.read_id] = told
            self.alerts.extend(alerts)
        if self._live is None:
            for alert in alerts:
                self._console.print(f"alert     {alert.hit.tier.value:<9}{alert.hit.explanation}", highlight=False)

    def delivered(self, alert: Alert) -> None:
        """Take an alert that the neighbor's subscriber received (called by its thread)."""
        with self._lock:
            self.received.append((alert, datetime.now(UTC)))
        if self._live is None:
            self._console.print(f"neighbor  received {alert.hit.tier.value} alert {alert.alert_id}", highlight=False)

    def tick(self, totals: RunTotals) -> None:
        """Show the state now (called by the main thread)."""
        self._totals = totals
        if self._live is not None:
            self._live.update(self._render(), refresh=True)

    def alert_table(self) -> Table:
        """Return the table of alerts."""
        with self._lock:
            alerts = list(self.alerts)
        table = alert_table(alerts[-SHOWN:])
        table.title = "Alerts raised by this agency"
        return table

    def received_table(self) -> Table:
        """Return the table of what the neighbor received."""
        with self._lock:
            received = list(self.received)
        table = Table(title="Received by a neighboring agency's subscriber", title_justify="left", expand=True)
        for heading in ("alert", "from", "type", "plate on list", "tier", "category", "after"):
            table.add_column(heading, overflow="fold")
        for alert, arrived in received[-SHOWN:]:
            table.add_row(
                str(alert.alert_id)[:8],
                alert.agency_id,
                alert.type.value,
                f"{alert.entry.plate} {alert.entry.jurisdiction or ''}".strip(),
                alert.hit.tier.value,
                alert.entry.category.value.replace("_", " "),
                f"{(arrived - alert.created_at).total_seconds():.2f} s",
            )
        return table

    def read_table(self) -> Table:
        """Return the table of every vehicle that was read."""
        with self._lock:
            reads = list(self.reads)
        table = Table(title="Vehicles read", title_justify="left", expand=True)
        for heading in ("first seen", "camera", "plate", "confidence", "frames", "alerts"):
            table.add_column(heading, overflow="fold")
        for read, alerts in reads:
            table.add_row(
                read.first_seen.astimezone().strftime("%H:%M:%S"),
                read.camera_id,
                read.plate,
                f"{read.confidence:.2f}" if read.confidence_is_known else "unknown",
                str(read.frame_count),
                ", ".join(alert.hit.tier.value for alert in alerts) or "-",
            )
        return table

    def _render(self) -> Group:
        totals = self._totals
        frames = f"{totals.frames}/{self._total_frames}" if self._total_frames else str(totals.frames)
        status = Text(
            f"frames {frames}   vehicles read {totals.reads}   "
            f"hits {sum(totals.hits.values())}   alerts {totals.alerts}",
            style="bold",
        )
        return Group(status, self.alert_table(), self.received_table())
