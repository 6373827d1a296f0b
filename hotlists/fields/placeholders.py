"""Words in a plate's column that say that there is no plate."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from hotlists.codes.maps import load_document
from schemas.plates import canonical_plate


def is_placeholder(canonical: str) -> bool:
    """Tell whether a plate is a word for no plate (`hotlists/codes/placeholders.toml`).

    Args:
        canonical: The plate, from `canonical_plate`.
    """
    if canonical in _words():
        return True
    least = _repeated().get(canonical[:1])
    return least is not None and len(canonical) >= least and canonical.count(canonical[0]) == len(canonical)


@cache
def _words() -> frozenset[str]:
    return frozenset(map(canonical_plate, load_document("placeholders")["words"]))


@cache
def _repeated() -> Mapping[str, int]:
    return {canonical_plate(character): least for character, least in load_document("placeholders")["repeated"].items()}
