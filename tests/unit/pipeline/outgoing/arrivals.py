"""Arrivals at the edge, and receipts that note what becomes of them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.arrivals import Arrival, Pictures, Receipt
from schemas.clocks import SourceClock
from schemas.settings import EdgeSettings, ImageSettings, KafkaSettings, Settings
from tests.unit.alerts.samples import sample_read
from tests.unit.pipeline.published.receipts import NOBODY


@dataclass(slots=True, eq=False)
class Noted:
    """A receipt that remembers its acknowledgments."""

    answers: list[str | None] = field(default_factory=list)

    def acknowledge(self, rejection: str | None) -> None:
        self.answers.append(rejection)


def edge_settings(folder: Path, **sections: object) -> Settings:
    """A machine whose image store is a folder, with sections as keywords."""
    return Settings(
        **{
            "data_dir": folder / "data",
            "images": ImageSettings(url=str(folder / "store"), keep_free_gigabytes=0),
            "kafka": KafkaSettings(bootstrap_servers=("127.0.0.1:1",)),
            "edge": EdgeSettings(picture_wait_seconds=0.3),
            **sections,
        }
    )


def arrival(
    number: int = 0,
    plate: str = "VNV4527",
    receipt: Receipt = NOBODY,
    *,
    ago: timedelta = timedelta(),
    clock: SourceClock | None = None,
    **changes: object,
) -> Arrival:
    """A read that was captured so long ago, with both pictures."""
    now = datetime.now(UTC)
    moment = now - ago
    times = {"captured_at": moment, "first_seen": moment, "last_seen": moment}
    bare = dataclasses.replace(sample_read(number, plate), plate_image_key=None, second_reading=None, **times)
    read = dataclasses.replace(bare, **changes)  # type: ignore[arg-type]
    return Arrival(read, Pictures(b"plate", b"frame"), receipt, clock or SourceClock(), now)
