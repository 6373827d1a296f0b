"""How fast messages are stored, and how fast they become matched reads."""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.hotlists.extract import write_extract
from benchmarks.ingest.part import Part
from benchmarks.ingest.vendors.messages import message, post
from benchmarks.ingest.vendors.servers import DIGEST, serving
from hotlists.importing.importer import ImportOptions, import_file
from ingest.inbox_place import INBOX_FILE
from pipeline.services.run import Service
from schemas.settings import IngestSettings, IngestSource, Settings
from storage.database import Database, open_database
from storage.spool.messages import Message
from storage.spool.spool import Spool

HALF_RATE = 750.0


def _arguments(group: Any) -> None:
    group.add_argument("--messages", type=int, default=12_000, help="messages that are posted at full load")
    group.add_argument("--matched", type=int, default=6_000, help="messages that become reads")
    group.add_argument("--entries", type=int, default=100_000, help="entries of the hotlist")


def run(arguments: argparse.Namespace) -> None:
    """Measure both and print the tables."""
    print("## Vendors' messages stored\n")
    print("| server | load | stored/s | stored/s per core | p50 ms | p99 ms | failed |")
    print("|---|---|---|---|---|---|---|")
    for kind in ("ours", "plain"):
        for load, rate, count in (("full", None, arguments.messages), ("half", HALF_RATE, arguments.messages // 2)):
            with tempfile.TemporaryDirectory(dir="/var/tmp") as folder, serving(kind, Path(folder)) as server:
                post(server.port, 320, None)
                before = server.cpu_seconds()
                seen = post(server.port, count, rate)
                per_core = count / (server.cpu_seconds() - before)
            print(
                f"| {kind} | {load} | {seen.rate:,.0f} | {per_core:,.0f} | {seen.p50:.1f} | {seen.p99:.1f} | "
                f"{seen.failed} |"
            )
    _matched(arguments.matched, arguments.entries)


def _matched(count: int, entries: int) -> None:
    """Fill an inbox, have a run empty it, and say how fast; the CPU time is this process's, without PostgreSQL's."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        source = IngestSource(id="bench", vendor="rekor", token_sha256=DIGEST)
        settings = Settings(data_dir=Path(folder) / "data", ingest=IngestSettings(sources=(source,)))
        with open_database(settings) as database:
            _activate(database, settings, entries, Path(folder))
            now = time.time()
            with Spool(settings.data_dir / INBOX_FILE) as spool:
                bodies = (
                    message(n, f"{chr(65 + n % 26)}{chr(65 + n // 26 % 26)}Q{1000 + n}", now) for n in range(count)
                )
                spool.add([Message("bench", datetime.now(UTC), body, "application/json") for body in bodies])
            service = Service(settings, database, None)
            times: list[tuple[int, float, float]] = []

            def tick() -> None:
                times.append((service.counters.totals().new_reads, time.perf_counter(), time.process_time()))

            service.run(threading.Event(), until_done=True, on_tick=tick)
            totals = service.counters.totals()
    first = next(one for one in times if one[0])
    last = next(one for one in times if one[0] == times[-1][0])
    reads, seconds, cpu = (b - a for a, b in zip(first, last, strict=True))
    print(f"\nFrom the inbox to matched reads, {entries:,} entries: {totals.new_reads:,} reads, ", end="")
    print(f"{reads / seconds:,.0f}/s, {reads / cpu:,.0f}/s per core of the run's own CPU time\n")


def _activate(database: Database, settings: Settings, count: int, folder: Path) -> None:
    path = folder / "ncic.txt"
    write_extract(path, count)
    import_file(database, path, "ncic", ImportOptions(settings=settings.hotlists))


PART = Part("vendors", _arguments, run)
