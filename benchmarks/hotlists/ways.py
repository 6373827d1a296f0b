"""Parsing and importing a list, beside a plain loop, with their times and memory."""

from __future__ import annotations

import multiprocessing
import statistics
import struct
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.common.machine import peak_mb
from benchmarks.hotlists.extract import write_extract
from benchmarks.hotlists.server_memory import ServerMemory
from hotlists.importing.importer import ImportOptions, import_file
from hotlists.layouts.registry import parser_for
from schemas.plates import canonical_plate
from schemas.settings import Settings
from storage.database import open_database
from storage.hotlists.lists import HotlistStore

_COLUMNS = struct.Struct("10s9s8s10s2s4s2s4s4s3s2s7s")


def naive_rows(path: Path) -> int:
    """Cut every row into its columns with struct and strip them: no checks, no codes, no ids, nothing kept."""
    count = 0
    with path.open("rb") as file:
        next(file)
        for line in file:
            row = line.rstrip(b"\r\n").ljust(_COLUMNS.size)
            {
                name: value.decode().strip()
                for name, value in zip(
                    ("nic", "ori", "date", "lic", "lis", "liy", "lit", "vyr", "vma", "vmo", "vst", "vco"),
                    _COLUMNS.unpack(row[: _COLUMNS.size]),
                    strict=True,
                )
            }
            count += 1
    return count


def parsed_rows(path: Path) -> int:
    """Parse every row into an entry."""
    with path.open("rb") as stream:
        return sum(1 for _ in parser_for("ncic")(stream, file_name=path.name, hotlist_id="ncic").rows)


def survivors(path: Path) -> tuple[int, int, int]:
    """Return how many rows there are, how many entries ours keeps, and how many a list by plate alone keeps."""
    with path.open("rb") as stream:
        entries = list(parser_for("ncic")(stream, file_name=path.name, hotlist_id="ncic").rows)
    ids = {entry.entry_id for entry in entries}  # type: ignore[union-attr]
    plates = {canonical_plate(entry.plate) for entry in entries}  # type: ignore[union-attr]
    return len(entries), len(ids), len(plates)


def rate(read: Callable[[Path], int], path: Path, runs: int) -> float:
    """Return the median of rows per second."""
    rates = []
    for _ in range(runs):
        started = time.perf_counter()
        rates.append(read(path) / (time.perf_counter() - started))
    return statistics.median(rates)


def timed_import(settings: Settings, path: Path) -> tuple[float, int]:
    """Import in this process; return the seconds and the entries."""
    with open_database(settings) as database:
        started = time.perf_counter()
        report = import_file(database, path, "ncic", ImportOptions(settings=settings.hotlists))
        seconds = time.perf_counter() - started
        outcome = report.outcome
        assert outcome is not None
        print(
            f"  {outcome.total} entries, {outcome.added} added, {outcome.changed} changed, {outcome.removed} removed, "
            f"{report.survey.duplicates} repeated: {seconds:.1f} s",
            flush=True,
        )
        return seconds, len(HotlistStore(database).lists())


def _import_in_child(data_dir: str, path: str, results: multiprocessing.Queue[tuple[float, float, float]]) -> None:
    with ServerMemory() as server:
        seconds, _ = timed_import(Settings(data_dir=Path(data_dir)), Path(path))
    results.put((seconds, peak_mb(), server.peak_mib))


def measured_import(data_dir: Path, path: Path) -> tuple[float, float, float]:
    """Import in a process of its own; return seconds, its largest memory, and the server's (MiB)."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    process = context.Process(target=_import_in_child, args=(str(data_dir), str(path), results))
    process.start()
    found = results.get()
    process.join()
    return found


def run(folder: Path, rows: int, parse_rows: int, runs: int) -> None:
    """Measure parsing, a first import and an update."""
    small, first, second = (folder / name for name in ("small.txt", "first.txt", "second.txt"))
    write_extract(small, parse_rows)
    ours, naive = rate(parsed_rows, small, runs), rate(naive_rows, small, runs)
    print(
        f"parser alone: {ours:,.0f} rows/s; struct loop without checks: {naive:,.0f} rows/s; ratio {ours / naive:.2f}"
    )
    total, kept, by_plate = survivors(small)
    print(f"of {total} rows: {kept} entries by identity; {by_plate} where plates alone tell them apart")
    write_extract(first, rows)
    write_extract(second, rows, changed=0.01)
    firsts, seconds = [], []
    for number in range(runs):
        print(f"run {number + 1}, {rows} rows", flush=True)
        with tempfile.TemporaryDirectory(prefix="platewatch-bench-data-") as data_dir:
            firsts.append(measured_import(Path(data_dir), first))
            seconds.append(measured_import(Path(data_dir), second))
    for name, found in (("first import", firsts), ("1 % change", seconds)):
        times, own, server = (statistics.median(column) for column in zip(*found, strict=True))
        print(f"{name}: {times:.1f} s, process {own:.0f} MiB, server {server:.0f} MiB")
