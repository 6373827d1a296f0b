"""Write the matcher's table of plate patterns: which rows of letters and digits American plates are.

    python -m benchmarks.plate_patterns matcher/data/plate_patterns.toml

Drawn from the states' serial formats (rendering/data/serial_formats.toml), every state as common as any other: which
states pass a camera depends on where it stands, and no table can know that.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.matching_lists import draw_vehicles
from matcher.background import pattern_of

_DRAWN = 400_000
_LEAST = 40
"""Patterns that are drawn less often are left to the table's remainder."""


def pattern_shares(seed: int = 0, drawn: int = _DRAWN) -> dict[str, float]:
    """Return the share of each pattern that is drawn often enough, most common first."""
    vehicles = draw_vehicles(drawn, np.random.default_rng(seed), 1 / 51)
    counts = Counter(pattern_of(vehicle.plate) for vehicle in vehicles)
    return {pattern: count / drawn for pattern, count in counts.most_common() if count >= _LEAST}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="the table to write")
    arguments = parser.parse_args()
    shares = pattern_shares()
    lines = [
        "# Made by `python -m benchmarks.plate_patterns`; do not edit. A: a letter, 9: a digit; the letter O is one",
        "# here. Shares of plates, every state as common as any other, drawn from rendering/data/serial_formats.toml;",
        "# what is missing to 1 are texts of any kind.",
        "",
        "[shares]",
        *(f"{pattern} = {share:.5f}" for pattern, share in shares.items()),
    ]
    arguments.file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{arguments.file}: {len(shares)} patterns, {sum(shares.values()):.3f} of all plates")


if __name__ == "__main__":
    main()
