"""Named SQL: every statement stands in a `.sql` file beside the code that runs it, under a `-- name:` line."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


def load_queries(name: str) -> dict[str, bytes]:
    """Load one file's statements.

    Args:
        name: The file, from this folder on, without `.sql`: `reads/records`.

    Returns:
        Statement by name, as bytes, which psycopg takes for text that is not made from input.
    """
    parts = _NAME.split((FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
    return {key: body.strip().encode() for key, body in zip(parts[1::2], parts[2::2], strict=True)}
