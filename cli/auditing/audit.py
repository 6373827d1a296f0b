"""`platewatch audit`: who did what, when, from where and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from cli.auditing import keeping, review, trust
from cli.auditing.options import (
    ActionOption,
    CaseOption,
    KindOption,
    PlateOption,
    SinceOption,
    UntilOption,
    WhoOption,
    wanted_rows,
)
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
    refuse_options,
)
from cli.terminal.tables import plain_table
from cli.terminal.times import shown_time
from schemas.printable import printable

if TYPE_CHECKING:
    from storage.audit.reader import AuditEntry

EXAMPLE = """
Examples:

  platewatch audit --since 2026-01-31 --action search

  platewatch audit --actor lee --case 26-00117 --json

  platewatch audit --action refused --limit 1000
"""
_LONGEST_DETAILS = 400
"""Characters of a row's details in the table; --json has all of them."""


def register(app: typer.Typer) -> None:
    """Add the command, with those that check, export and review the audit below it."""
    group = typer.Typer(invoke_without_command=True, no_args_is_help=False, epilog=EXAMPLE)
    group.callback(epilog=EXAMPLE)(audit)
    trust.register(group)
    review.register(group)
    keeping.register(group)
    app.add_typer(group, name="audit")


def audit(
    context: typer.Context,
    since: SinceOption = None,
    until: UntilOption = None,
    actor: WhoOption = None,
    action: ActionOption = None,
    purpose: Annotated[
        str | None, typer.Option("--purpose", help="Only with these words in the purpose.", show_default=False)
    ] = None,
    case: CaseOption = None,
    plate: PlateOption = None,
    kind: KindOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="Most rows to show.", min=1, max=100_000)] = 100,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show who did what, newest first: searches, looks at alerts and lists, changes, and what was refused.

    A look at the audit is kept in it, too.
    """
    if context.invoked_subcommand is not None:
        refuse_options(context)
        return
    settings = command_settings(config, data_dir)
    wanted = wanted_rows(since, until, actor, action, purpose, case, plate, kind)
    from operations.audit.looking import view_audit
    from operations.audit.rows import row_record

    with command_database(settings) as database:
        found = view_audit(command_actor(settings), database, wanted, limit)
    if as_json:
        for entry in found:
            print_json(row_record(entry))
    elif found:
        console.print(_table(found))
    if not found:
        errors.print("nothing like that stands in the audit", markup=False)
    elif len(found) == limit:
        errors.print(f"the newest {limit} rows; older ones may fit too (--limit, --until)")


def _table(found: Sequence[AuditEntry]) -> Table:
    from operations.audit.rows import surface_of

    headings = ("Time", "Who", "From", "What", "Purpose", "Case", "Results", "Details")
    table = plain_table(*headings, right=("Results",))
    for entry in found:
        table.add_row(
            shown_time(entry.happened_at),
            Text(printable(entry.actor.name), style="bold"),
            Text(printable(f"{surface_of(entry)}, {entry.actor.origin}")),
            entry.action.value.replace("_", " "),
            Text(printable(entry.purpose or "")),
            Text(printable(entry.case_number or "")),
            "" if entry.results is None else str(entry.results),
            Text(_details(entry.details)),
        )
    return table


def _details(details: dict[str, Any]) -> str:
    shown = ", ".join(
        f"{name} {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in details.items()
    )
    shown = printable(shown)
    return shown if len(shown) <= _LONGEST_DETAILS else f"{shown[:_LONGEST_DETAILS]} ..."
