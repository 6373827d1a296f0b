"""What the second reader catches: right and wrong reads against what it says, its share of doubts, and its cost.

    python -m benchmarks.second_reader --data DATASET/labels.csv [--split val] [--counts FILE]

Every labeled crop gets a border and is read by the shipped reader, then by the second reader, as a plate is that is
about to raise an alert: as it is, and scaled down to the widths of plates far away. `--counts` writes the matcher's
data, from the reads that are sure enough to be matched.
"""

from __future__ import annotations

import statistics
from pathlib import Path

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from benchmarks.second_reader.cases import LEAST_SURE, WIDTHS, cases, show
from benchmarks.second_reader.counts import write_counts
from recognition.reading.second_reader import SecondReader


def main() -> None:
    parser = parser_of("second_reader", __doc__)
    parser.add_argument("--data", type=Path, required=True, help="labels.csv: image, text, jurisdiction, split")
    parser.add_argument("--split", default="val", help="split to measure (default val)")
    parser.add_argument("--counts", type=Path, help="write the matcher's counts to this file")
    parser.add_argument("--pixels", action="store_true", help="give the second reader pixels instead of JPEGs")
    arguments = parser.parse_args()
    found = list(cases(arguments.data, arguments.split, as_pixels=arguments.pixels))
    print(f"{machine()}; split {arguments.split}; 95 % Wilson intervals; right: O/Q/0 and I/1 are equal\n")
    print("| set | reads | right where it agrees | right where not | wrong caught | right doubted | wrong mended |")
    print("|---|---|---|---|---|---|---|")
    for country in sorted({case.country for case in found}, reverse=True):
        for width in WIDTHS:
            some = [case for case in found if (case.country, case.width) == (country, width)]
            name = f"{country}, {width} px wide" if width else country
            show(name, some)
            show(f"{name}, read at {LEAST_SURE} or surer", [case for case in some if case.confidence >= LEAST_SURE])
    show("all", found)
    times = sorted(case.milliseconds for case in found)
    print(
        f"\nms per alert, one thread: median {statistics.median(times):.0f}, "
        f"95th percentile {times[int(0.95 * (len(times) - 1))]:.0f}"
    )
    if arguments.counts:
        data = f"{arguments.data.parent.name}/{arguments.data.name}"
        command = f"python -m benchmarks.second_reader --data {data} --split {arguments.split} --counts FILE"
        write_counts(arguments.counts, found, f"{command} ({SecondReader().name})")


if __name__ == "__main__":
    main()
