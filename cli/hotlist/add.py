"""`platewatch hotlist add`: one entry of a local list, from the words of a person."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

import typer

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
from cli.hotlist.report import entry_record, print_silent
from cli.hotlist.trying import show_trial
from hotlists.importing.single import ALERT_KINDS, SingleEntry, single_entry
from operations.hotlists.adding import DEFAULT_LIST, Addition, add_entry
from policy.decisions import Policy, open_policy
from schemas.types import Category, HotlistEntry

EXAMPLE = """
Examples:

  platewatch hotlist add --missing --plate 'ABC1??4' --state VA --vehicle '2014 grey Honda Odyssey' --case 24-00123
  --expires 2026-12-01T00:00Z

  platewatch hotlist add --amber --plate XYZ4321 --state MD --case 26-17 --expires 24h --instructions 'Two children'

  platewatch hotlist add --category stolen_vehicle --plate TRK5521 --case 26-0099 --expires 30d
"""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_CATEGORIES = tuple(category.value for category in Category if category is not Category.UNMAPPED)


def register(app: typer.Typer) -> None:
    """Add the command to the group of hotlist commands."""
    app.command("add", epilog=EXAMPLE)(add)


def _category(value: str) -> Category:
    name = value.strip().lower().replace("-", "_")
    if name not in _CATEGORIES:
        raise typer.BadParameter(f"'{value}' is no category; use one of {', '.join(_CATEGORIES)}")
    return Category(name)


def _list_name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise typer.BadParameter(
            f"'{value}' cannot name a hotlist; use up to 63 lower case letters, digits, dashes and underscores"
        )
    return value


def add(
    plate: Annotated[
        str, typer.Option("--plate", "-p", help="The plate; ? stands for one unknown character.", show_default=False)
    ],
    missing: Annotated[bool, typer.Option("--missing", help="A missing person.")] = False,
    amber: Annotated[bool, typer.Option("--amber", help="An AMBER Alert: an abducted child.")] = False,
    silver: Annotated[bool, typer.Option("--silver", help="A Silver Alert: an endangered senior.")] = False,
    blue: Annotated[bool, typer.Option("--blue", help="A Blue Alert: a danger to officers.")] = False,
    category: Annotated[
        Category | None,
        typer.Option(
            "--category", help="Any other category, like stolen_vehicle.", parser=_category, show_default=False
        ),
    ] = None,
    state: Annotated[str, typer.Option("--state", help="The plate's state.", metavar="VA")] = "",
    vehicle: Annotated[str, typer.Option("--vehicle", help="Words like '2014 grey Honda Odyssey'.")] = "",
    case: Annotated[str, typer.Option("--case", help="Case number.")] = "",
    expires: Annotated[
        str, typer.Option("--expires", help="When it ends: a time, a date (UTC, the whole day), or 24h, 3d, 2w.")
    ] = "",
    instructions: Annotated[str, typer.Option("--instructions", help="What an officer has to do.")] = "",
    priority: Annotated[str, typer.Option("--priority", help="As your agency writes it.")] = "",
    agency: Annotated[str, typer.Option("--agency", help="The originating agency: its ORI or name.")] = "",
    vanity: Annotated[
        bool,
        typer.Option("--vanity", help="The plate really reads NULL, NO TAG or the like; it is no word for no plate."),
    ] = False,
    name: Annotated[str, typer.Option("--name", help="The local list.", parser=_list_name)] = DEFAULT_LIST,
    reason: Annotated[
        str | None,
        typer.Option("--reason", help="Why, for the record; default: the kind and the case.", show_default=False),
    ] = None,
    try_it: Annotated[
        bool, typer.Option("--try", help="Add nothing; show the texts that would alert, and expected false alerts.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Add one entry to a local list, or change it: plate, state, category and case tell which one it is.

    One of --missing, --amber, --silver, --blue and --category is needed.
    """
    kind, code = _kind({"missing": missing, "amber": amber, "silver": silver, "blue": blue}, category)
    given = SingleEntry(
        kind,
        plate,
        state,
        code,
        vehicle,
        case,
        expires,
        instructions=instructions,
        priority=priority,
        agency=agency,
        is_vanity=vanity,
    )
    settings = command_settings(config, data_dir)
    entry = single_entry(given, name, datetime.now(UTC))
    if try_it:
        show_trial(settings, entry, as_json=as_json)
        return
    with command_database(settings, create=True) as database:
        addition = add_entry(command_actor(settings), database, entry, reason)
    _report(entry, addition, open_policy(settings), as_json=as_json)


def _kind(options: dict[str, bool], category: Category | None) -> tuple[Category, str]:
    chosen = [name for name, given in options.items() if given]
    if len(chosen) + (category is not None) != 1:
        raise typer.BadParameter("give one of --missing, --amber, --silver, --blue and --category")
    if category is not None:
        return category, ""
    return ALERT_KINDS[chosen[0]].category, ALERT_KINDS[chosen[0]].code


def _report(entry: HotlistEntry, addition: Addition, policy: Policy, *, as_json: bool) -> None:
    if as_json:
        print_json({**entry_record(entry, policy), "version": addition.version_id, "outcome": addition.outcome.value})
    else:
        what = entry.source_code or entry.category.value
        place = f" ({entry.jurisdiction})" if entry.jurisdiction else ""
        until = f"until {entry.valid_until:%Y-%m-%d %H:%M} UTC" if entry.valid_until else "without an end"
        verb = {"added": "added to", "changed": "changed on", "unchanged": "is already so on"}[addition.outcome]
        vehicle = f", {entry.vehicle.summary()}" if entry.vehicle else ""
        line = f"{entry.plate}{place}, {what}{vehicle}: {verb} list '{entry.hotlist_id}', {until}"
        console.print(line, markup=False, highlight=False)
        console.print(f"entry {entry.entry_id}", highlight=False)
    print_silent({entry.category: 1}, policy)
    if entry.valid_until is None:
        errors.print(
            "no --expires is given: the entry holds until it is withdrawn (platewatch hotlist withdraw)", style="yellow"
        )
