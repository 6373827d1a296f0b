"""What a command may say of which rows of the audit it means."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.terminal.times import parse_moment
from schemas.actor_kinds import ActorKind
from schemas.audit import Action

if TYPE_CHECKING:
    from operations.audit.looking import AuditFilter


def _action(value: str) -> Action:
    name = value.strip().lower().replace("-", "_")
    if name not in {action.value for action in Action}:
        raise typer.BadParameter(f"'{value}' is no action; use one of {', '.join(action.value for action in Action)}")
    return Action(name)


SinceOption = Annotated[
    datetime | None,
    typer.Option("--since", help="Done then or later.", parser=parse_moment, metavar="ISO", show_default=False),
]
UntilOption = Annotated[
    datetime | None,
    typer.Option("--until", help="Done before then.", parser=parse_moment, metavar="ISO", show_default=False),
]
WhoOption = Annotated[
    str | None, typer.Option("--actor", help="Only by this user, also behind sudo.", show_default=False)
]
ActionOption = Annotated[
    Action | None,
    typer.Option("--action", help="Only this, like search.", parser=_action, metavar="ACTION", show_default=False),
]
CaseOption = Annotated[str | None, typer.Option("--case", help="Only for this case or call.", show_default=False)]
PlateOption = Annotated[
    str | None, typer.Option("--plate", help="Only about this plate or pattern.", show_default=False)
]
KindOption = Annotated[ActorKind | None, typer.Option("--kind", help="Only by such actors.", show_default=False)]


def wanted_rows(
    since: datetime | None,
    until: datetime | None,
    actor: str | None,
    action: Action | None,
    purpose: str | None,
    case: str | None,
    plate: str | None,
    kind: ActorKind | None,
) -> AuditFilter:
    """Return which rows are meant. After the settings: without an offset a time is meant in the agency's zone.

    Raises:
        typer.BadParameter: The span is none.
    """
    # The database driver takes a while to import: `platewatch --help` need not wait for it.
    from operations.audit.looking import AuditFilter

    since, until = (moment and moment.astimezone() for moment in (since, until))
    if since is not None and until is not None and since >= until:
        raise typer.BadParameter("--since must be earlier than --until")
    return AuditFilter(actor, action, since, until, purpose, case, plate, kind)
