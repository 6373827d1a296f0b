"""Rejected rows as a file: every field in its place, and no formula for whoever opens it."""

from __future__ import annotations

import csv
import io

from operations.hotlists.reject_files import rejects_csv
from schemas.types import RejectedRow


def test_a_file_of_rejected_rows_has_every_field_of_each() -> None:
    rows = [
        RejectedRow(7, "no plate", "LIC", "V00"),
        RejectedRow(9, "=cmd()", None, '+1,"x"\n@y'),
    ]
    assert list(csv.reader(io.StringIO(rejects_csv(rows), newline=""))) == [
        ["line", "column", "reason", "row"],
        ["7", "LIC", "no plate", "V00"],
        ["9", "", "'=cmd()", '\'+1,"x"\n@y'],
    ]
    assert rejects_csv([]) == "line,column,reason,row\r\n"
