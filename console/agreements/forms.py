"""What somebody types on these pages, as operations take it."""

from __future__ import annotations

from datetime import datetime, timedelta

from console.visitors import Visitor
from operations.sharing.zones import agency_zone
from schemas.errors import InvalidInput


def moment_of(visitor: Visitor, text: str) -> datetime | None:
    """Return a day or a time of the agency's clock that was typed; None where nothing was.

    Raises:
        InvalidInput: It is neither.
    """
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(f"'{text[:40]}' is no time, expected it like 2026-01-31 or 2026-01-31T14:30") from None
    if not 1970 <= found.year <= 2200:
        raise InvalidInput(f"'{text[:40]}' is too far away, expected a year from 1970 to 2200")
    if found.tzinfo is not None:
        return found
    zone = agency_zone(visitor.site.settings)
    return found.astimezone() if zone is None else found.replace(tzinfo=zone)


def end_of(visitor: Visitor, text: str) -> datetime | None:
    """Return until when is meant: a day counts as a whole, a time as it is.

    Raises:
        InvalidInput: See `moment_of`.
    """
    found = moment_of(visitor, text)
    return found + timedelta(days=1) if found is not None and len(text.strip()) <= len("2026-01-31") else found
