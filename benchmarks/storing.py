"""How fast reads are stored, in transactions of so many, into a database of its own.

    python -m benchmarks.storing [--reads 20000] [--batch 50] [--runs 3]

Reads are as Platewatch's own: final, of seven characters with their likeliest others. Nothing is matched, and no
picture saved. Wall time depends on the disk and on what else the machine does, the fastest tenth of the transactions
least; the processor times, of this process and of the server's that serves it, depend on neither. To compare two
versions, run them in turns.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from schemas.settings import Settings
from schemas.types import Box, CharacterRead, Location, PlateRead
from storage.alerts.unit_of_work import Ledger
from storage.database import Database, open_database

_SIGNS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


def drawn(count: int, seed: int) -> list[PlateRead]:
    """Return reads of one day, each of another vehicle."""
    rng = random.Random(seed)
    begin = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    made = []
    for number in range(count):
        plate = "".join(rng.choices(_SIGNS, k=7))
        moment = begin + timedelta(seconds=number * 80_000 / count)
        made.append(
            PlateRead(
                read_id=UUID(int=rng.getrandbits(128)),
                camera_id=f"gate-{number % 8}",
                agency_id="local",
                captured_at=moment,
                first_seen=moment,
                last_seen=moment + timedelta(seconds=2),
                plate=plate,
                confidence=0.97,
                characters=tuple(CharacterRead(sign, 0.99, (("8", 0.004), ("", 0.001))) for sign in plate),
                jurisdiction="US-VA",
                jurisdiction_confidence=0.95,
                location=Location(36.8, -76.3),
                frame_count=12,
                box=Box(100.5, 200.25, 180.0, 240.75),
                plate_image_key=f"{moment:%Y/%m/%d}/gate/{number}-plate.jpg",
                context_image_key=f"{moment:%Y/%m/%d}/gate/{number}-context.jpg",
            )
        )
    return made


def server_seconds(database: Database) -> float:
    """Return how long the server's processes have been on a processor."""
    with database.connection() as connection:
        (pid,) = connection.execute("select pg_backend_pid()").fetchone() or (0,)
    fields = {path.parent.name: _stat(path) for path in Path("/proc").glob("[0-9]*/stat")}
    server = fields[str(pid)][1]
    every = (one for one in fields.values() if one and one[1] == server)
    return sum(int(one[11]) + int(one[12]) for one in every) / os.sysconf("SC_CLK_TCK")


def _stat(path: Path) -> list[str]:
    """Return what the system says of a process, from its state on; nothing where it has ended."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def store(database: Database, reads: list[PlateRead], batch: int) -> tuple[list[float], float, float]:
    """Store reads; return the seconds of every transaction, and those of both processes on a processor."""
    ledger, taken = Ledger(database), []
    served = server_seconds(database)
    worked = time.process_time()
    for place in range(0, len(reads), batch):
        part = reads[place : place + batch]
        began = time.perf_counter()
        with ledger.begin(part) as unit:
            unit.add_reads(part)
        taken.append(time.perf_counter() - began)
    worked = time.process_time() - worked
    return taken, worked, server_seconds(database) - served


def main() -> None:
    """Run the benchmark and print what it finds."""
    parser = parser_of("storing", __doc__)
    parser.add_argument("--reads", type=int, default=20_000, help="reads in each run (default 20000)")
    parser.add_argument("--batch", type=int, default=50, help="reads in one transaction (default 50)")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    print(machine())
    with (
        tempfile.TemporaryDirectory(prefix="platewatch-bench-") as folder,
        open_database(Settings(data_dir=Path(folder))) as database,
    ):
        store(database, drawn(arguments.batch * 20, -1), arguments.batch)
        found = [store(database, drawn(arguments.reads, seed), arguments.batch) for seed in range(arguments.runs)]
    taken = [seconds for transactions, _, _ in found for seconds in transactions]
    fast, middle = statistics.quantiles(taken, n=10)[0], statistics.median(taken)
    own, server = (min(run[place] for run in found) / arguments.reads * 1e6 for place in (1, 2))
    print(
        f"{arguments.batch} reads a transaction: {arguments.batch / middle:,.0f} reads/s in the median transaction, "
        f"{arguments.batch / fast:,.0f} in the fastest tenth; on a processor for {own:.0f} us each, the server for "
        f"{server:.0f}"
    )


if __name__ == "__main__":
    main()
