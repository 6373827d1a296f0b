"""`platewatch backup`: everything of one moment, while a run goes on."""

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
from cli.configuration import find_configuration

if TYPE_CHECKING:
    from operations.backup.making import BackupOutcome
    from operations.backup.verifying import Verified

EXAMPLE = """
Examples:

  platewatch keys make /root/platewatch-backup.key

  platewatch backup /mnt/backup --key-file /root/platewatch-backup.key

  platewatch backup /mnt/backup --verify --key-file /root/platewatch-backup.key
"""
KeyFileOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--key-file", help="File with a key (backup.key_file); the first one seals, each opens.", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backup", epilog=EXAMPLE)(backup)


def backup(
    folder: Annotated[Path, typer.Argument(help="Folder for backups alone, made where it is absent.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Make none; read the newest one there, or the one that is named, in full.")
    ] = False,
    key_file: KeyFileOption = None,
    pictures: Annotated[
        bool, typer.Option("--pictures/--without-pictures", help="With the pictures of the reads.")
    ] = True,
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep", min=1, help="Most backups that stay in the folder; default: those not over.", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Back up database, pictures, waiting messages and configuration, all of one moment, while a run goes on.

    Pictures that the backup before has are shared with it. Backups older than reads may be kept are removed: all reads
    in them are over. docs/operations.md says what is in a backup, and what has to be kept apart.
    """
    settings = command_settings(config, data_dir)
    from operations.backup.keys import backup_keys
    from operations.backup.making import BackupWish, make_backup
    from operations.backup.verifying import verify_backup

    keys = backup_keys(settings, key_file or ())
    if verify:
        _show_verified(verify_backup(folder.absolute(), keys.opening), as_json=as_json)
        return
    wish = BackupWish(folder.absolute(), keys, pictures, keep, config or find_configuration())
    with command_database(settings, create=False, migrate=False) as database:
        outcome = make_backup(command_actor(settings), database, settings, wish)
    _show_made(outcome, as_json=as_json)


def _show_made(outcome: BackupOutcome, *, as_json: bool) -> None:
    manifest = outcome.manifest
    if as_json:
        print_json({**_record(outcome.path, manifest), "removed": [str(path) for path in outcome.removed]})
        return
    errors.print(f"backup: {outcome.path}", markup=False)
    errors.print(f"of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC: {_counts(manifest)}", markup=False)
    for path in outcome.removed:
        errors.print(f"removed: {path}", markup=False)
    for left in manifest.left_out:
        errors.print(f"not in it: {left}", style="dim", markup=False)
    if manifest.pictures is not None and manifest.pictures.missing:
        errors.print(f"{manifest.pictures.missing} pictures could not be had; the index names them", markup=False)


def _show_verified(verified: Verified, *, as_json: bool) -> None:
    if as_json:
        print_json({**_record(verified.path, verified.manifest), "problems": list(verified.problems)})
    else:
        for problem in verified.problems:
            errors.print(f"DAMAGED: {problem}", markup=False)
        if not verified.problems:
            errors.print(f"whole: {verified.path}: {_counts(verified.manifest)}", markup=False)
    if verified.problems:
        raise typer.Exit(1)


def _counts(manifest: Any) -> str:
    rows, pictures = manifest.rows, manifest.pictures
    counts = [f"{rows.get(name, 0)} {name}" for name in ("reads", "hits", "alerts", "hotlist_entries", "audit")]
    if pictures is not None:
        counts.append(f"{pictures.count} pictures ({pictures.linked} shared with the backup before)")
    return ", ".join(counts).replace("hotlist_entries", "hotlist entries").replace("audit", "audit rows")


def _record(path: Path, manifest: Any) -> dict[str, Any]:
    pictures = manifest.pictures
    return {
        "backup": str(path),
        "taken_at": manifest.taken_at.isoformat(),
        "sealed_with": manifest.key_id,
        "migration": manifest.migrations[-1] if manifest.migrations else None,
        "rows": manifest.rows,
        "pictures": None
        if pictures is None
        else {"count": pictures.count, "shared": pictures.linked, "missing": pictures.missing},
        "left_out": list(manifest.left_out),
    }
