"""Tables as every command shows them: no lines, and cells that a terminal cannot be led astray by."""

from __future__ import annotations

from collections.abc import Collection

from rich.table import Table
from rich.text import Text

from schemas.printable import printable


def plain_table(*headings: str, right: Collection[str] = (), title: str | None = None) -> Table:
    """Return an empty table; what does not fit goes on in the next line, and nothing is cut.

    Args:
        headings: The columns.
        right: Those whose numbers stand one below the other.
        title: What stands above it.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold", justify="right" if heading in right else "left")
    return table


def add_cells(table: Table, *cells: str) -> None:
    """Add a row of what came from anywhere."""
    table.add_row(*(Text(printable(cell)) for cell in cells))
