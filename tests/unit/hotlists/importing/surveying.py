"""A list that is read without a database."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hotlists.importing.difference import Comparison, no_known_rows
from hotlists.importing.files import open_list
from hotlists.importing.reading import ListReader
from hotlists.importing.survey import Survey
from schemas.types import HotlistEntry


def look(text: str, layout: str = "csv") -> tuple[Survey, list[HotlistEntry]]:
    """Read a list without a database; return what it holds and the entries that would be active, by line."""
    written: dict[int, HotlistEntry] = {}

    def write(entry: HotlistEntry, digest: str) -> None:
        written[entry.source_line or 0] = entry

    with tempfile.NamedTemporaryFile() as file:
        file.write(text.encode())
        file.flush()
        with open_list(Path(file.name)) as opened:
            reader = ListReader(opened, "f", "l", layout, None, None, None)
            comparison = Comparison(no_known_rows())
            reader.run(comparison, write, frozenset())
    difference = comparison.result()
    active = [entry for line, entry in sorted(written.items()) if line not in difference.superseded_lines]
    return reader.survey(difference, reader.counts.unmapped.items(), reader.counts.categories.items()), active
