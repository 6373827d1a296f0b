"""How fast a national list is read and made active, beside a plain loop over its columns.

    python -m benchmarks.hotlists [--rows 3000000] [--runs 3]

Rows are drawn, the database is the embedded one with its default settings, on disk. Memory is the largest resident set
of the importing process; that of the server's processes, which share their buffers, is shown beside it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from benchmarks.hotlists.ways import run


def main() -> None:
    """Run the benchmark and print a table."""
    parser = parser_of("hotlists", __doc__)
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--parse-rows", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    print(machine())
    print(" ".join(["python -m benchmarks.hotlists", *sys.argv[1:]]))
    with tempfile.TemporaryDirectory(prefix="platewatch-bench-") as folder:
        run(Path(folder), arguments.rows, arguments.parse_rows, arguments.runs)


if __name__ == "__main__":
    main()
