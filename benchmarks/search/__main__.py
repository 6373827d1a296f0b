"""How long an analyst's searches take, each against the plain SQL that one would write first.

    python -m benchmarks.search [--reads 20000000] [--folder ~/platewatch-bench] [--runs 20] [--plain-runs 3]

Reads of 200 cameras over 21 days are made by the embedded server, a quarter of an hour's work for 20 million, and kept
in the folder: the next run begins at once. Every question is asked through its operation, with the law's gate and the
row of the audit, of another plate each time.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from benchmarks.search.questions import Question, questions, some_plates
from benchmarks.search.reads import made_reads, opened
from schemas.errors import PlatewatchError
from storage.database import Database

PLAIN_SECONDS = 60


def main() -> None:
    """Run the benchmark and print what it finds."""
    parser = parser_of("search", __doc__)
    parser.add_argument("--reads", type=int, default=20_000_000)
    parser.add_argument("--folder", type=Path, default=Path.home() / "platewatch-bench-search")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--plain-runs", type=int, default=3, help="0: our own searches alone")
    arguments = parser.parse_args()
    print(machine())
    arguments.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with opened(arguments.folder) as database:
        made = made_reads(database, arguments.folder, arguments.reads)
        print(f"{made.reads:,} reads; made in {made.seconds:.0f} s{'' if made.is_new else ', by an earlier run'}\n")
        plates = some_plates(database, arguments.runs)
        print(
            "| question | limit, ms | found | median | p95 | plain SQL, median | found |\n|---|---|---|---|---|---|---|"
        )
        for question in questions(database, made.until):
            _measure(database, question, plates, arguments.plain_runs)


def _measure(database: Database, question: Question, plates: list[str], plain_runs: int) -> None:
    found, taken = zip(*(_timed(question.ask, plate) for plate in plates), strict=True)
    p95 = sorted(taken)[max(round(0.95 * len(taken)) - 1, 0)]
    plain = "" if question.plain is None or not plain_runs else _plain(database, question, plates[:plain_runs])
    limit = question.limit or ""
    print(
        f"| {question.name} | {limit} | {statistics.fmean(found):.0f} | {statistics.median(taken):.1f} | {p95:.1f} |"
        f" {plain or ' |'} |",
        flush=True,
    )


def _timed(ask: Callable[[str], int], plate: str) -> tuple[int, float]:
    began = time.perf_counter()
    found = ask(plate)
    return found, (time.perf_counter() - began) * 1000


def _plain(database: Database, question: Question, plates: list[str]) -> str:
    found, taken = [], []
    for plate in plates:
        began = time.perf_counter()
        try:
            with database.transaction() as connection:
                connection.execute(f"set local statement_timeout = '{PLAIN_SECONDS}s'".encode())
                rows = connection.execute((question.plain or "").encode(), question.values(plate)).fetchall()
        except PlatewatchError:
            return f"over {PLAIN_SECONDS},000 |"
        taken.append((time.perf_counter() - began) * 1000)
        found.append(len(rows))
    return f"{statistics.median(taken):.1f} | {statistics.fmean(found):.0f}"


if __name__ == "__main__":
    main()
