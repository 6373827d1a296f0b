"""`platewatch audit review`: what a supervisor looks at every week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
from cli.terminal.tables import add_cells, plain_table
from cli.terminal.times import parse_moment, shown_time
from schemas.events import utc

if TYPE_CHECKING:
    from operations.audit.reviewing import Review

WEEK = timedelta(days=7)
HOURS_OF_A_DAY = 24


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("review", epilog="Example: platewatch audit review --purpose 'weekly review of lookups'")(review)


def _hours(value: str) -> tuple[int, int]:
    first, _, last = value.partition("-")
    if not (first.isdecimal() and last.isdecimal()) or max(int(first), int(last)) > HOURS_OF_A_DAY or first == last:
        raise typer.BadParameter(f"'{value}': expected two hours of the day, like 22-6")
    return int(first), int(last)


def review(
    purpose: Annotated[
        str, typer.Option("--purpose", help="Why, in words; kept in the audit.", prompt="Purpose", show_default=False)
    ],
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since", help="From then on; default: seven days.", parser=parse_moment, metavar="ISO", show_default=False
        ),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", help="Until then.", parser=parse_moment, metavar="ISO", show_default=False),
    ] = None,
    off_hours: Annotated[
        Any, typer.Option("--off-hours", help="Hours of the agency's clock.", parser=_hours, metavar="HH-HH")
    ] = "22-6",
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show what deserves a question: one plate asked for again and again, lookups off-hours, reasons that say little.

    It names persons, and stands in the audit itself. Repeats are counted over 90 days, where one is in the span.
    """
    settings = command_settings(config, data_dir)
    ends = (until or datetime.now(UTC)).astimezone()
    begins = ends - WEEK if since is None else since.astimezone()
    from operations.audit.reviewing import review_audit

    with command_database(settings) as database:
        found = review_audit(command_actor(settings), database, settings, begins, ends, purpose, off_hours)
    if as_json:
        for record in _records(found):
            print_json(record)
    else:
        _show(found)


def _records(found: Review) -> list[dict[str, Any]]:
    parts: dict[str, Sequence[Any]] = {"repeat": found.repeats, "off_hours": found.nights, "refused": found.refusals}
    records: list[dict[str, Any]] = []
    for what, part in parts.items():
        records += [{"what": what, **asdict(one)} for one in part]
    records += [{"what": "vague", "why": one.why, **asdict(one.said)} for one in found.vague]
    return [
        {name: utc(value) if isinstance(value, datetime) else value for name, value in record.items()}
        for record in records
    ]


def _show(found: Review) -> None:
    _part(
        "One plate, again and again, without a case or under ever another one",
        ("Who", "Plate", "Times", "Days", "Without case", "Cases", "Off-hours", "First", "Last"),
        [
            (
                *(one.person, one.plate, one.times, one.days, one.without_case, one.cases, one.at_night),
                *(shown_time(one.first_at), shown_time(one.last_at)),
            )
            for one in found.repeats
        ],
    )
    _part(
        "Off-hours",
        ("Who", "Lookups", "Off-hours", "On days"),
        [(one.person, one.times, one.at_night, one.days) for one in found.nights],
    )
    _part(
        "Reasons that say little",
        ("Who", "Purpose", "Case", "Why it is here", "Times", "Last"),
        [
            (
                *(one.said.person, one.said.purpose or "", one.said.case_number or "", one.why, one.said.times),
                shown_time(one.said.last_at),
            )
            for one in found.vague
        ],
    )
    _part(
        "Refused",
        ("Who", "Why", "Times", "Last"),
        [(one.person, one.why or "", one.times, shown_time(one.last_at)) for one in found.refusals],
    )


def _part(title: str, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    if not rows:
        errors.print(f"{title}: nothing", markup=False)
        return
    table = plain_table(*headings, title=title)
    for row in rows:
        add_cells(table, *map(str, row))
    console.print(table)
