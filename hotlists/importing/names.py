"""What lists are called."""

from __future__ import annotations

import re
from pathlib import Path

from hotlists.layouts import ca_clew
from schemas.errors import InvalidInput

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def default_name(layout: str, path: Path) -> str:
    """Return the name of a list that was given none: its layout, or for csv the file's name made plain.

    Each of CLEW's tables is a list of its own.
    """
    if layout == ca_clew.LAYOUT:
        return f"{layout}-{ca_clew.table_of(path.name).lower()}"
    if layout != "csv":
        return layout
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:63] or "list"


def checked_name(name: str) -> str:
    """Return a list's name.

    Raises:
        InvalidInput: It is too long, or holds other characters than a name may.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"'{name}' cannot name a hotlist; use up to 63 lower case letters, digits, dashes and underscores"
        )
    return name
