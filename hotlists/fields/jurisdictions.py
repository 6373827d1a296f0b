"""States and provinces as lists and people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from hotlists.codes.maps import load_codes


@cache
def _known() -> Mapping[str, str]:
    """Every code and name, upper case without separators, with its jurisdiction."""
    found: dict[str, str] = {}
    # Canada first: where a code is taken twice, the United States' meaning wins.
    for country in ("CA", "US"):
        for code, name in load_codes("jurisdictions")[country].items():
            jurisdiction = f"{country}-{code}"
            for spelling in (code, country + code, name):
                found[_key(spelling)] = jurisdiction
    return MappingProxyType(found)


def _key(text: str) -> str:
    # Lists write the letter O as zero in states as well (0H is Ohio); no state's code has a digit.
    return re.sub(r"[^A-Z]", "", text.upper().replace("0", "O"))


@lru_cache(maxsize=4096)
def parse_jurisdiction(text: str, layout: str | None = None) -> str | None:
    """Return the jurisdiction that a text names.

    Args:
        text: `VA`, `us-va`, `US-VA`, `0H`, `Virginia`, ...
        layout: A list's layout with codes of its own, which win over the postal ones.

    Returns:
        Like `US-VA` or `CA-ON`; None where the text is empty or names no known one.
    """
    key = _key(text)
    if not key:
        return None
    own = load_codes(layout).get("jurisdictions", {}) if layout else {}
    return own.get(key) or _known().get(key)
