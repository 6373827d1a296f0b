"""A random sample of mutmut's small wrong changes, some of every room, and the same one for the same seed.

There are nearly nine thousand of them, and each takes seconds: some hundreds say how far the tests bite.
`make mutation` hands them to mutmut, which has made them before (CONTRIBUTING.md).
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

MADE = Path("mutants")

ROOMS = {"matcher": 0.4, "policy": 0.1, "alerts.settling": 0.18, "hotlists.text": 0.2, "hotlists.fields": 0.12}
"""Each room's share of the sample."""


def mutants(folder: Path) -> list[str]:
    """Return the names of all changes that were made, sorted."""
    names: list[str] = []
    for file in folder.rglob("*.meta"):
        names += json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"]
    return sorted(names)


def sample(names: list[str], count: int, seed: int) -> list[str]:
    """Return a sample of changes, sorted: of every room by its share, or all that it has."""
    chosen: list[str] = []
    for room, share in ROOMS.items():
        own = [name for name in names if name.startswith(f"{room}.")]
        chosen += random.Random(seed).sample(own, min(round(share * count), len(own)))
    return sorted(chosen)


def main() -> None:
    """Print the sample, one name a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=250, help="how many changes")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    options = parser.parse_args()
    print("\n".join(sample(mutants(MADE), options.count, options.seed)))


if __name__ == "__main__":
    main()
