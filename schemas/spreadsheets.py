"""Cells of a CSV file that somebody opens in a spreadsheet."""

from __future__ import annotations

from typing import Any, Final

_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets take for the beginning of a formula, also in full width, and behind blanks."""

_BLANKS: Final = " \u00a0\u3000"
"""What is no begin; tabs and line ends are one."""


def safe_cell(value: Any) -> Any:
    """Return a value as a cell that no spreadsheet takes for a formula: such a text begins with an apostrophe.

    Numbers are ours and stay numbers, also those west of Greenwich.

    Blanks before the sign do not hide it: some spreadsheets leave them out.

    Args:
        value: Text, a number, or None for an empty cell.
    """
    if isinstance(value, str) and (value.lstrip(_BLANKS).startswith(_BEGINS) or value.lstrip().startswith(_BEGINS)):
        return f"'{value}"
    return value
