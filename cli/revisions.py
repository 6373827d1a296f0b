"""`platewatch revisions`: all that was reported of one vehicle pass."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.table import Table
from rich.text import Text

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
from cli.terminal.reads import shown_read_time
from cli.terminal.tables import plain_table
from cli.terminal.times import shown_time
from schemas.convert import read_to_event
from schemas.events import utc
from schemas.printable import printable
from schemas.types import Location, Movement, VehicleDescription
from schemas.wording import confidence_text, movement_text, vehicle_text

if TYPE_CHECKING:
    from operations.revisions import Change, Revision

EXAMPLE = 'Example: platewatch revisions 0b6c9b0e-6a1f-5d0e-8f5e-2f9a1c3d4e5f --purpose "stolen vehicle" --case 26-117'


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("revisions", epilog=EXAMPLE)(revisions)


def revisions(
    read_id: Annotated[
        UUID, typer.Argument(help="The read; its id stands in alerts and in search --json.", show_default=False)
    ],
    payload: Annotated[
        bool, typer.Option("--payload", help="Also print the vendor's messages, as they are kept.")
    ] = False,
    purpose: PurposeOption = None,
    case: CaseOption = None,
    warrant: WarrantOption = None,
    offense: OffenseOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show everything that was reported of one vehicle pass, as it came, and what each report changed.

    A pass may be reported several times: a sure text while the vehicle is in view, then the finished pass; a vendor's
    new, update and lost. Nothing of it is ever changed; the newest counts, with what it leaves open from the others.
    Every look needs a purpose and a case or call number, and is kept with both and your user name.
    """
    settings = command_settings(config, data_dir)
    # The database driver takes a while to import: `platewatch --help` need not wait for it.
    from operations.revisions import view_revisions

    with command_database(settings) as database:
        found = view_revisions(
            command_actor(settings),
            database,
            settings,
            read_id,
            purpose=purpose,
            case_number=case,
            warrant=warrant,
            offense=offense,
        )
    if as_json:
        for one in found.revisions:
            print_json(_record(one, with_payload=payload))
        return
    console.print(_table(found.revisions))
    revised = "" if found.revised_at is None else f", changed last {shown_time(found.revised_at)}"
    errors.print(
        f"shown as {printable(found.shown.plate)}; stored {shown_time(found.stored_at)}{revised}", markup=False
    )
    if payload:
        _print_payloads(found.revisions)


def _print_payloads(found: tuple[Revision, ...]) -> None:
    for one in found:
        errors.print(f"revision {_name(one)}: {'no message' if one.payload is None else 'the message'}", markup=False)
        if one.payload is not None:
            console.print(printable(one.payload, lines=True), markup=False, highlight=False, soft_wrap=True)


def _name(one: Revision) -> str:
    return f"{one.read.revision}, final" if one.read.is_final else str(one.read.revision)


def _record(one: Revision, *, with_payload: bool) -> dict[str, Any]:
    return {
        "revision": one.read.revision,
        "is_final": one.read.is_final,
        "is_newest": one.is_newest,
        "stored_at": utc(one.stored_at),
        "changes": [
            {"field": change.field, "before": _plain(change.before), "after": _plain(change.after)}
            for change in one.changes
        ],
        "pictures": [dataclasses.asdict(picture) for picture in one.pictures],
        "payload_characters": None if one.payload is None else len(one.payload),
        **({"payload": one.payload} if with_payload else {}),
        "read": read_to_event(one.read).model_dump(mode="json"),
    }


def _plain(value: Any) -> Any:
    """Return a field as JSON has it."""
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, VehicleDescription):
        return value._asdict()
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value


def _table(found: tuple[Revision, ...]) -> Table:
    table = plain_table("Revision", "Stored", "Captured", "Plate", "Sure", "Changed", "Message", "Pictures")
    for one in found:
        table.add_row(
            Text(_name(one), style="bold" if one.is_newest else ""),
            shown_time(one.stored_at),
            shown_read_time(one.read),
            Text(printable(one.read.plate)),
            confidence_text(one.read),
            Text(printable("; ".join(_words(one.changes)))),
            "" if one.payload is None else f"{len(one.payload):,} characters",
            Text("\n".join(f"{picture.key}{_STATES[picture.is_kept]}" for picture in one.pictures)),
        )
    return table


_STATES = {True: "", False: " (not there any more)", None: " (the store does not answer)"}


def _words(found: tuple[Change, ...]) -> Iterator[str]:
    for change in found:
        name = change.field.replace("_", " ")
        if change.field in ("characters", "box", "second_reading", "vendor_hit"):
            yield name
        elif change.field == "confidence_is_known":
            yield "confidence unknown -> given" if change.after else "confidence given -> unknown"
        else:
            yield f"{name} {_shown(change.before)} -> {_shown(change.after)}"


def _shown(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, datetime):
        return shown_time(value)
    if isinstance(value, VehicleDescription):
        return vehicle_text(value)
    if isinstance(value, Movement):
        return movement_text(value)
    if isinstance(value, Location):
        return f"{value.latitude:.5f}, {value.longitude:.5f}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
