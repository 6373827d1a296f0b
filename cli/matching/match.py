"""`platewatch match`: reads from a file against the active hotlists."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer
from rich.table import Table
from rich.text import Text

from cli.common import (
    ConfigOption,
    DataDirOption,
    JsonOption,
    command_actor,
    command_database,
    command_settings,
    console,
    errors,
    print_json,
)
from ingest.read_lines import numbered_lines, parse_read
from operations.matching import note_match
from policy.decisions import effective_retention
from schemas.clocks import ClockLimits, SourceClock, dated
from schemas.errors import InvalidInput
from schemas.printable import printable
from schemas.settings import MatchingSettings
from schemas.types import Hit, HotlistEntry, PlateRead

if TYPE_CHECKING:
    from pipeline.lists.live_matcher import LiveMatcher

EXAMPLE = """
Examples:

  platewatch match --json reads.jsonl

  platewatch read gate.mp4 --json | platewatch match --json -

A line: {"plate": "8KV4921", "jurisdiction": "US-VA"}
"""

_TIER_STYLES = {"exact": "bold red", "probable": "yellow", "partial": "cyan"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("match", epilog=EXAMPLE)(match)


def match(
    reads: Annotated[Path, typer.Argument(metavar="READS", help="JSON lines; - is standard input.")],
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Match reads with the active hotlists.

    A line has at least a plate, perhaps a jurisdiction, confidences, a vehicle (make, color, year) and captured_at, or
    is a whole PlateRead. Bad lines are named on standard error, the others are still matched, and the exit code is 1.
    """
    settings = command_settings(config, data_dir)
    with _open(reads) as stream, command_database(settings) as database:
        # The index that a run on this data directory has saved is taken, and what changed since is caught up.
        # Imported here: other commands should not wait for the search.
        from pipeline.lists.stored import matcher_of

        active = matcher_of(database, settings)
        active.refresh(force=True)
        if not active.size:
            errors.print("no hotlist is active; import one with platewatch hotlist import", style="yellow")
        least = settings.matching.min_read_confidence
        # Hits show what is listed: written down before the first one.
        note_match(command_actor(settings), database, str(reads), active.size)
        limits = ClockLimits.of_retention(effective_retention(settings).reads)
        run = _Run(active, settings.matching, limits, str(reads) if str(reads) != "-" else "standard input")
        table = None if as_json else _table()
        for line, read, hit in run.hits(stream):
            entry = active.entry(hit)
            if entry is None:
                continue
            if table is None:
                print_json(hit_record(line, read, hit, entry))
            else:
                _add_row(table, line, read, hit, entry)
    if table is not None:
        if table.row_count:
            console.print(table)
        console.print(f"{run.matched} reads against {active.size} entries: {table.row_count} hits")
    if run.doubtful:
        errors.print(f"{run.doubtful} reads are below a confidence of {least} and were not matched", style="yellow")
    if run.bad:
        raise typer.Exit(1)


@contextlib.contextmanager
def _open(path: Path) -> Iterator[BinaryIO]:
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = path.open("rb")
    except FileNotFoundError as error:
        raise InvalidInput("no such file", source=str(path)) from error
    except OSError as error:
        raise InvalidInput(f"the file cannot be read ({error.strerror})", source=str(path)) from error
    with stream:
        yield stream


class _Run:
    """One pass over the lines, with its counts."""

    def __init__(self, active: LiveMatcher, matching: MatchingSettings, limits: ClockLimits, source: str) -> None:
        self._active = active
        self._matching = matching
        self._limits = limits
        self._source = source
        self.matched = 0
        self.doubtful = 0
        self.bad = 0

    def hits(self, stream: BinaryIO) -> Iterator[tuple[int, PlateRead, Hit]]:
        """Yield every hit with its line and read, as the lines come; name bad lines on standard error."""
        for line in numbered_lines(stream):
            try:
                now = datetime.now(UTC)
                read = dated(parse_read(line, self._source, now), now, SourceClock(is_told=True), self._limits)
                hits = self._active.match(read)
            except InvalidInput as error:
                self.bad += 1
                self._complain(line.number, error)
                continue
            self.matched += 1
            self.doubtful += not self._matching.is_sure_enough(read)
            for hit in hits:
                yield line.number, read, hit

    def _complain(self, number: int, error: InvalidInput) -> None:
        column = f" ({error.column})" if error.column is not None else ""
        errors.print(printable(f"{self._source}: line {number}: {error.message}{column}"), style="red", markup=False)


def hit_record(line: int, read: PlateRead, hit: Hit, entry: HotlistEntry) -> dict[str, Any]:
    """Return a hit as a JSON record.

    Args:
        line: Number of the read's line, from 1.
        read: The read.
        hit: Its hit.
        entry: The entry that was hit.
    """
    return {
        "line": line,
        "plate": read.plate,
        "entry_plate": entry.plate,
        "tier": hit.tier.value,
        "score": round(hit.score, 3),
        "alerts": hit.alerts,
        "jurisdiction": read.jurisdiction,
        "entry_jurisdiction": entry.jurisdiction,
        "jurisdiction_agrees": hit.jurisdiction_agrees,
        "edit_distance": hit.edit_distance,
        "hotlist": hit.hotlist_id,
        "entry_id": str(entry.entry_id),
        "source_entry_id": entry.source_entry_id,
        "category": entry.category.value,
        "case_number": entry.case_number,
        "vehicle": [dataclasses.asdict(one) for one in hit.vehicle],
        "explanation": hit.explanation,
        "list_age_seconds": hit.list_age_seconds if hit.list_age_seconds is None else round(hit.list_age_seconds, 1),
    }


def _table() -> Table:
    table = Table("line", "read", "listed", "tier", "category", "list", "why")
    table.columns[0].justify = "right"
    return table


def _add_row(table: Table, line: int, read: PlateRead, hit: Hit, entry: HotlistEntry) -> None:
    table.add_row(
        str(line),
        Text(read.plate),
        Text(entry.plate),
        Text(hit.tier.value, style=_TIER_STYLES[hit.tier.value]),
        entry.category.value,
        Text(hit.hotlist_id),
        Text(hit.explanation),
    )
