"""What a place needs for its reads: plain arithmetic over what was measured."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PEAK = 2.0
"""The busiest hour by the mean of a day: traffic's own, 8 % to 9 % of a day's vehicles."""

HEADROOM = 0.6
"""Members are loaded to this share at most in the busiest hour: what waits after an outage has to be made up."""

PARTITIONS_PER_MEMBER = 4
"""So that a member that joins or leaves moves a part, and members may double without a new topic."""

DAYS = 21
"""Virginia's time for reads (Code of Virginia 2.2-5517); another law's changes the bytes alone."""

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Size:
    """What it takes. Bytes are kept ones: for `DAYS` days, in all replicas."""

    reads_per_second: float
    cameras: int
    recognition_cores: int
    members: int
    partitions: int
    database_cores: int
    database_bytes: float
    rows: float
    topic_bytes: float
    picture_bytes: float
    alerts_per_second: float


def measured() -> Mapping[str, Any]:
    """Return what other benchmarks measured."""
    return tomllib.loads(Path(__file__).with_name("measured.toml").read_text("utf-8"))


def size(reads_per_second: float, figures: Mapping[str, Any], cameras: int | None = None) -> Size:
    """Return what a place needs.

    Args:
        reads_per_second: Its reads in the mean of a day.
        figures: As `measured` gives them.
        cameras: Its readers; None: as many as it takes for so many reads.
    """
    peak = reads_per_second * PEAK
    rows = reads_per_second * DAY_SECONDS * DAYS
    match, topic = figures["match"], figures["topic"]
    if cameras is None:
        cameras = math.ceil(reads_per_second / figures["recognition"]["reads_per_second_of_camera"])
    # One more than the load needs, so that one may be killed, or updated.
    members = math.ceil(peak / (match["reads_per_second"] * HEADROOM)) + 1
    return Size(
        reads_per_second,
        cameras,
        math.ceil(cameras / figures["recognition"]["cameras_per_core"]),
        members,
        members * PARTITIONS_PER_MEMBER,
        math.ceil(peak * figures["database"]["processor_ms"] / 1000 / HEADROOM),
        rows * figures["database"]["bytes_per_read"],
        rows,
        rows * topic["bytes_per_read"] * topic["compressed"] * topic["replicas"],
        rows * figures["pictures"]["bytes_per_read"],
        peak * figures["relay"]["alerts_per_read"],
    )
