"""`platewatch agreements`: what this agency shares with others, who decided it, and what it lets through."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

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
from cli.failures import OTHER
from cli.sharing.tables import (
    answer_record,
    dissemination_record,
    disseminations_table,
    sight_record,
    sights_table,
    version_record,
    version_text,
    versions_table,
)
from cli.terminal.times import parse_moment
from schemas.plates import canonical_plate

if TYPE_CHECKING:
    from operations.sharing.looking import Answer

app = typer.Typer(no_args_is_help=True, help="What this agency shares with others, under which agreement.")

AgreementArgument = Annotated[str, typer.Argument(metavar="ID", help="The agreement's short name.")]


def register(parent: typer.Typer) -> None:
    """Add the command group."""
    parent.add_typer(app, name="agreements")


@app.command("add", epilog="Example: platewatch agreements add --file suffolk.toml")
def add(
    file: Annotated[Path, typer.Option("--file", help="The agreement as TOML (docs/sharing.md).", show_default=False)],
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Propose an agreement, or another version of one.

    What is new or grants more than before waits until another person approves it; what only narrows it is in force at
    once.
    """
    settings = command_settings(config, data_dir)
    from operations.sharing.deciding import propose_agreement
    from sharing.files import load_agreement

    agreement = load_agreement(file)
    with command_database(settings, create=True) as database:
        proposal = propose_agreement(command_actor(settings), database, settings, agreement)
    if as_json:
        print_json(
            {
                "agreement": agreement.id,
                "version": proposal.version,
                "pending": proposal.is_pending,
                "widens": list(proposal.widens),
            }
        )
        return
    if not proposal.is_pending:
        errors.print(f"{agreement.id}: version {proposal.version} grants nothing more and is in force", markup=False)
        return
    errors.print(f"{agreement.id}: version {proposal.version} waits for another person's approval:", markup=False)
    for text in proposal.widens:
        errors.print(f"  {text}", markup=False)
    errors.print(f"have that person run: platewatch agreements approve {agreement.id}", markup=False)


@app.command("approve", epilog="Example: platewatch agreements approve suffolk --paper mou-2026.pdf")
def approve(
    agreement_id: AgreementArgument,
    paper: Annotated[
        Path | None,
        typer.Option("--paper", help="Your own copy of the signed paper, to be compared.", show_default=False),
    ] = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Put the version that another person proposed in force. Look at it first: platewatch agreements show ID."""
    settings = command_settings(config, data_dir)
    from operations.sharing.deciding import approve_agreement
    from sharing.files import paper_digest

    digest = None if paper is None else paper_digest(paper)
    with command_database(settings) as database:
        version = approve_agreement(command_actor(settings), database, settings, agreement_id, digest)
    errors.print(f"{agreement_id}: version {version.version} is approved", markup=False)


@app.command("end", epilog="Example: platewatch agreements end suffolk --reason 'notice of 2026-11-02'")
def end(
    agreement_id: AgreementArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the audit.", show_default=False)],
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """End an agreement for good: within a second nothing goes out under it any more."""
    settings = command_settings(config, data_dir)
    from operations.sharing.deciding import end_agreement

    with command_database(settings) as database:
        end_agreement(command_actor(settings), database, agreement_id, reason)
    errors.print(f"{agreement_id}: ended", markup=False)


@app.command("show", epilog="Example: platewatch agreements show suffolk")
def show(
    agreement_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The agreement; default: all.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show an agreement with all of its versions and who decided them, or a line for every one."""
    settings = command_settings(config, data_dir)
    from operations.sharing.looking import view_agreements

    with command_database(settings) as database:
        found = view_agreements(command_actor(settings), database, agreement_id)
    if as_json:
        for version in found:
            print_json(version_record(version))
        return
    if not found:
        errors.print("no agreements: nothing is shared with anybody", markup=False)
        return
    console.print(versions_table(found))
    if agreement_id is not None:
        console.print(version_text(found[-1]), markup=False, highlight=False)


@app.command("who-sees-what", epilog="Example: platewatch agreements who-sees-what")
def who_sees_what(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """List, by agency, what it gets under which agreement, until when, and what keeps it from flowing now."""
    settings = command_settings(config, data_dir)
    from operations.sharing.looking import who_sees_what

    with command_database(settings) as database:
        found = who_sees_what(command_actor(settings), database, settings)
    if as_json:
        for sight in found:
            print_json(sight_record(sight))
    elif found:
        console.print(sights_table(found))
    if not found:
        errors.print("nothing is shared with anybody", markup=False)


@app.command("check", epilog="Example: platewatch agreements check --alert UUID --to suffolk-pd")
def check(
    alert: Annotated[UUID, typer.Option("--alert", help="A stored alert.", metavar="UUID", show_default=False)],
    to: Annotated[str, typer.Option("--to", help="An agency: its short name, name or ORI.", show_default=False)],
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Say whether an alert may go to an agency, under which agreement, how much of it, and why or why not.

    Ends with exit code 1 where no agreement lets it through.
    """
    settings = command_settings(config, data_dir)
    from operations.sharing.looking import check_alert

    with command_database(settings) as database:
        answers = check_alert(command_actor(settings), database, settings, alert, to)
    for answer in answers:
        if as_json:
            print_json(answer_record(answer))
        else:
            console.print(_answer_text(answer), markup=False, highlight=False, soft_wrap=True)
    if not answers:
        if as_json:
            print_json({"agreement": None, "allowed": False, "reason": f"no agreement with {to}"})
        else:
            errors.print(f"refused: no agreement with {to}; without one nothing is shared", markup=False)
    if not any(answer.on_topic.allowed for answer in answers):
        raise typer.Exit(OTHER)


@app.command("log", epilog="Example: platewatch agreements log --to suffolk-pd --since 2026-11-01")
def log(
    agreement_id: Annotated[
        str | None, typer.Option("--agreement", help="Only under this agreement.", show_default=False)
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Only this agency: its short name, name or ORI.", show_default=False)
    ] = None,
    plate: Annotated[str | None, typer.Option("--plate", help="Only this plate.", show_default=False)] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", help="Then or later.", parser=parse_moment, metavar="ISO", show_default=False),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", help="Before then.", parser=parse_moment, metavar="ISO", show_default=False),
    ] = None,
    asked: Annotated[bool, typer.Option("--asked", help="Only what others asked.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most rows to show.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show what was given to other agencies, and what they asked: to whom, under what, why, when, and who asked."""
    settings = command_settings(config, data_dir)
    since, until = (moment and moment.astimezone() for moment in (since, until))
    from operations.sharing.log import DisseminationFilter, view_disseminations

    wanted = DisseminationFilter(
        agreement_id, to, None if plate is None else canonical_plate(plate), since, until, asked
    )
    with command_database(settings) as database:
        found = view_disseminations(command_actor(settings), database, wanted, limit)
    if as_json:
        for one in found:
            print_json(dissemination_record(one))
    elif found:
        console.print(disseminations_table(found))
    if not found:
        errors.print("nothing was given to other agencies, and nothing asked", markup=False)


def _answer_text(answer: Answer) -> str:
    where = f"{answer.agreement_id}, version {answer.version}"
    if answer.on_topic.allowed:
        fields = ", ".join(sorted(answer.on_topic.fields))
        return f"{where}: allowed with {fields}: {answer.on_topic.reason}"
    others = " (others read the same topic)" if answer.alone.allowed else ""
    return f"{where}: refused: {answer.on_topic.reason}{others}"
