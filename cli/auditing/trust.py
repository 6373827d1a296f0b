"""`platewatch audit verify` and `export`: whether the audit is as it was written, here and for others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.common import (
    ConfigOption,
    DataDirOption,
    JsonOption,
    command_actor,
    command_database,
    command_settings,
    errors,
    print_json,
)

if TYPE_CHECKING:
    from operations.audit.verifying import Verification


def register(group: typer.Typer) -> None:
    """Add the commands."""
    group.command("verify", epilog="Example: platewatch audit verify --key relay.pem")(verify)
    group.command("export", epilog="Example: platewatch audit export /mnt/audit-2026 --purpose 'audit of the county'")(
        export
    )


def verify(
    keys: Annotated[
        list[Path] | None, typer.Option("--key", help="Public key of another machine that sealed.", show_default=False)
    ] = None,
    head: Annotated[
        Path | None,
        typer.Option("--head", help="A copy of signing/audit-head.json kept elsewhere.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Check every row of the audit against its seal: which was changed, deleted, put in or moved since.

    The exit code is 1 where something is wrong. Months that the law had purged count as right: what was signed of them
    stays. docs/audit.md says what this finds, and what it cannot.
    """
    settings = command_settings(config, data_dir)
    from operations.audit.verifying import verify_audit
    from operations.audit.words import problem_lines, verification_lines

    with command_database(settings) as database:
        found = verify_audit(command_actor(settings), database, settings, keys or (), head)
    if as_json:
        print_json(_record(found))
    else:
        for line in (*problem_lines(found), *verification_lines(found)):
            errors.print(line, markup=False)
    if found.problems:
        raise typer.Exit(1)


def export(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    purpose: Annotated[
        str, typer.Option("--purpose", help="Why, in words; kept in the audit.", prompt="Purpose", show_default=False)
    ],
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Write the whole audit into files that anybody can check without Platewatch (docs/examples/verify_audit.py)."""
    settings = command_settings(config, data_dir)
    from operations.audit.exporting import export_audit

    with command_database(settings) as database:
        made = export_audit(command_actor(settings), database, settings, folder.absolute(), purpose)
    errors.print(
        f"{made.folder}: {made.rows} rows, {made.ended} that have ended, {len(made.files)} files and manifest.json; it "
        "names people and plates: keep it as the audit itself",
        markup=False,
    )


def _record(found: Verification) -> dict[str, Any]:
    return {
        "rows": found.rows,
        "ended": found.ended,
        "checkpoints": found.checkpoints,
        "purged_months": found.purged,
        "waiting": found.waiting,
        "head": found.head,
        "keys": sorted(found.keys),
        "problems": [
            {"kind": one.kind, "what": one.what, "audit_id": one.audit_id, "position": one.position}
            for one in found.problems
        ],
    }
