"""What a patrol car takes of its machine, and how fast it is.

    python -m benchmarks.patrol [PART ...] [--reads 5000] [--hours 12] [--entries 1000000] [--changes 3000]
        [--rounds 5] [--seconds 90] [--kills 200]

Parts: `spool` records reads durably and holds that against one insert after the other; `drain` brings reads home over
TLS and holds that against one POST after the other; `shift` simulates a shift at 3,000 reads an hour without a network;
`lists` brings a national list to a car, and a change of it; `months` lets a car take thousands of changes; `reaching`
changes a server's lists until a car's process does it; `alerting` reads a live camera and follows the officer's page,
from a picture to the alert about it; `cameras` says what two live cameras lose; `kills` kills a car's process at random
moments of its drives, while its way home is cut.
Everything is written below FOLDER (default: this disk's temporary folder).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from benchmarks.patrol.alerting import alerting
from benchmarks.patrol.cameras import cameras
from benchmarks.patrol.drain import drain
from benchmarks.patrol.kills import kills
from benchmarks.patrol.lists import lists
from benchmarks.patrol.months import months
from benchmarks.patrol.reaching import reaching
from benchmarks.patrol.shift import shift
from benchmarks.patrol.spool import spool

PARTS = ("spool", "drain", "shift", "lists", "months", "reaching", "alerting", "cameras", "kills")


def main() -> None:
    """Run the parts that are asked for, all by default."""
    parser = parser_of("patrol", __doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument(
        "--reads", type=int, default=5000, help="reads that the spool takes and the drain brings home (default 5000)"
    )
    parser.add_argument("--hours", type=float, default=12.0, help="hours of the shift (default 12)")
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries of the list (default 1000000)")
    parser.add_argument("--changes", type=int, default=3000, help="changes of the list in months (default 3000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each change of reaching is made (default 5)")
    parser.add_argument("--seconds", type=float, default=90.0, help="how long each way of alerting is watched (90)")
    parser.add_argument("--kills", type=int, default=200, help="how often the car is killed (default 200)")
    parser.add_argument("--folder", type=Path, help="folder on the disk that is measured")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    print(machine())
    parts: dict[str, Callable[[Path], list[str]]] = {
        "spool": lambda folder: spool(folder, chosen.reads),
        "drain": lambda folder: drain(folder, chosen.reads),
        "shift": lambda folder: shift(folder, chosen.hours),
        "lists": lambda folder: lists(folder, chosen.entries),
        "months": lambda folder: months(folder, chosen.entries, chosen.changes),
        "reaching": lambda folder: reaching(folder, chosen.rounds),
        "alerting": lambda folder: alerting(folder, chosen.seconds),
        "cameras": lambda folder: cameras(folder, chosen.seconds),
        "kills": lambda folder: kills(folder, chosen.kills),
    }
    for name in chosen.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="platewatch-patrol-", dir=chosen.folder) as folder:
            print(f"\n{name}, load {os.getloadavg()[0]:.1f}")
            for line in parts[name](Path(folder)):
                print(f"  {line}")


if __name__ == "__main__":
    main()
