"""`platewatch agreements`: what this agency shares with others, who decided it, and what it lets through."""

from __future__ import annotations

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
from cli.failures import OTHER, TEMPORARY
from cli.sharing.acl import acl, take_rights_of_ended
from cli.sharing.heard import heard
from cli.sharing.log import log
from cli.sharing.tables import (
    answer_record,
    sight_record,
    sights_table,
    theirs_record,
    version_record,
    version_text,
    versions_table,
)

if TYPE_CHECKING:
    from operations.sharing.deciding import Findings
    from operations.sharing.looking import Answer
    from operations.sharing.theirs import Theirs

app = typer.Typer(no_args_is_help=True, help="What this agency shares with others, under which agreement.")

AgreementArgument = Annotated[str, typer.Argument(metavar="ID", help="The agreement's short name.")]


def register(parent: typer.Typer) -> None:
    """Add the command group."""
    app.command("acl")(acl)
    app.command("heard")(heard)
    app.command("log", epilog="Example: platewatch agreements log --to suffolk-pd --since 2026-11-01")(log)
    parent.add_typer(app, name="agreements")


@app.command("add", epilog="Example: platewatch agreements add --file suffolk.toml")
def add(
    file: Annotated[Path, typer.Option("--file", help="The agreement as TOML (docs/sharing.md).", show_default=False)],
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is wrong with it and what it would grant; store nothing.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Propose an agreement, or another version of one.

    What is new or grants more than before waits until another person approves it; what only narrows it is in force at
    once.
    """
    settings = command_settings(config, data_dir)
    from operations.sharing.deciding import check_proposal, propose_agreement
    from sharing.files import load_agreement

    agreement = load_agreement(file)
    with command_database(settings, create=True) as database:
        if check:
            _show_findings(check_proposal(command_actor(settings), database, settings, agreement), as_json=as_json)
            return
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


def _show_findings(found: Findings, *, as_json: bool) -> None:
    if as_json:
        print_json({"fault": found.fault, "widens": list(found.widens), "blocked": list(found.blocked)})
    elif found.fault is not None:
        errors.print(f"it cannot be proposed: {found.fault}", markup=False)
    else:
        for text in found.widens:
            console.print(f"another person has to approve: {text}", markup=False, highlight=False, soft_wrap=True)
        for text in found.blocked:
            console.print(f"nothing flows yet: {text}", markup=False, highlight=False, soft_wrap=True)
        if not found.widens:
            errors.print("it grants nothing more, and would be in force at once", markup=False)
    if found.fault is not None:
        raise typer.Exit(OTHER)


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
    errors.print(f"let its members read at the broker: platewatch agreements acl {agreement_id}", markup=False)


@app.command("end", epilog="Example: platewatch agreements end suffolk --reason 'notice of 2026-11-02'")
def end(
    agreement_id: AgreementArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the audit.", show_default=False)],
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """End an agreement for good: within a second nothing goes out under it any more.

    With kafka.rights.apply its members may not read its topic at the broker any more, either; ends with exit code 75
    where the broker could not be told.
    """
    settings = command_settings(config, data_dir)
    from operations.sharing.deciding import end_agreement

    with command_database(settings) as database:
        end_agreement(command_actor(settings), database, agreement_id, reason, settings)
        errors.print(f"{agreement_id}: ended", markup=False)
        if not take_rights_of_ended(database, settings, agreement_id):
            raise typer.Exit(TEMPORARY)


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
def who_sees_what(
    theirs: Annotated[bool, typer.Option("--theirs", help="What we see of others instead.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List, by agency, what it gets under which agreement, until when, and what keeps it from flowing now."""
    settings = command_settings(config, data_dir)
    from operations.sharing.looking import who_sees_what
    from operations.sharing.theirs import what_we_see

    with command_database(settings) as database:
        if theirs:
            _show_theirs(what_we_see(command_actor(settings), database, settings), as_json=as_json)
            return
        found = who_sees_what(command_actor(settings), database, settings)
    if as_json:
        for sight in found:
            print_json(sight_record(sight))
    elif found:
        console.print(sights_table(found))
    if not found:
        errors.print("nothing is shared with anybody", markup=False)


def _show_theirs(found: list[Theirs], *, as_json: bool) -> None:
    for one in found:
        if as_json:
            print_json(theirs_record(one))
            continue
        console.print(f"{one.neighbor.name} ({one.neighbor.id}), agreement {one.neighbor.agreement}:", markup=False)
        for given in one.lists:
            console.print(f"  hotlist {given.list_name} as {given.hotlist_id}: {given.words}", markup=False)
        console.print(f"  told of {one.returned} dispositions, {one.waiting} wait, {one.withheld} were withheld")
    if not found:
        errors.print("no neighbor is configured ([[sharing.neighbors]])", markup=False)


@app.command("check", epilog="Example: platewatch agreements check --alert UUID --to suffolk-pd")
def check(
    to: Annotated[str, typer.Option("--to", help="An agency: its short name, name or ORI.", show_default=False)],
    alert: Annotated[
        UUID | None, typer.Option("--alert", help="A stored alert.", metavar="UUID", show_default=False)
    ] = None,
    entry: Annotated[
        UUID | None, typer.Option("--entry", help="An active hotlist's entry.", metavar="UUID", show_default=False)
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Say whether an alert or a listed entry may go to an agency, under which agreement, how much, and why or why not.

    Ends with exit code 1 where no agreement lets it through.
    """
    settings = command_settings(config, data_dir)
    from operations.sharing.looking import check_alert, check_entry

    if (alert is None) is (entry is None):
        raise typer.BadParameter("give --alert or --entry")
    with command_database(settings) as database:
        actor = command_actor(settings)
        if alert is not None:
            answers = check_alert(actor, database, settings, alert, to)
        elif entry is not None:
            answers = check_entry(actor, database, settings, entry, to)
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


def _answer_text(answer: Answer) -> str:
    where = f"{answer.agreement_id}, version {answer.version}"
    if answer.on_topic.allowed:
        fields = ", ".join(sorted(answer.on_topic.fields))
        return f"{where}: allowed with {fields}: {answer.on_topic.reason}"
    others = " (others read the same topic)" if answer.alone.allowed else ""
    return f"{where}: refused: {answer.on_topic.reason}{others}"
