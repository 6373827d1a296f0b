"""`platewatch rules`: which alerts go where besides the agency's topic."""

from __future__ import annotations

from pathlib import Path
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
from cli.terminal.times import shown_time
from schemas.errors import InvalidInput
from schemas.events import utc

if TYPE_CHECKING:
    from operations.rules import Trial
    from storage.alerts.rules import StoredRule

rules = typer.Typer(
    help="Rules by which alerts go to mailboxes, other programs, topics and the log.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The rule's name.", show_default=False)]
FileOption = Annotated[
    Path, typer.Option("--file", "-f", help="TOML file with a table [[rules]] for each.", show_default=False)
]


def register(parent: typer.Typer) -> None:
    """Add the command."""
    parent.add_typer(rules, name="rules")


@rules.command("list", epilog="Example: platewatch rules list --json")
def list_rules(as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """List the rules: what each says, whether it was tried, and whether it is on."""
    settings = command_settings(config, data_dir)
    from operations.rules import view_rules

    with command_database(settings) as database:
        found = view_rules(command_actor(settings), database)
    if as_json:
        for one in found:
            print_json(_record(one))
    elif found:
        console.print(_table(found))
    else:
        errors.print("no rules; alerts go to the agency's topic alone", markup=False)


@rules.command("add", epilog="Example: platewatch rules add --file rules.toml")
def add(file: FileOption, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Add rules, or change what they say. One that says something new is off until it is switched on."""
    settings = command_settings(config, data_dir)
    from alerts.routing.rules import read_rules
    from operations.rules import add_rules

    given = read_rules(file)
    with command_database(settings, create=True) as database:
        changed = add_rules(command_actor(settings), database, settings, given)
    for rule in given:
        state = (
            f"is off; next: platewatch rules try {rule.name}" if rule.name in changed else "says what it said before"
        )
        errors.print(f"rule '{rule.name}' {state}", markup=False)


@rules.command("try", epilog="Example: platewatch rules try night-shift --days 14")
def try_out(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The rule; with --file: of that file.", show_default=False)
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="A file whose rules are not added yet.", show_default=False)
    ] = None,
    days: Annotated[int, typer.Option("--days", help="How many days back.")] = 7,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show what a rule would have sent of the alerts of the last days. Nothing is sent."""
    if name is None and file is None:
        raise InvalidInput("give a rule's name, or --file with rules that are not added yet")
    settings = command_settings(config, data_dir)
    from alerts.routing.rules import read_rules
    from operations.rules import try_rule

    tried = [name] if file is None else [rule for rule in read_rules(file) if name in (None, rule.name)]
    if not tried:
        raise InvalidInput(f"no rule '{name}' in {file}")
    with command_database(settings) as database:
        trials = [try_rule(command_actor(settings), database, settings, rule, days) for rule in tried if rule]
    for trial in trials:
        if as_json:
            print_json(_trial_record(trial))
        else:
            _print_trial(trial)


@rules.command("on", epilog="Example: platewatch rules on night-shift")
def switch_on(
    name: Name,
    untried: Annotated[
        str | None,
        typer.Option("--untried", metavar="REASON", help="Why it need not be tried before.", show_default=False),
    ] = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Switch a rule on: it is asked about every alert from now on. One that was not tried needs a reason."""
    _switch(name, config, data_dir, on=True, untried=untried)


@rules.command("off", epilog="Example: platewatch rules off night-shift")
def switch_off(name: Name, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Switch a rule off. What it planned is sent still, and so are updates and cancels of what it sent."""
    _switch(name, config, data_dir, on=False, untried=None)


@rules.command("remove", epilog="Example: platewatch rules remove night-shift")
def remove(name: Name, config: ConfigOption = None, data_dir: DataDirOption = None) -> None:
    """Delete a rule. What it planned is sent still; updates and cancels of what it sent are not any more."""
    settings = command_settings(config, data_dir)
    from operations.rules import remove_rule

    with command_database(settings) as database:
        remove_rule(command_actor(settings), database, name)
    errors.print(f"rule '{name}' was removed", markup=False)


def _switch(name: str, config: Path | None, data_dir: Path | None, *, on: bool, untried: str | None) -> None:
    settings = command_settings(config, data_dir)
    from operations.rules import switch_rule

    with command_database(settings) as database:
        switch_rule(command_actor(settings), database, settings, name, on=on, untried=untried)
    errors.print(f"rule '{name}' is {'on' if on else 'off'}", markup=False)


def _record(one: StoredRule) -> dict[str, Any]:
    return {
        "name": one.name,
        "on": one.is_on,
        "added_at": utc(one.added_at),
        "added_by": one.added_by,
        "tried_at": None if one.tried_at is None else utc(one.tried_at),
        "tried_by": one.tried_by,
        "switched_at": None if one.switched_at is None else utc(one.switched_at),
        "switched_by": one.switched_by,
        "untried_reason": one.untried_reason,
        "rule": one.definition,
    }


def _table(found: list[StoredRule]) -> Table:
    table = Table(expand=True, box=None, pad_edge=False, padding=(0, 1))
    for name, ratio in (("Rule", 2), ("State", 3), ("Channels", 2), ("What it takes", 6)):
        table.add_column(name, ratio=ratio, overflow="fold")
    for one in found:
        said = dict(one.definition)
        channels = ", ".join(said.pop("channels", []))
        said.pop("name", None)
        takes = "; ".join(f"{key.replace('_', ' ')}: {_short(value)}" for key, value in said.items()) or "every alert"
        table.add_row(Text(one.name), Text(_state(one)), Text(channels), Text(takes))
    return table


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _state(one: StoredRule) -> str:
    if one.tried_at is not None:
        tried = f"tried by {one.tried_by} at {shown_time(one.tried_at)}"
    else:
        tried = f"never tried ({one.untried_reason})" if one.untried_reason else "never tried"
    if not one.is_on or one.switched_at is None:
        return f"off; {tried}"
    return f"ON since {shown_time(one.switched_at)} by {one.switched_by}; {tried}"


def _trial_record(trial: Trial) -> dict[str, Any]:
    return {
        "rule": trial.rule,
        "since": utc(trial.since),
        "alerts": trial.alerts,
        "would_take": len(trial.numbers),
        "would_send": len(trial.numbers) * len(trial.channels),
        "would_wait": trial.waiting,
        "channels": list(trial.channels),
        "by_category": trial.by_category,
        "by_day": trial.by_day,
        "by_camera": trial.by_camera,
        "alert_numbers": list(trial.numbers),
        "noted": trial.is_noted,
    }


def _print_trial(trial: Trial) -> None:
    count = len(trial.numbers)
    console.print(
        Text(
            f"rule '{trial.rule}': {count} of {trial.alerts} alerts since {shown_time(trial.since)}, each to "
            f"{', '.join(trial.channels)}: {count * len(trial.channels)} messages; {trial.waiting} after quiet hours"
        )
    )
    for title, counts in (("category", trial.by_category), ("day", trial.by_day), ("camera", trial.by_camera)):
        if counts:
            console.print(Text(f"by {title}: " + ", ".join(f"{key} {value}" for key, value in counts.items())))
    if trial.numbers:
        console.print(Text(f"newest: {', '.join(map(str, trial.numbers[-20:]))}; see platewatch alerts show NUMBER"))
    if trial.is_noted:
        errors.print(f"it was tried; next: platewatch rules on {trial.rule}", markup=False)
