"""How rows of the audit hang together: a row as one line of JSON, its digest, and the link to the one before.

Whoever has an export computes the same with SHA-256 and nothing else (docs/audit.md).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

GENESIS = bytes(32)
"""What the first link hangs on."""
_TEXTS = ("action", "actor", "agency_id", "case_number", "origin", "purpose", "via")


def line_of(row: Mapping[str, Any]) -> bytes:
    """Return a row as it is digested and exported, without an end of line.

    Args:
        row: The columns of `audit`; `details` as PostgreSQL writes it, so that no number is read and written anew.
    """
    values = {name: json.dumps(row[name], ensure_ascii=False) for name in _TEXTS}
    values["audit_id"] = str(row["audit_id"])
    values["details"] = row["details"]
    values["happened_at"] = json.dumps(moment_text(row["happened_at"]))
    values["results"] = "null" if row["results"] is None else str(row["results"])
    return ("{" + ",".join(f'"{name}":{values[name]}' for name in sorted(values)) + "}").encode()


def digest_of(line: bytes) -> bytes:
    """Return the digest of a row's line."""
    return hashlib.sha256(line).digest()


def link_of(before: bytes, digest: bytes, happened_at: datetime) -> bytes:
    """Return the link of a row to the one before: it stands for every row up to here.

    Args:
        before: The link before; `GENESIS` for the first row.
        digest: The row's.
        happened_at: The row's time, aware; it stays known when the row has ended.
    """
    return hashlib.sha256(before + digest + moment_text(happened_at).encode("ascii")).digest()


def moment_text(moment: datetime) -> str:
    """Return a time as the chain writes it: in UTC, with six digits behind the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def moment_of(text: str) -> datetime:
    """Return the time of `moment_text`; ValueError: it is none."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
