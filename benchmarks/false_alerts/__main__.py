"""Measure how often innocent vehicles score how high, and write the matcher's curves.

    python -m benchmarks.false_alerts matcher/judging/false_alerts.toml [--reads 60000] [--sizes 100000 1000000]

Vehicles that are on no list pass a simulated reader, an ordinary one and one that is worse and surer of itself, and
their reads are matched with lists of several sizes, by a matcher that knows the traffic and by one that does not. Each
read counts once, with its best score with an entry that is not an exact hit. The curve takes the larger rate where
these differ, on a grid of scores, as far as ten reads reached; the matcher goes on from there with less than the slope
that it had. Then it measures for how many entries one of the traffic's own state counts, and one of another state.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.common.arguments import parser_of
from benchmarks.false_alerts.scores import READERS, curve_of, measure, measure_weights, write
from matcher.judging.false_alerts import PER


def main() -> None:
    parser = parser_of("false_alerts", __doc__)
    parser.add_argument("file", type=Path, help="the data to write")
    parser.add_argument("--reads", type=int, default=60_000, help="reads per list and reader (default 60000)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000], help="entries of the lists")
    parser.add_argument("--seed", type=int, default=1, help="what lists and reads are drawn with")
    arguments = parser.parse_args()
    measured = measure(arguments.sizes, arguments.reads, arguments.seed)
    sizes = " and ".join(f"{size:,}" for size in arguments.sizes)
    readers = " and ".join(f"noise {one.noise}, temperature {one.temperature}" for one in READERS)
    made = (
        f"{arguments.reads:,} simulated reads each against {sizes} entries, seed {arguments.seed}; readers: {readers}"
    )
    curves = {detail: curve_of(found) for detail, found in measured.items()}
    write(arguments.file, curves, measure_weights(curves, min(arguments.sizes), arguments.reads, arguments.seed), made)
    print(
        "| evidence | score | "
        + " | ".join(
            f"{size:,} entries, reader {reader}, traffic {traffic}"
            for size in arguments.sizes
            for reader in range(1, len(READERS) + 1)
            for traffic in ("unknown", "known")
        )
        + " |"
    )
    for detail, found in measured.items():
        for score in range(0, 24, 2):
            shares = [PER * float((scores >= score).mean()) for _, scores in found]
            print(f"| {detail} | {score} | " + " | ".join(f"{share:.1f}" for share in shares) + " |")


if __name__ == "__main__":
    main()
