"""`platewatch analyses`: who passes together, who was at several places; bounded, approved, opened one by one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
from cli.searching.analysis_tables import question_record, questions_table, result_record, results_table, summary_text
from cli.searching.options import AreaOption
from cli.terminal.times import parse_moment

if TYPE_CHECKING:
    from operations.analyses.question import Occasion, Question

CONVOY = """
Examples:

  platewatch analyses convoy --plate VNV4527 --since 2026-01-24 --until 2026-01-31 --purpose "robbery" --case 26-117

  platewatch analyses convoy --area 36.83,-76.29,2 --since 2026-01-30 --until 2026-01-31 --purpose robbery --case 26-117
"""
PLACES = """
Example: platewatch analyses places --at "36.83,-76.29,1 2026-01-30T21:00 2026-01-30T22:00"
--at "36.91,-76.20,1 2026-01-31T02:00 2026-01-31T03:00" --purpose "two robberies" --case 26-117
"""
STAKEOUT = """
Example: platewatch analyses stakeout --area 36.83,-76.29,1 --during "2026-01-30T21:00 2026-01-30T22:00"
--during "2026-01-31T02:00 2026-01-31T03:00" --purpose "two burglaries of one shop" --case 26-117
"""
Begin = Annotated[
    datetime,
    typer.Option("--since", parser=parse_moment, metavar="ISO", help="Passed then or later."),
]
End = Annotated[
    datetime,
    typer.Option("--until", parser=parse_moment, metavar="ISO", help="Passed before then."),
]
LeastOption = Annotated[
    int | None, typer.Option("--least", help="On how many of them; default: on all.", show_default=False)
]
Number = Annotated[int, typer.Argument(help="The question's number.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(
        no_args_is_help=True, help="Questions about many vehicles: within the law's limits, once, for a case."
    )
    group.command("convoy", epilog=CONVOY)(convoy)
    group.command("places", epilog=PLACES)(places)
    group.command("stakeout", epilog=STAKEOUT)(stakeout)
    group.command("approve", epilog='Example: platewatch analyses approve 3 --reason "read the case"')(approve)
    group.command("run", epilog="Example: platewatch analyses run 3")(run)
    group.command("list", epilog="Example: platewatch analyses list")(list_analyses)
    group.command("show", epilog="Example: platewatch analyses show 3")(show)
    group.command("open", epilog="Example: platewatch analyses open 3 1")(open_one)
    app.add_typer(group, name="analyses")


def convoy(
    since: Begin,
    until: End,
    plate: Annotated[str | None, typer.Option("--plate", help="With this plate.", show_default=False)] = None,
    area: AreaOption = None,
    window: Annotated[int, typer.Option("--window", help="Seconds between two that pass together.", min=1)] = 60,
    cameras: Annotated[int, typer.Option("--cameras", help="Different cameras that they pass together.", min=3)] = 3,
    purpose: PurposeOption = None,
    case: CaseOption = None,
    warrant: WarrantOption = None,
    offense: OffenseOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Ask who passes cameras together, on several trips, more often than traffic and habits explain.

    With a plate it may run at once; without one another person approves it first.
    """
    from operations.analyses.question import Convoy
    from operations.searches.areas import parse_area

    settings = command_settings(config, data_dir)
    question = Convoy(
        since.astimezone(), until.astimezone(), plate, None if area is None else parse_area(area), window, cameras
    )
    _ask(question, (purpose, case, warrant, offense), as_json, settings)


def places(
    at: Annotated[
        list[str],
        typer.Option("--at", help="An occasion: AREA SINCE UNTIL; give two or more.", show_default=False),
    ],
    least: LeastOption = None,
    purpose: PurposeOption = None,
    case: CaseOption = None,
    warrant: WarrantOption = None,
    offense: OffenseOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Ask who was at several places, or at one several times, at which they are not by habit.

    It names no plate: another person approves it before it runs.
    """
    from operations.analyses.question import MULTI_GEO, STAKEOUT, Presence

    settings = command_settings(config, data_dir)
    occasions = tuple(_occasion(one) for one in at)
    kind = STAKEOUT if len({one.area for one in occasions}) == 1 else MULTI_GEO
    question = Presence(occasions, least or len(occasions), kind)
    _ask(question, (purpose, case, warrant, offense), as_json, settings)


def stakeout(
    area: Annotated[str, typer.Option("--area", help="The place: a circle, or corners.", show_default=False)],
    during: Annotated[
        list[str], typer.Option("--during", help="A time: SINCE UNTIL; give two or more.", show_default=False)
    ],
    least: LeastOption = None,
    purpose: PurposeOption = None,
    case: CaseOption = None,
    warrant: WarrantOption = None,
    offense: OffenseOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Ask who was at one place several times, at which they are not by habit.

    It names no plate: another person approves it before it runs.
    """
    from operations.analyses.question import STAKEOUT as KIND
    from operations.analyses.question import Presence

    settings = command_settings(config, data_dir)
    occasions = tuple(_occasion(f"{area} {one}") for one in during)
    _ask(Presence(occasions, least or len(occasions), KIND), (purpose, case, warrant, offense), as_json, settings)


def _occasion(text: str) -> Occasion:
    from operations.analyses.question import Occasion
    from operations.searches.areas import parse_area

    parts = text.split()
    if len(parts) < 3:
        raise typer.BadParameter(
            f"'{text}' is no occasion; write it like '36.8,-76.2,1 2026-01-30T21:00 2026-01-30T22:00'"
        )
    *area, since, until = parts
    return Occasion(parse_area(" ".join(area)), parse_moment(since).astimezone(), parse_moment(until).astimezone())


def _ask(question: Question, why: tuple[str | None, ...], as_json: bool, settings: Any) -> None:
    from operations.analyses.asking import ask_analysis
    from operations.reasons import Why

    with command_database(settings) as database:
        asked = ask_analysis(command_actor(settings), database, settings, question, Why(*why))
    if as_json:
        print_json(question_record(asked))
        return
    approval = "another person approves it (platewatch analyses approve), then " if question.needs_approval else ""
    errors.print(f"analysis {asked.analysis_id} is asked; next: {approval}platewatch analyses run {asked.analysis_id}")


def approve(
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the audit.", show_default=False)],
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Approve another person's question that names no plate."""
    settings = command_settings(config, data_dir)
    from operations.analyses import asking

    with command_database(settings) as database:
        asking.approve(command_actor(settings), database, number, reason)
    errors.print(f"analysis {number} is approved; who asked may run it")


def run(
    number: Number, as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None
) -> None:
    """Run your question, once; what it found is opened one by one."""
    settings = command_settings(config, data_dir)
    from operations.analyses.asking import run_analysis

    with command_database(settings) as database:
        done = run_analysis(command_actor(settings), database, settings, number)
    if as_json:
        print_json(question_record(done))
        return
    errors.print(f"analysis {number}: {summary_text(done)}; see platewatch analyses show {number}", markup=False)


def list_analyses(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """List the questions, who asked and who approved them."""
    settings = command_settings(config, data_dir)
    from operations.analyses.asking import view_analyses

    with command_database(settings) as database:
        found, _ = view_analyses(command_actor(settings), database)
    if as_json:
        for one in found:
            print_json(question_record(one))
        return
    console.print(questions_table(found))


def show(
    number: Number, as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None
) -> None:
    """Show what a question found; plates that nobody has opened are masked."""
    settings = command_settings(config, data_dir)
    from operations.analyses.asking import view_analyses

    with command_database(settings) as database:
        (found,), results = view_analyses(command_actor(settings), database, number)
    if as_json:
        print_json(question_record(found) | {"shown": [result_record(one) for one in results]})
        return
    if results:
        console.print(results_table(results))
    errors.print(f"analysis {number}: {summary_text(found)}", markup=False)


def open_one(
    number: Number,
    result: Annotated[int, typer.Argument(help="The result's number.", show_default=False)],
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Open one result: the audit has its plates, your name and the case."""
    settings = command_settings(config, data_dir)
    from operations.analyses.asking import open_result

    with command_database(settings) as database:
        found = open_result(command_actor(settings), database, number, result)
    if as_json:
        print_json(result_record(found))
    else:
        console.print(results_table([found]))
