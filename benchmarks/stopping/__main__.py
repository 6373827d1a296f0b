"""How soon a withdrawn entry stops matching, and how soon nothing goes out any more under an agreement that was ended.

    python -m benchmarks.stopping [--entries 200000] [--times 20] [--agreements 6] [--part entries|agreements]

entries: a matcher follows a list as a run does; from the commit of a withdrawal to the first read that is no hit.
Beside it, what a plain re-load of the list takes, which would have to be done without following what changes.
agreements: alerts come at a rate, are numbered, offered to an agreement and published to a real broker, where a
neighbor takes them; from the return of the command that ends the agreement to the last alert that came. Beside it, the
interval at which the stage looks by itself, which is what a plain poll would need.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from benchmarks.stopping.agreements import ended
from benchmarks.stopping.entries import withdrawn

PARTS = ("entries", "agreements")


def main() -> None:
    """Run the benchmark and print what it finds."""
    parser = parser_of("stopping", __doc__)
    parser.add_argument("--entries", type=int, default=200_000, help="entries of the list (default 200000)")
    parser.add_argument("--times", type=int, default=20, help="withdrawals (default 20)")
    parser.add_argument("--agreements", type=int, default=6, help="agreements that are ended (default 6)")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; may be given several times")
    arguments = parser.parse_args()
    print(machine(), f"load {os.getloadavg()[0]:.1f}")
    for part in arguments.part or PARTS:
        with tempfile.TemporaryDirectory(prefix="platewatch-bench-") as folder:
            Path(folder).chmod(0o755)
            if part == "entries":
                print(withdrawn(Path(folder), arguments.entries, arguments.times))
            else:
                print(ended(Path(folder), arguments.agreements))
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
