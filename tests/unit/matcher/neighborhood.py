"""The neighborhood that an index promises, in classes of characters."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.characters.confusion import CLASS_OF
from matcher.index import HotlistIndex
from matcher.searching.probes import probe_skeletons
from schemas.types import HotlistEntry

_CLASS_SIGNS = str.maketrans({character: f"{number:x}" for character, number in CLASS_OF.items()} | {"?": "0"})


def class_text(canonical: str) -> str:
    """A plate with each character replaced by its class's sign; edits of it are edits of the skeleton."""
    return canonical.translate(_CLASS_SIGNS)


def candidates(index: HotlistIndex, canonical: str) -> Iterator[tuple[HotlistEntry, str]]:
    """Entries in the part of a read's neighborhood that its text alone decides, each with its canonical plate."""
    probes = probe_skeletons(canonical)
    for layer in (index._base, index._addition):
        for row in layer.find(canonical, probes):
            yield layer.entries.entry(row), layer.entries.canonical(row)
