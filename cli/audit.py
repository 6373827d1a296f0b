"""`platewatch audit`: who did what, when, from where and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

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
from cli.terminal.times import parse_moment, shown_time
from schemas.actor import SignIn
from schemas.audit import Action
from schemas.events import utc
from schemas.printable import printable

if TYPE_CHECKING:
    from storage.audit.reader import AuditEntry

EXAMPLE = """
Examples:

  platewatch audit --since 2026-01-31 --action search

  platewatch audit --actor lee --case 26-00117 --json

  platewatch audit --action refused --limit 1000
"""
_SURFACES = {SignIn.LOCAL_USER: "command line", SignIn.SERVICE: "service"}
_LONGEST_DETAILS = 400
"""Characters of a row's details in the table; --json has all of them."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("audit", epilog=EXAMPLE)(audit)


def _action(value: str) -> Action:
    name = value.strip().lower().replace("-", "_")
    if name not in {action.value for action in Action}:
        raise typer.BadParameter(f"'{value}' is no action; use one of {', '.join(action.value for action in Action)}")
    return Action(name)


def audit(
    since: Annotated[
        datetime | None,
        typer.Option("--since", help="Done then or later.", parser=parse_moment, metavar="ISO", show_default=False),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", help="Done before then.", parser=parse_moment, metavar="ISO", show_default=False),
    ] = None,
    actor: Annotated[
        str | None, typer.Option("--actor", help="Only by this user, also behind sudo.", show_default=False)
    ] = None,
    action: Annotated[
        Action | None,
        typer.Option("--action", help="Only this, like search.", parser=_action, metavar="ACTION", show_default=False),
    ] = None,
    purpose: Annotated[
        str | None, typer.Option("--purpose", help="Only with these words in the purpose.", show_default=False)
    ] = None,
    case: Annotated[str | None, typer.Option("--case", help="Only for this case or call.", show_default=False)] = None,
    plate: Annotated[
        str | None, typer.Option("--plate", help="Only about this plate or pattern.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="Most rows to show.", min=1, max=100_000)] = 100,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show who did what, newest first: searches, looks at alerts and lists, changes, and what was refused.

    A look at the audit is kept in it, too.
    """
    settings = command_settings(config, data_dir)
    # After the settings: without an offset a time is meant in the agency's zone, which the table shows too.
    since, until = (moment and moment.astimezone() for moment in (since, until))
    if since is not None and until is not None and since >= until:
        raise typer.BadParameter("--since must be earlier than --until")
    # The database driver takes a while to import: `platewatch --help` need not wait for it.
    from operations.auditing import AuditFilter, view_audit

    wanted = AuditFilter(actor, action, since, until, purpose, case, plate)
    with command_database(settings) as database:
        found = view_audit(command_actor(settings), database, wanted, limit)
    if as_json:
        for entry in found:
            print_json(_record(entry))
    elif found:
        console.print(_table(found))
    if not found:
        errors.print("nothing like that stands in the audit", markup=False)
    elif len(found) == limit:
        errors.print(f"the newest {limit} rows; older ones may fit too (--limit, --until)")


def _record(entry: AuditEntry) -> dict[str, Any]:
    return {
        "audit_id": entry.audit_id,
        "happened_at": utc(entry.happened_at),
        "actor": entry.actor.name,
        "via": entry.actor.via.value,
        "origin": entry.actor.origin,
        "agency_id": entry.actor.agency_id,
        "action": entry.action.value,
        "purpose": entry.purpose,
        "case_number": entry.case_number,
        "details": entry.details,
        "results": entry.results,
    }


def _table(found: Sequence[AuditEntry]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("Time", "Who", "From", "What", "Purpose", "Case", "Results", "Details"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "Results" else "left")
    for entry in found:
        table.add_row(
            shown_time(entry.happened_at),
            Text(printable(entry.actor.name), style="bold"),
            Text(printable(f"{_SURFACES[entry.actor.via]}, {entry.actor.origin}")),
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
