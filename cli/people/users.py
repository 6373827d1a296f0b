"""`platewatch users`: who may sign in to the console, and as what."""

from __future__ import annotations

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
from cli.terminal.tables import plain_table
from cli.terminal.times import shown_time, time_or_never
from schemas.events import utc
from schemas.printable import printable
from schemas.roles import Role

if TYPE_CHECKING:
    from operations.people.accounts import Invitation
    from operations.people.review import Reviewed

users = typer.Typer(help="Say who may sign in to the console, and as what; make the links by which they choose how.")
RoleOption = Annotated[
    list[Role],
    typer.Option("--role", "-r", help="What the person is; give it several times for several.", show_default=False),
]
NameArgument = Annotated[str, typer.Argument(help="What the person signs in as.", show_default=False)]
TrainedOption = Annotated[
    datetime | None,
    typer.Option("--trained", help="When the person was trained last.", formats=["%Y-%m-%d"], show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(users, name="users")


@users.command("add", epilog="Example: platewatch users add jlee --role administrator --full-name 'Jamie Lee'")
def add(
    name: NameArgument,
    role: RoleOption,
    full_name: Annotated[str, typer.Option("--full-name", help="What others call the person.")] = "",
    agency: Annotated[
        str | None, typer.Option("--agency", help="The person's agency; default: this one.", show_default=False)
    ] = None,
    trained: TrainedOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Add somebody, and print a link that works once: its page lets them choose how to sign in.

    There is no default password. A program (agency_service) gets tokens in the console, and no link.
    """
    settings = command_settings(config, data_dir)
    from operations.people.accounts import add_person

    with command_database(settings, create=True) as database:
        invitation = add_person(
            command_actor(settings),
            database,
            settings,
            name,
            role,
            full_name=full_name,
            agency_id=agency,
            last_training_on=None if trained is None else trained.date(),
        )
    _show(name, invitation, as_json=as_json)


@users.command("change", epilog="Example: platewatch users change jlee --role analyst --trained 2026-01-31")
def change(
    name: NameArgument,
    role: RoleOption = [],  # noqa: B006 - typer's way of saying none
    full_name: Annotated[
        str | None, typer.Option("--full-name", help="What others call the person.", show_default=False)
    ] = None,
    agency: Annotated[str | None, typer.Option("--agency", help="The person's agency.", show_default=False)] = None,
    trained: TrainedOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Change what somebody is; it counts from their next click on."""
    settings = command_settings(config, data_dir)
    from operations.people.accounts import change_person

    with command_database(settings) as database:
        changed = change_person(
            command_actor(settings),
            database,
            name,
            roles=role or None,
            full_name=full_name,
            agency_id=agency,
            last_training_on=None if trained is None else trained.date(),
        )
    errors.print(f"{changed.name}: {', '.join(sorted(changed.roles))}", markup=False)


@users.command("disable", epilog="Example: platewatch users disable jlee --reason 'left on 2026-01-31'")
def disable(
    name: NameArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the audit.", show_default=False)],
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Let somebody in no more; their sessions and tokens end at once."""
    settings = command_settings(config, data_dir)
    from operations.people.accounts import disable_person

    with command_database(settings) as database:
        ended = disable_person(command_actor(settings), database, name, reason)
    errors.print(f"{name} is disabled; {ended} sessions and tokens ended", markup=False)


@users.command("reset", epilog="Example: platewatch users reset jlee")
def reset(
    name: NameArgument, as_json: JsonOption = False, config: ConfigOption = None, data_dir: DataDirOption = None
) -> None:
    """Forget how somebody signs in, end their sessions and tokens, and print a new link. Brings a disabled one back."""
    settings = command_settings(config, data_dir)
    from operations.people.accounts import reset_person

    with command_database(settings) as database:
        invitation = reset_person(command_actor(settings), database, settings, name)
    _show(name, invitation, as_json=as_json)


@users.command("list", epilog="Example: platewatch users list --review")
def list_users(
    review: Annotated[
        bool, typer.Option("--review", help="Only those that somebody has to look at, with why.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show who may sign in: roles, last sign-in, last training, and what an access review has to look at."""
    settings = command_settings(config, data_dir)
    from operations.people.review import review_access

    with command_database(settings) as database:
        found = review_access(command_actor(settings), database, settings)
    shown = [one for one in found if one.findings] if review else found
    if as_json:
        for one in shown:
            print_json(_record(one))
    elif shown:
        console.print(_table(shown))
    if not shown:
        errors.print("nobody" if not review else "nothing to look at", markup=False)


def _show(name: str, invitation: Invitation | None, *, as_json: bool) -> None:
    if as_json:
        url = None if invitation is None else invitation.url
        print_json({"name": name, "link": url, "ends_at": None if invitation is None else utc(invitation.ends_at)})
    elif invitation is None:
        errors.print(f"{name} has no link: its directory, or its tokens, say who it is", markup=False)
    else:
        console.print(invitation.url, markup=False, highlight=False, soft_wrap=True)
        ends = shown_time(invitation.ends_at)
        errors.print(f"the link is for {name} alone, works once, and until {ends}; it is not shown again", markup=False)


def _record(one: Reviewed) -> dict[str, Any]:
    person = one.person
    return {
        "name": person.name,
        "full_name": person.full_name,
        "agency_id": person.agency_id,
        "roles": sorted(person.roles),
        "signs_in_by": one.signs_in_by,
        "added_at": utc(person.added_at),
        "last_used_at": None if one.last_used_at is None else utc(one.last_used_at),
        "inactive": one.is_inactive,
        "last_sign_in_at": None if person.last_sign_in_at is None else utc(person.last_sign_in_at),
        "last_training_on": None if person.last_training_on is None else person.last_training_on.isoformat(),
        "disabled_at": None if person.disabled_at is None else utc(person.disabled_at),
        "sessions": one.sessions,
        "tokens": one.tokens,
        "findings": list(one.findings),
    }


def _table(found: list[Reviewed]) -> Table:
    table = plain_table("Name", "Agency", "Roles", "Last sign-in", "Trained", "Sessions", "Tokens", "To look at")
    for one in found:
        person = one.person
        table.add_row(
            Text(printable(person.name), style="dim" if person.disabled_at else "bold"),
            Text(printable(person.agency_id)),
            ", ".join(sorted(role.words for role in person.roles)),
            time_or_never(person.last_sign_in_at),
            "" if person.last_training_on is None else person.last_training_on.isoformat(),
            str(one.sessions),
            str(one.tokens),
            Text("; ".join(one.findings)),
        )
    return table
