"""How fast reads are matched with national lists on one core, beside rapidfuzz and symspellpy in the same run.

    python -m benchmarks.matcher [--sizes 100000 1000000 3000000] [--runs 5] [--cores 1] [--reload-only]

Plates are drawn. Platewatch's figures are with the score of text and state; the others' find texts within one edit and
score nothing. symspellpy (`pip install symspellpy`) is left out where it is not installed.
"""

from __future__ import annotations

import os
import sys

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from benchmarks.matcher.peers import peers
from benchmarks.matcher.speed import measure, reload_alone


def show(rows: list[dict[str, str]]) -> None:
    """Print rows as a table with one column per size."""
    for name in rows[0]:
        print(f"| {name} | " + " | ".join(row.get(name, "") for row in rows) + " |")


def main() -> None:
    """Run the benchmark and print tables."""
    parser = parser_of("matcher", __doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000, 3_000_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--reload-only", action="store_true", help="only single reads beside changes of the lists")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-arguments.cores :])
    print(machine())
    print(
        " ".join(["python -m benchmarks.matcher", *sys.argv[1:]]),
        f"({arguments.cores} core)",
    )
    if arguments.reload_only:
        show([reload_alone(size, arguments.runs) for size in arguments.sizes])
        return
    show([measure(size, arguments.runs) for size in arguments.sizes])
    if not arguments.no_peers:
        show([peers(size, arguments.runs) for size in arguments.sizes])


if __name__ == "__main__":
    main()
