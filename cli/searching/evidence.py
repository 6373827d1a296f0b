"""`platewatch evidence`: packages of reads and pictures that others can check without us."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.common import (
    CaseOption,
    ConfigOption,
    DataDirOption,
    OffenseOption,
    PurposeOption,
    WarrantOption,
    command_actor,
    command_database,
    command_settings,
    errors,
)
from cli.searching.options import AreaOption, CamerasOption, Given, HoursOption, LimitOption, SinceOption, UntilOption
from schemas.errors import InvalidInput

EXAMPLE = """
Example: platewatch evidence make VNV4527 --since 2026-01-31 --out 26-117.zip --purpose "stolen vehicle" --case 26-117
"""
VERIFY_EXAMPLE = "Example: platewatch evidence verify 26-117.zip --key portsmouth-pd.pem"


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="Packages of evidence: reads, pictures, sums and a signature.")
    group.command("make", epilog=EXAMPLE)(make)
    group.command("verify", epilog=VERIFY_EXAMPLE)(verify)
    app.add_typer(group, name="evidence")


def make(
    pattern: Annotated[str, typer.Argument(help="Plate; ? and * as in a search.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="The package, a ZIP file.", show_default=False)],
    since: SinceOption = None,
    until: UntilOption = None,
    camera: CamerasOption = None,
    area: AreaOption = None,
    hours: HoursOption = None,
    limit: LimitOption = 1000,
    purpose: PurposeOption = None,
    case: CaseOption = None,
    warrant: WarrantOption = None,
    offense: OffenseOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Pack reads with their pictures, revisions and corrections, signed by this installation's key.

    Whoever gets it checks it with the public key (platewatch keys signing) and the script that is in it, or with
    openssl and sha256sum alone. It is refused where more reads fit than are asked for.
    """
    settings = command_settings(config, data_dir)
    from operations.reasons import Why
    from operations.searches.evidence import make_evidence

    query = Given(pattern, since, until, camera, area, hours, limit=limit).query()
    with command_database(settings) as database:
        why = Why(purpose, case, warrant, offense)
        made = make_evidence(command_actor(settings), database, settings, query, why, out)
    errors.print(
        f"{made.path}: {made.reads} reads and {made.pictures} pictures, signed by key {made.key_id}", markup=False
    )
    if made.missing:
        errors.print(f"{len(made.missing)} pictures are not there any more; the manifest names them", style="yellow")


def verify(
    package: Annotated[Path, typer.Argument(help="The package.", show_default=False)],
    key: Annotated[Path, typer.Option("--key", help="The public key, from somewhere else.", show_default=False)],
) -> None:
    """Check that a package is as it was signed; the exit code is 1 where it is not."""
    import zipfile

    from operations.searches.verify_evidence import problems

    try:
        found = list(problems(package, key))
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        raise InvalidInput(f"{package}, or {key}: cannot be checked ({error}); expected a package and a key") from error
    for one in found:
        errors.print(one, style="red", markup=False)
    if found:
        raise typer.Exit(1)
    errors.print(f"{package} is as it was signed", markup=False)
