"""States and provinces as a layout writes them."""

from __future__ import annotations

from functools import lru_cache

from hotlists.codes.maps import load_codes
from schemas import jurisdictions


@lru_cache(maxsize=4096)
def parse_jurisdiction(text: str, layout: str) -> str | None:
    """Return the jurisdiction that a text of a list names.

    Args:
        text: `VA`, `us-va`, `US-VA`, `0H`, `Virginia`, ...
        layout: The list's layout, whose own codes win over the postal ones.

    Returns:
        Like `US-VA` or `CA-ON`; None where the text is empty or names no known one.
    """
    own = load_codes(layout).get("jurisdictions", {})
    return own.get(jurisdictions.jurisdiction_key(text)) or jurisdictions.parse_jurisdiction(text)
