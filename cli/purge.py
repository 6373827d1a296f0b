"""`platewatch purge`: what is too old ends now, with its bytes."""

from __future__ import annotations

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
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """End what is older than the law allows now, and write anew whatever still holds its bytes.

    A run does the first part by itself. Tables are locked one after the other while they are written anew. With
    --prove the exit code is 1 where something is left; docs/retention.md says what can not be seen.
    """
    settings = command_settings(config, data_dir)
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


def _record(outcome: PurgeOutcome) -> dict[str, Any]:
    record: dict[str, Any] = {
        "reads": outcome.ended.reads,
        "hits": outcome.ended.hits,
        "alerts": outcome.ended.alerts,
        "pictures": outcome.ended.pictures,
        "messages": outcome.ended.messages + outcome.waited,
        "rewritten": list(outcome.rewritten),
        "left": list(outcome.left),
        "seconds": round(outcome.seconds, 1),
    }
    if outcome.searched is not None and outcome.sought is not None:
        record["searched"] = {
            "files": outcome.searched.files,
            "bytes": outcome.searched.bytes,
            "plates": len(outcome.sought.texts),
            "held_plates": outcome.held,
            "picture_probes": len(outcome.sought.probes),
            "found": {str(path): count for path, count in outcome.searched.found.items()},
            "unread": [str(path) for path in outcome.searched.unread],
            "in_broker": [str(path) for path in outcome.in_broker],
        }
    return record


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
    lines += [f"FOUND {count} times: {path}" for path, count in searched.found.items()]
    lines += [f"could not be read: {path}" for path in searched.unread]
    lines += [f"STILL THERE, with alerts that are over: {path}" for path in outcome.in_broker]
    if outcome.in_broker:
        lines.append("the local broker lets go of these within a minute while a run works; then do this again")
    return lines if searched.found or searched.unread or outcome.in_broker else [*lines, "nothing was found"]
