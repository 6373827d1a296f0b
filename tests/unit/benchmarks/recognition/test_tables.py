"""A table says the same as Markdown and as JSON."""

from __future__ import annotations

import pytest

from benchmarks.common.shares import Share
from benchmarks.recognition.tables import Table


def test_a_table_is_markdown_and_json() -> None:
    table = Table("T", ("a", "b"), "note")
    table.add("x|y", Share(1, 2))
    assert table.markdown().splitlines()[-1] == "| x/y | 0.500 (0.09-0.91) 1/2 |"
    assert table.record()["rows"] == [
        ["x|y", {"right": 1, "total": 2, "share": 0.5, "low": 0.0945, "high": 0.9055}],
    ]
    with pytest.raises(ValueError, match="1 cells, expected 2"):
        table.add("x")
