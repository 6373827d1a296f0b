"""Ask the API what its document allows and what it forbids, for long, and say what came of it.

    python -m benchmarks.api [--requests 500] [--seed 1] [--only NAME ...]

A console in a process of its own, over a real database with something of everything. For each operation that many
requests are made from the document (schemathesis); whatever is an error of the server, or is answered otherwise than
the document says, is printed with the curl command that shows it, and ends this with 1.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.api.fuzzing import Found, Target, fuzz
from benchmarks.api.world import make_world
from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine, processor_seconds
from benchmarks.console.site import running_site
from console.api.document import document


def main() -> int:
    """Run it; return whether anything failed."""
    parser = parser_of("api", __doc__)
    parser.add_argument("--requests", type=int, default=500, help="for each operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=(), help="names of operations")
    arguments = parser.parse_args()
    print(machine())
    print(" ".join(["python -m benchmarks.api", *sys.argv[1:]]))
    print(f"load before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="platewatch-bench-") as folder:
        Path(folder).chmod(0o755)
        with running_site(Path(folder)) as site:
            world = make_world(site.database, site.settings)
            began = time.monotonic()
            target = Target(site.url, world.tokens, world.known, arguments.requests, arguments.seed)
            found = [_told(one) for one in fuzz(document(), target, arguments.only)]
            seconds = time.monotonic() - began
            used = 0.0 if site.process is None else processor_seconds(site.process.pid)
    total = sum((one.statuses for one in found), Counter[int]())
    print(f"{total.total()} requests to {len(found)} operations in {seconds:.0f} s; the server took {used:.0f} s")
    failures = [(one.operation, failure) for one in found for failure in dict.fromkeys(one.failures)]
    for operation, failure in failures:
        print(f"\n{operation}: {failure}")
    print(f"failures: {len(failures)}")
    print(f"load after: {os.getloadavg()[0]:.1f}")
    return 1 if failures else 0


def _told(one: Found) -> Found:
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(one.statuses.items()))
    print(f"  {one.operation:24} {one.seconds:7.1f} s  {statuses}", flush=True)
    return one


if __name__ == "__main__":
    sys.exit(main())
