"""Named SQL: every statement stands in a `.sql` file of the `queries` folder, under a `-- name:` line."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).with_name("queries")
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


def load_queries(name: str) -> dict[str, bytes]:
    """Load one file's statements.

    Args:
        name: File name without `.sql`.

    Returns:
        Statement by name, as bytes, which psycopg takes for text that is not made from input.
    """
    parts = _NAME.split((FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
    return {key: body.strip().encode() for key, body in zip(parts[1::2], parts[2::2], strict=True)}
