"""States as vendors write them: words, codes, `us-va`, `ma` with a country beside it, ISO codes of countries."""

from __future__ import annotations

import re

from schemas.jurisdictions import parse_jurisdiction

_COUNTRIES = {"US": "US", "USA": "US", "840": "US", "UNITED STATES": "US", "UNITED STATES OF AMERICA": "US"} | {
    "CA": "CA",
    "CAN": "CA",
    "124": "CA",
    "CANADA": "CA",
}
_WORDS = {"WASHINGTONDC": "US-DC", "WASHINGTONDISTRICTOFCOLUMBIA": "US-DC"}
_PREFIXED = re.compile(r"(us|usa|ca|can)[-_ /:](.+)", re.IGNORECASE)


def country_of(text: str | None) -> str | None:
    """Return `US` or `CA` for what a vendor calls them, `other` for any other country, None for nothing."""
    plain = re.sub(r"[^A-Z0-9 ]", " ", (text or "").upper()).strip()
    if not plain or plain in ("NON", "NONE", "UNKNOWN", "OTHER"):
        return None
    return _COUNTRIES.get(plain, "other")


def state_of(text: str | None, country: str | None, usual: str) -> str | None:
    """Return the jurisdiction that a vendor's state is.

    Args:
        text: The state as the vendor wrote it.
        country: The country that stands beside it, as the vendor wrote it; None: none does.
        usual: Country of the source, like `US`.

    Returns:
        Like `US-VA`; None where the state is unknown, or of a country whose states are not known here.
    """
    if not text or len(text) > 60:
        return None
    told = country_of(country)
    if match := _PREFIXED.fullmatch(text.strip()):
        # California is no country here: `CA` before another state's code is Canada.
        told, text = _COUNTRIES[match[1].upper()], match[2]
    where = told or (usual if usual in ("US", "CA") else "other")
    if where == "other":
        return None
    key = re.sub(r"[^A-Z]", "", text.upper())
    found = _WORDS.get(key) or parse_jurisdiction(where + text) or parse_jurisdiction(text)
    return None if found is None or (told is not None and not found.startswith(told)) else found
