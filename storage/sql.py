"""Named SQL: every statement stands in a `.sql` file beside the code that runs it, under a `-- name:` line.

What several statements say alike (a table's columns, a condition) stands under a `-- fragment:` line once and is put in
where they have its name in braces; a fragment may name another one, which names none. Statements and fragments come
from these files alone, never from input.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent
_PART = re.compile(r"^-- (name|fragment): (\w+)\n", re.MULTILINE)
_PLACE = re.compile(r"\{(\w+)\}")


def load_queries(*names: str) -> dict[str, bytes]:
    """Load the statements of some files, with the fragments of all of them put in.

    Other names in braces stay, for `psycopg.sql` to fill in.

    Args:
        names: The files, from this folder on, without `.sql`: `reads/records`.

    Returns:
        Statement by name, as bytes, which psycopg takes for text that is not made from input.
    """
    statements: dict[str, str] = {}
    fragments: dict[str, str] = {}
    for name in names:
        parts = _PART.split((FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
        for kind, key, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            found = statements if kind == "name" else fragments
            if key in found:
                raise ValueError(f"{name}.sql: there is a {kind} '{key}' already")
            found[key] = body.strip()
    whole = {key: _put_in(fragments, body) for key, body in fragments.items()}
    return {key: _put_in(whole, body).encode() for key, body in statements.items()}


def _put_in(fragments: Mapping[str, str], body: str) -> str:
    return _PLACE.sub(lambda place: fragments.get(place[1], place[0]), body)
