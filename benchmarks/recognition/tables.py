"""Tables of results, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.common.shares import Share

Cell = Share | str | int | float | None


@dataclass(slots=True)
class Table:
    """One table of results; `note` says how it was measured."""

    title: str
    columns: tuple[str, ...]
    note: str = ""
    rows: list[tuple[Cell, ...]] = field(default_factory=list)

    def add(self, *cells: Cell) -> None:
        """Append a row.

        Raises:
            ValueError: It has another number of cells than there are columns.
        """
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells, expected {len(self.columns)}")
        self.rows.append(cells)

    def markdown(self) -> str:
        """Return the table with its title and note."""
        lines = [f"### {self.title}", ""]
        if self.note:
            lines += [self.note, ""]
        lines += [_row(self.columns), _row(["---"] * len(self.columns))]
        lines += [_row([_text(cell) for cell in row]) for row in self.rows]
        return "\n".join(lines)

    def record(self) -> dict[str, Any]:
        """Return the table for JSON."""
        rows = [[_value(cell) for cell in row] for row in self.rows]
        return {"title": self.title, "note": self.note, "columns": list(self.columns), "rows": rows}


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _text(cell: Cell) -> str:
    if cell is None:
        return "-"
    return f"{cell:.3g}" if isinstance(cell, float) else str(cell)


def _value(cell: Cell) -> Any:
    if not isinstance(cell, Share):
        return cell
    low, high = cell.interval
    figures = {"share": round(cell.value, 4), "low": round(low, 4), "high": round(high, 4)}
    return {"right": cell.right, "total": cell.total, **figures}
