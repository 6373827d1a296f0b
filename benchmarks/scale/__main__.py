"""How many machines it takes, and what happens when one of them ends.

    python -m benchmarks.scale [--reads-per-second 7700] [--minutes 60] [--members N] [--seed 1]

First what places of different sizes need, by arithmetic over what other benchmarks measured (measured.toml). Then a
simulation of the largest one at its busiest hour: a member is killed, the database restarts, and cameras that were
without a network send what they kept. The baseline beside it is the same load on as many members as the mean needs,
without headroom.
"""

from __future__ import annotations

import math
import sys
import time

from benchmarks.common.arguments import parser_of
from benchmarks.scale.simulation import Event, Outcome, Trouble, simulate
from benchmarks.scale.sizing import PEAK, Size, measured, size

PLACES = (
    ("a car in its shift, 3,000 reads an hour", 0.83, 2),
    ("a town", 3.6, 60),
    ("a city", 30.0, 500),
    ("a region", 300.0, 5000),
    ("a state", 1500.0, 25_000),
    ("a nation's published volume", 7700.0, None),
)


def main() -> None:
    """Print both tables."""
    parser = parser_of("scale", __doc__)
    parser.add_argument("--reads-per-second", type=float, default=7700.0, help="in the mean of a day")
    parser.add_argument("--minutes", type=int, default=60, help="of the busiest hour that are simulated")
    parser.add_argument("--members", type=int, default=None, help="default: what the sizing says")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    figures = measured()
    out = sys.stdout.write
    heads = ("place", "reads/s (mean)", "readers", "recognition cores", "members", "partitions", "database cores")
    kept = ("rows, 21 days", "database", "topic, 3 replicas", "pictures")
    out(f"| {' | '.join((*heads, *kept))} |\n" + "|---" * len((*heads, *kept)) + "|\n")
    for name, rate, readers in PLACES:
        out(_place(name, size(rate, figures, readers)))
    needed = size(options.reads_per_second, figures)
    members = options.members or needed.members
    out(f"\nBusiest hour, {options.reads_per_second * PEAK:,.0f} reads/s, {options.minutes} minutes:\n\n")
    out(
        "| group | members | partitions | load | wait p50 s | p99 s | most s | "
        + " | ".join(Trouble)
        + " | waiting at the end |\n"
    )
    out("|---" * (8 + len(Trouble)) + "|\n")
    seconds = options.minutes * 60
    events = [Event(round(seconds * part), trouble) for part, trouble in zip((0.15, 0.4, 0.6), Trouble, strict=True)]
    plain = math.ceil(options.reads_per_second * PEAK / figures["match"]["reads_per_second"])
    begun = time.perf_counter()
    for name, number in (("as sized", members), ("as many as the load needs", plain)):
        outcome = simulate(
            options.reads_per_second * PEAK, number, needed.partitions, seconds, figures, events,
            database_cores=needed.database_cores, seed=options.seed,
        )  # fmt: skip
        out(_outcome(name, number, needed.partitions, outcome))
    out(
        "\nOf each trouble: seconds until less than half a second's reads wait again. Simulated in "
        f"{time.perf_counter() - begun:.0f} s.\n"
    )


def _place(name: str, needed: Size) -> str:
    cells = (
        name, f"{needed.reads_per_second:,.4g}", f"{needed.cameras:,}", f"{needed.recognition_cores:,}", needed.members,
        needed.partitions, needed.database_cores, f"{needed.rows:.2g}", _bytes(needed.database_bytes),
        _bytes(needed.topic_bytes), _bytes(needed.picture_bytes),
    )  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |\n"


def _outcome(name: str, members: int, partitions: int, outcome: Outcome) -> str:
    troubles = " | ".join(
        f"{outcome.caught_up_after[each]:.0f} s" if each in outcome.caught_up_after else "not caught up"
        for each in Trouble
    )
    return (
        f"| {name} | {members} | {partitions} | {outcome.load:.0%} | {outcome.wait_p50:.2f} | {outcome.wait_p99:.1f} "
        f"| {outcome.wait_most:.0f} | {troubles} | {outcome.left:,} |\n"
    )


def _bytes(number: float) -> str:
    for unit in ("MB", "GB", "TB", "PB"):
        number /= 1000 if unit != "MB" else 1e6
        if number < 1000:
            return f"{number:.3g} {unit}"
    return f"{number:,.0f} PB"


if __name__ == "__main__":
    main()
