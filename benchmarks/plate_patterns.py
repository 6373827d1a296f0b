"""Write the matcher's table of plate patterns: which rows of letters and digits each American state's plates are.

    python -m benchmarks.plate_patterns matcher/judging/plate_patterns.toml

Drawn from the states' serial formats (rendering/serials/serial_formats.toml).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from benchmarks.common.arguments import parser_of
from benchmarks.common.vehicles import draw_vehicles
from matcher.judging.background import pattern_of

_DRAWN = 1_000_000
_STATES = 51
_LEAST = 0.002
"""Patterns that fewer of a state's plates have are left to those that have none."""


def pattern_shares(seed: int = 0, drawn: int = _DRAWN) -> dict[str, dict[str, float]]:
    """Return by state the share of each pattern that is common enough, most common first."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for vehicle in draw_vehicles(drawn, np.random.default_rng(seed), 1 / _STATES):
        counts[vehicle.state][pattern_of(vehicle.plate)] += 1
    return {state: _shares(counts[state]) for state in sorted(counts)}


def _shares(counts: Counter[str]) -> dict[str, float]:
    shares = {pattern: count / counts.total() for pattern, count in counts.most_common()}
    return {pattern: share for pattern, share in shares.items() if share >= _LEAST}


def main() -> None:
    parser = parser_of("plate_patterns", __doc__)
    parser.add_argument("file", type=Path, help="the table to write")
    arguments = parser.parse_args()
    table = pattern_shares()
    lines = [
        "# Made by `python -m benchmarks.plate_patterns`; do not edit. A: a letter, 9: a digit; the letter O is one",
        "# here. Shares of each state's plates, drawn from rendering/serials/serial_formats.toml; what is missing to 1",
        "# are rarer texts.",
    ]
    for state, shares in table.items():
        lines += ["", f"[shares.{state}]", *(f"{pattern} = {share:.4f}" for pattern, share in shares.items())]
    arguments.file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{arguments.file}: {len(table)} states, {sum(map(len, table.values()))} patterns")


if __name__ == "__main__":
    main()
