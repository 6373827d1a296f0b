"""How many misread plates each matching rule finds, and how many innocent vehicles it stops.

    python -m benchmarks.matching_quality [--data DIR] [--entries 1000000] [--images docs/images]

Simulated reads: vehicles of the list and vehicles that are on no list pass a simulated reader. Real reads, with --data
(a folder with plate-ocr/labels.csv and plate-detection/): labeled plates, near and far, read by the shipped reader;
their true plates are put on the list for what is found, and all other entries count as false alerts of these reads and
of those of plate-detection's unlabeled plates. The matcher knows of the simulated traffic what it is told by default,
that half of it is of the home state, and of the real plates, which are from everywhere, nothing. Every rule sees the
same reads and the same list. False alerts are counted per 10,000 reads, not per pair.

Tables go to standard output as Markdown. Without --images no plot is written.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from benchmarks.common.vehicles import LISTED_HOME, NATIONAL_HOME
from benchmarks.matching_quality.cases import Case, all_scores, real_case, simulated_case
from benchmarks.matching_quality.report import plot, show
from schemas.errors import PlatewatchError

KINDS = ("simulated", "real")


def main() -> None:
    parser = parser_of("matching_quality", __doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with plate-ocr/ and plate-detection/")
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries of the list (default 1000000)")
    parser.add_argument("--reads", type=int, default=60_000, help="simulated innocent reads (default 60000)")
    parser.add_argument(
        "--home",
        type=float,
        default=LISTED_HOME,
        help=f"home state's share of the list (default {LISTED_HOME}; of a national list {NATIONAL_HOME})",
    )
    parser.add_argument("--images", type=Path, metavar="DIR", help="write the plots there")
    parser.add_argument("--seed", type=int, default=2, help="what lists and reads are drawn with (default 2)")
    parser.add_argument(
        "--only", choices=KINDS, nargs="+", help="measure only these (default: all that there is data for)"
    )
    arguments = parser.parse_args()
    if "real" in (arguments.only or ()) and not arguments.data:
        parser.error("real reads need --data")
    print(machine())
    for name in arguments.only or (KINDS if arguments.data else KINDS[:1]):
        started = time.perf_counter()
        try:
            case = _case(name, arguments)
        except PlatewatchError as error:
            sys.exit(f"matching_quality: {error}")
        found = all_scores(case)
        show(case, found)
        print(f"\nMeasured in {time.perf_counter() - started:.0f} s, seed {arguments.seed}.", flush=True)
        if arguments.images is not None:
            plot(arguments.images / f"matching-quality-{name}.svg", case, found)


def _case(name: str, arguments: argparse.Namespace) -> Case:
    if name == "real":
        return real_case(arguments.data, arguments.entries, arguments.seed, arguments.home)
    return simulated_case(arguments.entries, arguments.reads, arguments.seed, arguments.home)


if __name__ == "__main__":
    main()
