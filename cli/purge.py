"""`platewatch purge`: what is too old ends now, with its bytes."""

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
from schemas.printable import printable
from schemas.settings import Settings

if TYPE_CHECKING:
    from operations.purging import PurgeOutcome

EXAMPLE = """
Examples:

  platewatch purge

  platewatch purge --prove --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("purge", epilog=EXAMPLE)(purge)


def purge(
    prove: Annotated[
        bool, typer.Option("--prove", help="Then look for what ended in every byte of the data directory.")
    ] = False,
    check: Annotated[
        Path | None, typer.Option("--check", help="Only check a signed proof of an earlier one.", show_default=False)
    ] = None,
    proofs: Annotated[
        bool, typer.Option("--proofs", help="Only list the proofs that are kept here, each checked.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """End what is older than the law allows now, and write anew whatever still holds its bytes.

    A run does the first part by itself. Tables are locked one after the other while they are written anew. With
    --prove the exit code is 1 where something is left, and what came of it is signed (proofs/ in the data directory);
    docs/retention.md says what can not be seen.
    """
    settings = command_settings(config, data_dir)
    if check is not None:
        from operations.proving import check_proof

        print_json(check_proof(settings, check))
        return
    if proofs:
        _list_proofs(settings, as_json=as_json)
        return
    from operations.purging import purge as carry_out

    with command_database(settings) as database:
        outcome = carry_out(command_actor(settings), database, settings, prove=prove)
        is_ours = database.has_owner
    if as_json:
        print_json(_record(outcome))
    else:
        for line in _lines(outcome, is_ours=is_ours):
            errors.print(line, markup=False)
    if outcome.in_broker or (outcome.searched is not None and (outcome.searched.found or outcome.searched.unread)):
        raise typer.Exit(1)


def _list_proofs(settings: Settings, *, as_json: bool) -> None:
    from operations.proving import view_proofs

    with command_database(settings) as database:
        found = view_proofs(command_actor(settings), database, settings)
    for one in found:
        if as_json:
            print_json({"proof": one.name, "document": one.document, "fault": one.fault, "left": one.left})
            continue
        said = one.fault or f"signed, unchanged; {one.left or 'no'} files to look at"
        errors.print(printable(f"{one.name}: {said}"), markup=False)
    if any(one.fault for one in found):
        raise typer.Exit(1)


def _record(outcome: PurgeOutcome) -> dict[str, Any]:
    proof = None if outcome.proof is None else str(outcome.proof)
    return {**outcome.document(), "proof": proof, "seconds": round(outcome.seconds, 1)}


def _lines(outcome: PurgeOutcome, *, is_ours: bool) -> list[str]:
    ended = outcome.ended
    messages = ended.messages + outcome.waited
    lines = [
        f"ended: {ended.reads} reads, {ended.hits} hits, {ended.alerts} alerts, {ended.pictures} pictures, "
        f"{messages} messages of other readers"
    ]
    if is_ours:
        lines.append(f"written anew: {len(outcome.rewritten)} tables, and the log of changes let go of")
    else:
        lines.append(
            "the database's files are on its own server: have its administrator do what docs/retention.md says"
        )
    lines += [f"left as it is, for it was in use: {name}; do it again" for name in outcome.left]
    if outcome.searched is None or outcome.sought is None:
        return lines
    searched, sought = outcome.searched, outcome.sought
    lines.append(
        f"looked for {len(sought.texts)} plates and {len(sought.probes)} parts of pictures in {searched.files} files "
        f"({searched.bytes / 1e6:.0f} MB); {outcome.held} plates are kept for another reason"
    )
    if outcome.proof is not None:
        lines.append(f"signed proof: {outcome.proof}")
    lines += [f"FOUND {count} times: {path}" for path, count in searched.found.items()]
    lines += [f"could not be read: {path}" for path in searched.unread]
    lines += [f"STILL THERE, with alerts that are over: {path}" for path in outcome.in_broker]
    if outcome.in_broker:
        lines.append("the local broker lets go of these within a minute while a run works; then do this again")
    return lines if searched.found or searched.unread or outcome.in_broker else [*lines, "nothing was found"]
