"""Which entries of a hotlist an agreement and the law let through."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from policy.agreements.deciding import AgreementGate, Offer
from policy.agreements.grants import Shares
from schemas.types import RECEIVED_LAYOUT, Category, HotlistEntry
from sharing.offers import OWN_LAYOUTS, is_cji
from storage.sharing.list_offers import ListSource

PASSED_ON = "its list came from another agency, which alone gives it to others"


class ListScope:
    """What of one list goes out under one agreement: decided once for each kind of entry, for a list has millions.

    Args:
        gate: The agreement's.
        hotlist_id: The list.
        layout: Its layout.
        now: The present, aware.
    """

    def __init__(self, gate: AgreementGate, hotlist_id: str, layout: str, now: datetime) -> None:
        self._layout = layout
        self._allowed = {
            (category, cji): gate.decide(_offer(hotlist_id, category, cji=cji), now).allowed
            for category in Category
            for cji in (False, True)
        }

    def lets(self, entry: HotlistEntry) -> bool:
        """Return whether an entry goes out."""
        return self._allowed[entry.category, is_cji(self._layout, entry.source_entry_id)]

    def count(self, counts: Iterable[tuple[str, bool, int]]) -> int:
        """Return how many entries go out, of those of each category with and without NCIC's number."""
        is_theirs = self._layout not in OWN_LAYOUTS
        return sum(number for name, has_nic, number in counts if self._allowed[Category(name), is_theirs or has_nic])

    @property
    def digest(self) -> str:
        """What tells this scope from another one."""
        lets = sorted(f"{category.value} {cji}" for (category, cji), allowed in self._allowed.items() if allowed)
        return hashlib.sha256("\n".join((self._layout, *lets)).encode()).hexdigest()[:16]


def _offer(hotlist_id: str, category: Category, *, cji: bool) -> Offer:
    return Offer(Shares.HOTLISTS, category=category, is_cji=cji, hotlist_id=hotlist_id)


def why_not(gate: AgreementGate, hotlist_id: str, source: ListSource | None, now: datetime) -> str | None:
    """Return why nothing of a list goes out under an agreement now, or None where something may.

    Args:
        gate: The agreement's.
        hotlist_id: The list.
        source: What it is; None: it is not active.
        now: The present, aware.
    """
    blocked = gate.blocked(Shares.HOTLISTS, now)
    grant = gate.standing.agreement.grant(Shares.HOTLISTS)
    if blocked is not None or grant is None:
        return blocked or "the agreement shares no hotlists"
    if hotlist_id not in grant.lists:
        return f"hotlist {hotlist_id} is not in the agreement's scope any more"
    if source is None:
        return f"hotlist {hotlist_id} is not active at its owner's"
    if source.layout == RECEIVED_LAYOUT:
        return PASSED_ON
    return None
