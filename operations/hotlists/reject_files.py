"""Rejected rows as a file, for whoever mends them at their source."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from schemas.spreadsheets import safe_cell
from schemas.types import RejectedRow

COLUMNS = ("line", "column", "reason", "row")


def rejects_csv(rows: Sequence[RejectedRow]) -> str:
    """Return rejected rows as CSV (RFC 4180); a text that a spreadsheet would take for a formula begins with an
    apostrophe.

    Args:
        rows: From `view_rejects`.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([safe_cell(value) for value in (row.line, row.column, row.reason, row.raw)])
    return out.getvalue()
