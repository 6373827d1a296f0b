"""How long it takes to match new entries with millions of stored reads, beside two plain ways.

    python -m benchmarks.historical [--reads 10000000] [--runs 3] [--data-dir FOLDER]

Reads are drawn, in the embedded database with its default settings, on disk. One in a hundred of the entries (the first
one always) is a vehicle that passed; the others are plates of nobody. The plain ways: PostgreSQL's levenshtein over all
reads for one entry, and every read through the matcher, measured over a sample and multiplied.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from benchmarks.historical.ways import run
from schemas.settings import Settings


@contextlib.contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="platewatch-bench-") as folder:
        yield Path(folder)


def main() -> None:
    """Run the benchmark and print what it finds."""
    parser = parser_of("historical", __doc__)
    parser.add_argument("--reads", type=int, default=10_000_000)
    parser.add_argument("--vehicles", type=int, default=3_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--data-dir", type=Path, help="keep the reads here, and use them again")
    arguments = parser.parse_args()
    print(machine())
    print(" ".join(["python -m benchmarks.historical", *sys.argv[1:]]))
    with _folder(arguments.data_dir) as folder:
        run(Settings(data_dir=folder), arguments.reads, arguments.vehicles, arguments.runs)


if __name__ == "__main__":
    main()
