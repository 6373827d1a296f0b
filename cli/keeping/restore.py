"""`platewatch restore`: a backup into an empty data directory, without what has ended since."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.common import ConfigOption, DataDirOption, JsonOption, command_actor, command_settings, errors, print_json
from cli.keeping.backup import KeyFileOption
from services.private_files import private_umask

EXAMPLE = """
Examples:

  platewatch restore /mnt/backup --purged /mnt/journal/purged.json

  platewatch restore /mnt/backup/20260131T060000Z --data-dir /srv/platewatch --key-file /root/platewatch-backup.key
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("restore", epilog=EXAMPLE)(restore)


def restore(
    backup: Annotated[Path, typer.Argument(help="A backup, or a folder of backups: the newest one.")],
    purged: Annotated[
        Path | None,
        typer.Option("--purged", help="Journal of what ended since (backup.journal).", show_default=False),
    ] = None,
    key_file: KeyFileOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Restore a backup into an empty data directory, or into a new database where database.url names one.

    Every file is checked before. What is too old by now ends before anything can be looked at, and what the journal
    tells of stays withdrawn, ended and sent.
    """
    settings = command_settings(config, data_dir)
    from operations.backup.keys import backup_keys
    from operations.backup.restoring import restore_backup

    keys = backup_keys(settings, key_file or ())
    with private_umask():
        outcome = restore_backup(command_actor(settings), settings, backup.absolute(), keys.opening, purged)
    manifest, journal = outcome.verified.manifest, outcome.journal
    if as_json:
        print_json(
            {
                "backup": str(outcome.verified.path),
                "taken_at": manifest.taken_at.isoformat(),
                "ended_reads": outcome.ended.reads,
                "pictures": outcome.pictures,
                "journal": None if journal is None else journal.written_at.isoformat(),
                **{name.replace(" ", "_"): count for name, count in outcome.known.items()},
            }
        )
        return
    errors.print(f"restored: {outcome.verified.path}, as of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC", markup=False)
    errors.print(f"ended, for it is over by now: {outcome.ended.reads} reads of days that had begun", markup=False)
    errors.print(f"pictures: {outcome.pictures}", markup=False)
    if journal is None:
        errors.print(
            "nothing is known of what people withdrew or ended after the backup, or of what was published: no journal "
            "was given (--purged)",
            style="yellow",
            markup=False,
        )
    for name, count in outcome.known.items():
        errors.print(f"from the journal: {count} {name}", markup=False)
