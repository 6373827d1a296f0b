"""Whole lists of every layout, and all that is made of them: no field lost, no row shifted, each reject's reason.

tests/data/lists/LAYOUT.txt holds lists between lines of `====`. Lines that begin with `>` are the list as it is; what
is made of a row stands below its last line, and what the file says of itself at the end. `@name` is the file's name.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hotlists.layouts.registry import parser_for
from hotlists.text.parsing import ParsedList
from schemas.errors import InvalidInput
from schemas.types import HotlistEntry, RejectedRow

LISTS = Path(__file__).parents[3] / "data" / "lists"


def lists_of(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield a file's lists: how each is called, and its lines with what is made of them."""
    for part in path.read_text(encoding="utf-8").split("====\n"):
        lines = part.splitlines()
        name = lines.pop(0)[1:] if lines and lines[0].startswith("@") else "svs.tbl"
        yield name, lines


def opened(name: str, layout: str, given: list[str], state: str | None = None) -> ParsedList:
    stream = io.BytesIO(("\n".join(given) + "\n").encode())
    return parser_for(layout)(stream, file_name=name, hotlist_id="region", default_state=state)


def told(name: str, layout: str, lines: list[str]) -> list[str]:
    """Return a list's lines with what is made of them."""
    given = [line[1:] for line in lines if line.startswith(">")]
    try:
        parsed = opened(name, layout, given)
        rows = list(parsed.rows)
    except InvalidInput as error:
        return [*(f">{line}" for line in given), f"  refused: {error}"]
    is_document = given[0].startswith(("[{", '{"entries"')) or given[0] == "{"
    said: dict[int, list[str]] = {}
    known: dict[UUID, int] = {}
    for row in rows:
        if isinstance(row, RejectedRow):
            first, text, made = row.line, row.raw, f"  ! {row.column}: {row.reason}"
        else:
            first, text, made = row.source_line or 0, row.raw or "", entry(row)
            assert row.hotlist_id == "region"
            if row.entry_id in known:
                made += f"; the entry of line {known[row.entry_id]}"
            known.setdefault(row.entry_id, first)
        if not is_document:
            stood = [line.rstrip() for line in given[first - 1 :]][: text.count("\n") + 1]
            assert [part.rstrip() for part in text.split("\n")] == stood, "a row knows where it stood"
        said.setdefault(first + text.count("\n"), []).append(made)
    of_itself = [f"  header {parsed.header!r}"] if parsed.header is not None else []
    of_itself += [f"  as of {parsed.as_of:%Y-%m-%d %H:%M %Z}"] if parsed.as_of is not None else []
    of_itself += [f"  {declared} rows declared" for declared in [parsed.declared_rows()] if declared is not None]
    if is_document:
        return [*(f">{line}" for line in given), *(one for number in sorted(said) for one in said[number]), *of_itself]
    numbered = enumerate(given, start=1)
    return [one for number, line in numbered for one in (f">{line}", *said.pop(number, ()))] + of_itself


def entry(row: HotlistEntry) -> str:
    fields = row._asdict()
    vehicle = fields.pop("vehicle")
    if vehicle is not None:
        features = ("year", "make", "model", "style", "color")
        fields["vehicle"] = " ".join(f"{name}={getattr(vehicle, name)}" for name in features if getattr(vehicle, name))
    fields["extra"] = ", ".join(f"{name}={text!r}" for name, text in row.extra) or None
    for name in ("valid_from", "valid_until"):
        fields[name] = fields[name] and f"{fields[name]:%Y-%m-%d %H:%M %Z}"
    left_out = ("entry_id", "hotlist_id", "plate", "category", "jurisdiction", "source_line", "raw")
    more = [f"{name}: {value}" for name, value in fields.items() if name not in left_out and value is not None]
    said = "; ".join([f"{row.plate!r} of {row.jurisdiction}: {row.category.value}", *more])
    return "  " + said.replace("\n", "\\n")


def every_list() -> Iterator[Any]:
    for path in sorted(LISTS.glob("*.txt")):
        for number, (name, lines) in enumerate(lists_of(path), start=1):
            yield pytest.param(path.stem, name, lines, id=f"{path.stem} {number}")


@pytest.mark.parametrize(("layout", "name", "lines"), list(every_list()))
def test_whole_lists_are_read_to_the_last_field(layout: str, name: str, lines: list[str]) -> None:
    assert told(name, layout, lines) == lines


@pytest.mark.parametrize(("layout", "name", "lines"), list(every_list()))
def test_rows_that_name_no_state_are_of_the_default_one_and_all_else_stays(
    layout: str, name: str, lines: list[str]
) -> None:
    given = [line[1:] for line in lines if line.startswith(">")]
    if lines[-1].startswith("  refused"):
        with pytest.raises(InvalidInput):
            list(opened(name, layout, given, "US-GU").rows)
        return
    plain, placed = (list(opened(name, layout, given, state).rows) for state in (None, "US-GU"))
    for row, other in zip(plain, placed, strict=True):
        names_none = isinstance(row, HotlistEntry) and row.jurisdiction is None and "state" not in dict(row.extra)
        if isinstance(row, HotlistEntry) and names_none and layout != "shared":
            assert isinstance(other, HotlistEntry)
            assert other == row._replace(jurisdiction="US-GU", entry_id=other.entry_id)
        else:
            # What another agency gives names its state, or has none.
            assert other == row
