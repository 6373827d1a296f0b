"""An alert as the gate of an agreement looks at it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from policy.agreements.deciding import Offer
from policy.agreements.grants import Shares
from schemas.types import Category, Tier

OWN_LAYOUTS = frozenset({"local", "missing", "csv", "flock", "vigilant", "genetec"})
"""Layouts of lists that agencies make themselves; every other one comes from a criminal-justice information system."""

_NIC = re.compile(r"^[A-Z]\d{9}$")
"""NCIC's number of an entry: it comes from there, whatever file brought it."""


def is_cji(layout: str | None, source_entry_id: str | None) -> bool:
    """Return whether an entry is criminal-justice information, which needs to be shared by name.

    Args:
        layout: The layout of the entry's list; None: it is not known, so that it counts as such.
        source_entry_id: The entry's number at its source.
    """
    return layout not in OWN_LAYOUTS or _NIC.match((source_entry_id or "").strip().upper()) is not None


def offer_of(payload: Mapping[str, Any], layout: str | None) -> Offer:
    """Return an alert as something that is about to go to somebody.

    Args:
        payload: The alert, as a JSON object.
        layout: The layout of its entry's list; None: it is not known.

    Raises:
        ValueError: It is no alert.
    """
    try:
        read, entry = payload["read"], payload["entry"]
        place = read.get("location")
        return Offer(
            shares=Shares.ALERTS,
            captured_at=datetime.fromisoformat(read["captured_at"]),
            camera_id=read["camera_id"],
            location=None if place is None else (float(place["latitude"]), float(place["longitude"])),
            category=Category(entry["category"]),
            tier=Tier(payload["hit"]["tier"]),
            is_cji=is_cji(layout, entry.get("source_entry_id")),
            hotlist_id=payload["hotlist"]["hotlist_id"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"what is stored is no alert ({type(error).__name__}: {error})") from error
