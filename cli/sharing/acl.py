"""`platewatch agreements acl`: who may read what at the broker, shown as Kafka's own commands, or brought about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.broker.connecting import administered_broker
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
from cli.sharing.kafka_commands import change_commands
from schemas.errors import InvalidInput, PlatewatchError

if TYPE_CHECKING:
    from operations.broker.passwords import NewLogin
    from operations.broker.rights import RightsChange
    from schemas.settings import Settings
    from storage.database import Database

FOLDER = "broker-passwords"


def acl(
    agreement_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="One agreement; default: all.", show_default=False)
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it at the broker.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Show all that has to be, without asking the broker what is.")
    ] = False,
    new_password: Annotated[
        str | None,
        typer.Option("--new-password", metavar="MEMBER", help="Give this member another password.", show_default=False),
    ] = None,
    passwords: Annotated[
        Path | None,
        typer.Option(
            "--passwords",
            help=f"Folder for new passwords; default: {FOLDER} in the data directory.",
            show_default=False,
        ),
    ] = None,
    show_passwords: Annotated[
        bool, typer.Option("--show-passwords", help="Print new passwords once instead of writing files.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show how rights and users at the broker differ from what the agreements say, and how to change that.

    A member reads the topics of its agreements and nothing else; whose agreement has ended or who left it loses that.
    Printed as the commands of Kafka's own tools, or done with --apply. A new user's password goes to a file that its
    owner alone may read: hand it over and delete it.

    Example:
        platewatch agreements acl suffolk --apply
    """
    if everything and (apply or new_password is not None):
        raise InvalidInput("--all asks no broker, so nothing can be changed by it; leave it out")
    if passwords is not None and show_passwords:
        raise InvalidInput("--passwords writes files and --show-passwords writes none; give one of them")
    if show_passwords and as_json:
        raise InvalidInput(
            "--show-passwords is for a person's eyes; leave --json out, or have passwords written to files"
        )
    settings = command_settings(config, data_dir)
    folder = None if show_passwords else (passwords or settings.data_dir / FOLDER).absolute()
    with command_database(settings) as database:
        if new_password is not None:
            _renew(database, settings, new_password, folder, as_json)
        if apply:
            _show(_applied(database, settings, agreement_id, folder), settings, as_json, done=True)
        elif new_password is None:
            _show(_viewed(database, settings, agreement_id, ask=not everything), settings, as_json)


def take_rights_of_ended(database: Database, settings: Settings, agreement_id: str) -> bool:
    """Take the rights that an ended agreement gave away at the broker, where the configuration says so.

    Returns:
        Whether nothing is left to do; else it was said what.
    """
    command = f"platewatch agreements acl {agreement_id}"
    if not settings.kafka.rights.apply:
        errors.print(
            f"its members may still read what is on its topic; take that away: {command} --apply", markup=False
        )
        return True
    try:
        change = _applied(database, settings, agreement_id, settings.data_dir / FOLDER)
    except PlatewatchError as error:
        errors.print(f"its members can still read its topic: {error}; then run: {command} --apply", markup=False)
        return False
    for login in change.logins:
        _show_login(login, as_json=False)
    errors.print(f"its members' rights at the broker are taken away: {len(change.take)}", markup=False)
    return True


def _applied(database: Database, settings: Settings, agreement_id: str | None, folder: Path | None) -> RightsChange:
    from operations.broker.rights import apply_rights

    with administered_broker(settings) as kafka:
        return apply_rights(command_actor(settings), database, settings, kafka, agreement_id, folder)


def _viewed(database: Database, settings: Settings, agreement_id: str | None, *, ask: bool) -> RightsChange:
    from operations.broker.rights import view_rights

    actor = command_actor(settings)
    if not ask:
        return view_rights(actor, database, settings, None, agreement_id)
    with administered_broker(settings) as kafka:
        return view_rights(actor, database, settings, kafka, agreement_id)


def _renew(database: Database, settings: Settings, member: str, folder: Path | None, as_json: bool) -> None:
    from operations.broker.rights import renew_login

    with administered_broker(settings) as kafka:
        login = renew_login(command_actor(settings), database, settings, kafka, member, folder)
    _show_login(login, as_json)


def _show(change: RightsChange, settings: Settings, as_json: bool, *, done: bool = False) -> None:
    if as_json:
        for record in _records(change):
            print_json(record)
    for login in change.logins:
        _show_login(login, as_json)
    if as_json:
        return
    if done:
        for verb, rights in (("taken", change.take), ("given", change.give)):
            for right in rights:
                console.print(f"{verb}: {right}", markup=False, highlight=False, soft_wrap=True)
        for user in change.drop:
            console.print(f"cannot log in any more: {user}", markup=False, highlight=False)
    else:
        for line in change_commands(change, settings.kafka.bootstrap_servers):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    for right in change.wider:
        errors.print(f"look at this right, which reaches topics of ours and is nobody's by an agreement: {right}")
    if change.is_nothing:
        errors.print("rights and users at the broker are as the agreements say", markup=False)
    elif not done:
        errors.print("nothing was changed; run these, or the same with --apply", markup=False)


def _show_login(login: NewLogin, as_json: bool) -> None:
    if as_json:
        print_json({"do": "password", "user": login.user, "file": str(login.path)})
    elif login.path is not None:
        errors.print(f"{login.user}: password in {login.path}; hand it over and delete the file", markup=False)
    else:
        console.print(f"{login.user}: {login.password}", markup=False, highlight=False)


def _records(change: RightsChange) -> list[dict[str, Any]]:
    rights = (("take", change.take), ("give", change.give), ("look_at", change.wider))
    users = (("drop_user", change.drop), ("make_user", change.make))
    return [
        *({"do": verb, "user": user} for verb, names in users for user in names),
        *(
            {
                "do": verb,
                "user": right.user,
                "operation": right.operation.value,
                "resource": right.resource.value,
                "name": right.name,
                "prefix": right.is_prefix,
                "host": right.host,
            }
            for verb, some in rights
            for right in some
        ),
    ]
