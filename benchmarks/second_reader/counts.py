"""What the matcher is told of the second reader: counts of what it does beside the plate reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from benchmarks.second_reader.cases import LEAST_SURE, WIDTHS, TwiceRead
from matcher.characters.confusion import look_alike

LEAST_SEEN = 5
"""A character has to occur so often before the second reader is said not to tell it from another."""


def near(one: str, other: str) -> bool:
    """Tell whether two texts differ in one pair of look-alikes, or by one character more or less."""
    if len(one) == len(other):
        pairs = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
        return len(pairs) == 1 and look_alike(*pairs[0])
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))


def cannot_tell(found: Iterable[TwiceRead]) -> list[str]:
    """Return the pairs (true character, shown instead) that the second reader takes for one most of the time."""
    seen: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for case in found:
        if case.second is not None and len(case.second) == len(case.truth):
            seen.update(case.truth)
            taken.update(t + s for t, s in zip(case.truth, case.second, strict=True) if t != s)
    return sorted(pair for pair, count in taken.items() if seen[pair[0]] >= LEAST_SEEN and count > seen[pair[0]] / 2)


def write_counts(path: Path, found: Iterable[TwiceRead], made_by: str) -> None:
    """Write the matcher's data."""
    matched = [case for case in found if case.confidence >= LEAST_SURE]
    pairs = cannot_tell(matched)
    alike = str.maketrans({pair[0]: pair[1] for pair in pairs})
    right = [_folded(case, alike) for case in matched if case.right]
    wrong = [_folded(case, alike) for case in matched if not case.right]
    listed = ", ".join('"' + pair + '"' for pair in pairs)
    lines = [
        "# How the second reader behaves beside the shipped plate reader, over reads that are sure enough to be",
        f"# matched, of crops as they are and scaled to {WIDTHS[1]} and {WIDTHS[2]} pixels. Counted by:",
        f"# {made_by}",
        "",
        "# True character and the one that is seen instead most of the time: such a difference says nothing.",
        f"cannot_tell = [{listed}]",
        "",
        "# Reads whose text is right; looked_alike: one look-alike, or one character more or less than the read.",
        "[right]",
        f"reads = {len(right)}",
        f"repeated = {sum(second == read for read, second in right)}",
        f"differed = {sum(bool(second) and second != read for read, second in right)}",
        f"looked_alike = {sum(bool(second) and near(read, second) for read, second in right)}",
        "",
        "# Reads whose text is wrong; mended: the second reader saw the true text.",
        "[wrong]",
        f"reads = {len(wrong)}",
        f"repeated = {sum(second == read for read, second in wrong)}",
        f"differed = {sum(bool(second) and second != read for read, second in wrong)}",
        f"mended = {sum(case.mended for case in matched)}",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _folded(case: TwiceRead, alike: dict[int, str]) -> tuple[str, str]:
    """Return the read's and the second text (empty: none) without differences that the second reader cannot tell."""
    return case.read.translate(alike), (case.second or "").translate(alike)
