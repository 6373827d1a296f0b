"""How many reads a second reach the disk, each with what goes home, against one insert after the other."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.patrol.driving import driving, reads
from schemas.arrivals import Arrival, Pictures
from schemas.convert import arrival_to_event
from schemas.types import PlateRead
from storage.car.expected import NoReceipt
from storage.spool.sqlite_file import SqliteFile

_PLAIN = "create table reads (message_id text primary key, body blob not null) strict"
ROUNDS = 3


def spool(folder: Path, count: int) -> list[str]:
    """Record reads durably, and hold that against the plain way; return lines for people.

    Both are synchronous=FULL, in turns on the same disk. The plain way stores the same message of each read and nothing
    else: no read, no match, no settling.

    Args:
        folder: Where to write.
        count: How many reads.
    """
    ours, plain = [], []
    some = reads(count)
    few = some[: max(200, count // 10)]
    for number in range(ROUNDS):
        ours.append(count / _recorded(folder / f"car-{number}", some))
        plain.append(len(few) / _inserted(folder / f"plain-{number}" / "reads.sqlite", few))
    ratios = sorted(one / other for one, other in zip(ours, plain, strict=True))
    return [
        f"{count} reads a round, matched, settled and with what goes home, synchronous=FULL: {_figures(ours)} reads/s",
        f"one insert after the other, of the message alone, synchronous=FULL: {_figures(plain)} reads/s",
        f"ratio {ratios[0]:.1f} to {ratios[-1]:.1f}",
    ]


def _figures(values: list[float]) -> str:
    ordered = sorted(values)
    return f"{ordered[len(ordered) // 2]:,.0f} (from {ordered[0]:,.0f} to {ordered[-1]:,.0f})"


def _recorded(folder: Path, some: list[PlateRead]) -> float:
    with driving(folder) as car:
        began = time.perf_counter()
        for read in some:
            car.pass_by(read)
        while car.car.uploads.count() < len(some):
            time.sleep(0.002)
        return time.perf_counter() - began


def _inserted(path: Path, some: list[PlateRead]) -> float:
    file = SqliteFile(path, _PLAIN, 1)
    events = [arrival_to_event(Arrival(read, Pictures(), NoReceipt())) for read in some]
    began = time.perf_counter()
    for event in events:
        with file.transaction():
            file.execute("insert into reads values (?, ?)", (str(event.message_id), event.model_dump_json().encode()))
    seconds = time.perf_counter() - began
    file.close()
    return seconds
