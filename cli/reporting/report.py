"""`platewatch report`: figures for what laws ask for, each with the query that it comes from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from cli.reporting.html import page
from cli.terminal.times import parse_moment
from operations.reports.forms import Form
from policy.reports import load_report, reports
from schemas.errors import ConfigurationError
from schemas.printable import printable

if TYPE_CHECKING:
    from operations.reports.filing import FiledReport

app = typer.Typer(no_args_is_help=True, help="Figures for what laws have an agency report.")
MONTH = timedelta(days=30)


SinceOption = Annotated[
    datetime,
    typer.Option("--since", help="Begin of the span.", parser=parse_moment, metavar="ISO", show_default=False),
]
UntilOption = Annotated[
    datetime,
    typer.Option("--until", help="Its end, exclusively.", parser=parse_moment, metavar="ISO", show_default=False),
]


def register(parent: typer.Typer) -> None:
    """Add the command group."""
    parent.add_typer(app, name="report")


@app.command("list", epilog="Example: platewatch report list")
def list_reports(as_json: JsonOption = False) -> None:
    """List the reports, with the law that asks for each, and how sure that is."""
    for name in reports():
        report = load_report(name)
        if as_json:
            print_json({"report": name, **report.model_dump(mode="json", exclude_none=True)})
        else:
            sure = f"{report.citation} ({report.as_of}, {report.confidence.value})"
            console.print(f"{name}: {report.title}; due {report.due}; {sure}", markup=False, highlight=False)


@app.command("show", epilog="Example: platewatch report show virginia-annual --since 2026-01-01 --until 2027-01-01")
def show(
    name: Annotated[str, typer.Argument(help="One of `platewatch report list`.")],
    since: SinceOption,
    until: UntilOption,
    form: Annotated[Form, typer.Option("--format", help="How it is written.")] = Form.TEXT,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Count what a report says of a span of time; what a person writes, and what nobody can know here, is said as such.

    Reads and alerts end after the law's time: what a longer span lacks is said. --format json has the query of each
    figure.
    """
    filed = _filed(name, since, until, config, data_dir)
    from operations.reports.writing import report_record, written

    if form is Form.JSON:
        print_json(report_record(filed))
    else:
        console.file.write(written(filed, form))


@app.command("transparency", epilog="Example: platewatch report transparency --html public.html")
def transparency(
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since", help="Begin; default: 30 days.", parser=parse_moment, metavar="ISO", show_default=False
        ),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", help="End; default: now.", parser=parse_moment, metavar="ISO", show_default=False),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page into this file.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show what everybody may know: numbers alone, with what was confirmed, misread and canceled."""
    ends = until or datetime.now(UTC)
    filed = _filed("transparency", since or ends - MONTH, ends, config, data_dir)
    from operations.reports.writing import report_record, text_lines

    if html is not None:
        try:
            html.write_text(page(filed), "utf-8")
        except OSError as error:
            raise ConfigurationError(f"{html}: cannot be written ({error.strerror})") from error
    elif as_json:
        print_json(report_record(filed))
    else:
        for text in text_lines(filed):
            console.print(printable(text), markup=False, highlight=False, soft_wrap=True)


@app.command("add-stops", epilog="Example: platewatch report add-stops stops.jsonl")
def add_stops(
    file: Annotated[Path, typer.Argument(help="A JSON object a line (docs/law.md).")],
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Keep stops as officers recorded them, with whether they followed a notification."""
    settings = command_settings(config, data_dir)
    from operations.reports.stops import add_stops as keep

    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: cannot be read ({getattr(error, 'strerror', 'not text')})") from error
    with command_database(settings) as database:
        new, known = keep(command_actor(settings), database, lines, str(file))
    errors.print(f"{new} stops kept, {known} were there", markup=False)


@app.command("stops", epilog="Example: platewatch report stops --since 2026-01-01 --until 2026-04-01")
def stops(since: SinceOption, until: UntilOption, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Write stops in the layout of 19VAC30-240-10, with the notification and its reason behind."""
    settings = command_settings(config, data_dir)
    from operations.reports.stops import layout_lines, report_stops

    first, end = _day(since), _day(until)
    with command_database(settings) as database:
        found = report_stops(command_actor(settings), database, first, end)
    for line in layout_lines(found):
        console.file.write(f"{printable(line)}\n")


def _day(moment: datetime) -> date:
    return moment.astimezone().date()


def _filed(name: str, since: datetime, until: datetime, config: Path | None, data_dir: Path | None) -> FiledReport:
    settings = command_settings(config, data_dir)
    from operations.reports.filing import file_report

    load_report(name)
    with command_database(settings) as database:
        return file_report(
            *(command_actor(settings), database, settings, name),
            *(since.astimezone(), until.astimezone(), datetime.now(UTC)),
        )
