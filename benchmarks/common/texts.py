"""Reads compared with labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.common.shares import Share

_ALIKE = str.maketrans("OQI", "001")


def norm(text: str) -> str:
    """Return a text with O and Q as 0 and I as 1: labels of US plates mix them, and many dies show them alike."""
    return text.upper().translate(_ALIKE)


@dataclass(frozen=True, slots=True)
class TextScore:
    """Reads compared with labels: equal as they are, and equal under `norm`."""

    exact: Share
    normalized: Share


def score_texts(reads: Sequence[str], labels: Sequence[str]) -> TextScore:
    """Compare reads with their labels, one to one."""
    pairs = list(zip(reads, labels, strict=True))
    return TextScore(
        Share(sum(read == label for read, label in pairs), len(pairs)),
        Share(sum(norm(read) == norm(label) for read, label in pairs), len(pairs)),
    )
