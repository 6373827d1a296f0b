"""What is wrong with the lists in a car at the start of a shift: said on the page, in red."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.types import ListStanding

NO_LISTS = "there is no list in this car: nothing can be matched"


def list_faults(lists: Sequence[ListStanding]) -> tuple[str, ...]:
    """Return what is wrong, in words; empty where every list is as current as law and settings ask for.

    Args:
        lists: Those in the car; they say themselves why they are red.
    """
    if not lists:
        return (NO_LISTS,)
    return tuple(f"{one.hotlist_id}: {one.why_red}" for one in lists if one.why_red is not None)
