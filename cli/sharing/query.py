"""`platewatch query`: ask another agency what it has read of a plate, under its agreement with us."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from cli.broker.connecting import servers_of
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
from cli.sharing.tables import reply_record, reply_table
from cli.terminal.times import parse_moment

if TYPE_CHECKING:
    from operations.sharing.asking import Reply

EXAMPLE = """
Examples:

  platewatch query --agency suffolk-pd VNV4527 --purpose "stolen vehicle, seen at Main Street" --case 26-00117

  platewatch query --agency suffolk-pd 'VN?45*' --since 2026-01-31 --purpose "missing person" --case 26-118 --json

  platewatch query --answer 3f0c...                  # a question of before that was not answered in time
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("query", epilog=EXAMPLE)(query)


def query(
    pattern: Annotated[
        str | None,
        typer.Argument(help="Plate; ? stands for one unknown character, * for any number.", show_default=False),
    ] = None,
    agency: Annotated[
        str | None,
        typer.Option("--agency", help="Whom to ask: a neighbor's short name or name.", show_default=False),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", help="Captured then or later.", parser=parse_moment, metavar="ISO", show_default=False),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", help="Captured before then.", parser=parse_moment, metavar="ISO", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="Most reads to show.", min=1, max=1000)] = 100,
    wait: Annotated[float, typer.Option("--wait", help="Seconds to wait for the answer.", min=0.1, max=600)] = 20.0,
    answer: Annotated[
        UUID | None,
        typer.Option("--answer", metavar="UUID", help="Look again for a question's answer.", show_default=False),
    ] = None,
    purpose: PurposeOption = None,
    case: CaseOption = None,
    warrant: WarrantOption = None,
    offense: OffenseOption = None,
    bootstrap: Annotated[
        str | None,
        typer.Option("--bootstrap", help="The agency's Kafka servers, HOST:PORT[,HOST:PORT].", show_default=False),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Ask another agency for its reads of a plate.

    Your name, purpose and case number go with the question, and that agency keeps them; it answers as far as its
    agreement with this agency and its law let it, and says why where it does not. Your own law is asked before and
    after.
    """
    if (pattern is None or agency is None) is (answer is None):
        raise typer.BadParameter("give --agency and a plate, or --answer and a question's number")
    settings = command_settings(config, data_dir)
    since, until = (moment and moment.astimezone() for moment in (since, until))
    from operations.sharing.asking import Wanted, ask_neighbor, asked_by, fetch_answer, neighbor_of
    from operations.sharing.reaching import line_to

    with command_database(settings, create=True) as database:
        actor = command_actor(settings)
        if answer is not None:
            asked = asked_by(actor, database, settings, answer)
            with line_to(settings, neighbor_of(settings, asked.neighbor), servers_of(bootstrap)) as line:
                reply = fetch_answer(actor, database, settings, asked, line, wait)
        else:
            neighbor = neighbor_of(settings, agency or "")
            wanted = Wanted(pattern or "", purpose, case, since, until, limit, warrant, offense)
            with line_to(settings, neighbor, servers_of(bootstrap)) as line:
                reply = ask_neighbor(actor, database, settings, neighbor, wanted, line, wait)
    _show(reply, as_json=as_json)


def _show(reply: Reply, *, as_json: bool) -> None:
    if as_json:
        for read in reply.reads:
            print_json(reply_record(reply, read))
    elif reply.reads:
        console.print(reply_table(reply))
    name = reply.neighbor.name
    if not reply.reads:
        errors.print(f"{name} has no such reads that it may show", markup=False)
    elif reply.more:
        errors.print(f"the newest {len(reply.reads)} of {name}; older ones may fit too (--until)", markup=False)
    for text in reply.left_out:
        errors.print(f"not shown: {text}", markup=False)
    if reply.terms is not None and reply.reads:
        terms = reply.terms
        never = f", never for {', '.join(terms.purposes_forbidden)}" if terms.purposes_forbidden else ""
        errors.print(
            f"given by {name} under agreement {reply.neighbor.agreement}, version {reply.agreement_version}: for"
            f" {', '.join(terms.purposes)}{never}; keep it for {terms.keep_days:g} days at most",
            markup=False,
        )
