"""What the commands about one alert share: its number, the options, who says it, and how the alert is shown after."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from cli.alerts.card import card_record, print_card
from cli.common import command_actor, print_json
from schemas.settings import Settings

if TYPE_CHECKING:
    from operations.life.change import AlertCard, Sayer


def wanted(value: str) -> int | UUID:
    """Return the alert that an argument names: by its number, or by its id."""
    try:
        return int(value) if value.isdecimal() and value.isascii() and len(value) < 19 else UUID(value)
    except ValueError as error:
        raise typer.BadParameter(f"'{value}' is neither an alert's number nor its id") from error


def choice(kinds: type[StrEnum]) -> Callable[[str], StrEnum]:
    """Return a parser of one of some words, written with dashes or underscores."""

    def parse(value: str) -> StrEnum:
        try:
            return kinds(value.strip().lower().replace("-", "_"))
        except ValueError as error:
            known = ", ".join(kind.replace("_", "-") for kind in kinds)
            raise typer.BadParameter(f"'{value}' is not one of {known}") from error

    return parse


Number = Annotated[
    object, typer.Argument(metavar="ALERT", parser=wanted, help="The alert's number or id.", show_default=False)
]
NoteOption = Annotated[
    str | None, typer.Option("--note", help="What else there is to say; ends with the alert.", show_default=False)
]
SupersedesOption = Annotated[
    int | None,
    typer.Option(
        "--supersedes",
        metavar="NUMBER",
        min=1,
        help="The number of what somebody said before, whose place this takes.",
        show_default=False,
    ),
]
OfficerOption = Annotated[
    str | None,
    typer.Option("--officer", metavar="NAME", help="Who found it out, where that is not you.", show_default=False),
]


def sayer(settings: Settings, officer: str | None = None) -> Sayer:
    """Return who gives the command, and for whom where that is another one."""
    from operations.life.change import LONGEST_NAME, Sayer, checked_text

    return Sayer(command_actor(settings), person=checked_text(officer, "officer's name", LONGEST_NAME))


def alert_id_of(number: object) -> int | UUID:
    """Return the alert of a parsed argument."""
    return number if isinstance(number, int | UUID) else wanted(str(number))


def show_card(card: AlertCard, as_json: bool) -> None:
    """Print an alert with all that was said of it."""
    from operations.life.deciding import contradictions_of

    contradicting = [one.words for one in contradictions_of(card)]
    if as_json:
        print_json(card_record(card, contradicting))
    else:
        print_card(card, contradicting)
