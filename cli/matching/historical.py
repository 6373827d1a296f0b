"""`platewatch historical`: where the vehicles of a list were seen in the last days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.table import Table
from rich.text import Text

from cli.common import (
    CaseOption,
    ConfigOption,
    DataDirOption,
    JsonOption,
    OffenseOption,
    PurposeOption,
    WarrantOption,
    command_actor,
    command_database,
    command_settings,
    console,
    errors,
    print_json,
)
from cli.terminal.tables import plain_table
from cli.terminal.times import shown_time
from schemas.events import utc

if TYPE_CHECKING:
    from alerts.past.matches import MatchGroup
    from operations.past.matching import PastOutcome

EXAMPLE = """
Examples:

  platewatch historical --list local --purpose "missing child" --case 26-00117

  platewatch historical --entry 5f1c7a52-98a1-5a43-9d8e-0f2f5f9f0c11 --days 3 --json
  --purpose "stolen vehicle" --case 26-118
"""


def register(parent: typer.Typer) -> None:
    """Add the command."""
    parent.command("historical", epilog=EXAMPLE)(historical)


def _entry_id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise typer.BadParameter(f"'{value}' is no entry id; see platewatch hotlist show --json") from error


def historical(
    list_name: Annotated[
        str | None, typer.Option("--list", help="All entries of this list.", show_default=False)
    ] = None,
    entry: Annotated[
        UUID | None,
        typer.Option("--entry", help="This entry.", parser=_entry_id, metavar="UUID", show_default=False),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, help="How far back; default: matching.historical_days.", show_default=False),
    ] = None,
    purpose: PurposeOption = None,
    case: CaseOption = None,
    warrant: WarrantOption = None,
    offense: OffenseOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Match active hotlist entries with the stored reads of the last days.

    Hits that are not known yet are stored, and each entry and plate raises one alert, marked historical. A running
    service does this by itself for entries that come anew. Doing it twice changes nothing. One --entry finds every read
    that live matching would have found; of a list of more than fifty, reads with two misread characters may be missed.
    """
    if (list_name is None) == (entry is None):
        raise typer.BadParameter("say which entries: give --list or --entry")
    settings = command_settings(config, data_dir)
    # The database driver takes a while to import: `platewatch --help` need not wait for it.
    from operations.past.asking import match_past_of_entry, match_past_of_list

    actor = command_actor(settings)
    why = {"purpose": purpose, "case_number": case, "warrant": warrant, "offense": offense}
    with command_database(settings) as database:
        if list_name is not None:
            outcomes = match_past_of_list(actor, database, settings, list_name, days=days, **why)
        elif entry is not None:
            outcomes = match_past_of_entry(actor, database, settings, entry, days=days, **why)
    _report(outcomes, days, as_json=as_json)


def _report(outcomes: Sequence[PastOutcome], days: int | None, *, as_json: bool) -> None:
    groups = [group for outcome in outcomes for group in outcome.found]
    entries, hits, alerts = (sum(getattr(one, name) for one in outcomes) for name in ("entries", "hits", "alerts"))
    since = min((outcome.since for outcome in outcomes), default=None)
    if as_json:
        for group in groups:
            print_json(_record(group))
        print_json({"entries": entries, "since": utc(since) if since else None, "new_hits": hits, "alerts": alerts})
        return
    if groups:
        console.print(_table(groups))
    reach = "" if since is None else f" with the reads since {shown_time(since)}"
    errors.print(f"{entries} entries matched{reach}: {hits} new hits, {alerts} alerts", markup=False)
    if since is not None and days is not None and _is_shorter(since, days):
        errors.print("reads are not kept longer than that (platewatch law show)", style="yellow", markup=False)


def _is_shorter(since: datetime, days: int) -> bool:
    return datetime.now(since.tzinfo) - since < timedelta(days=days)


def _record(group: MatchGroup) -> dict[str, Any]:
    read, hit, entry = group.shown.read, group.shown.hit, group.shown.listed.entry
    return {
        "entry_id": str(entry.entry_id),
        "hotlist_id": entry.hotlist_id,
        "listed_plate": entry.plate,
        "category": entry.category.value,
        "tier": hit.tier.value,
        "read_id": str(read.read_id),
        "plate": read.plate,
        "captured_at": utc(read.captured_at),
        "camera_id": read.camera_id,
        "sightings": group.count,
        "first_at": utc(group.first_at),
        "explanation": hit.explanation,
    }


def _table(groups: Sequence[MatchGroup]) -> Table:
    headings = ("Last seen", "Camera", "Plate", "Listed", "Category", "Tier", "Sightings", "Since")
    table = plain_table(*headings, right=("Sightings",))
    for group in groups:
        read, entry = group.shown.read, group.shown.listed.entry
        table.add_row(
            shown_time(read.captured_at),
            Text(read.camera_id),
            Text(read.plate, style="bold"),
            Text(entry.plate),
            entry.category.value,
            group.shown.hit.tier.value,
            str(group.count),
            shown_time(group.first_at),
        )
    return table
