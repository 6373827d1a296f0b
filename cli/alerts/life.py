"""`platewatch alerts show`, `ack`, `confirm`, `reject`, `outcome` and `check`: what a person does with one alert."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli.alerts.options import (
    NoteOption,
    Number,
    OfficerOption,
    SupersedesOption,
    alert_id_of,
    choice,
    sayer,
    show_card,
)
from cli.common import (
    CaseOption,
    ConfigOption,
    DataDirOption,
    JsonOption,
    PurposeOption,
    command_database,
    command_settings,
    errors,
)
from policy.decisions import open_policy
from policy.duties import ConfirmRule
from schemas.errors import InvalidInput
from schemas.types import AlertOutcome, CheckPriority, ComparedWith, RecordAnswer, Rejection


def register(group: typer.Typer) -> None:
    """Add the commands."""
    group.command("show", epilog="Example: platewatch alerts show 17")(show)
    group.command("ack", epilog="Example: platewatch alerts ack 17")(acknowledge)
    group.command("confirm", epilog="Example: platewatch alerts confirm 17 --plate ABC1234 --state VA")(confirm)
    group.command("reject", epilog="Example: platewatch alerts reject 17 --because misread")(reject)
    group.command("outcome", epilog="Example: platewatch alerts outcome 17 recovered")(outcome)
    group.command(
        "check", epilog="Example: platewatch alerts check 17; later: platewatch alerts check 17 --answer valid"
    )(check)


def show(
    number: Number,
    leave_new: Annotated[
        bool, typer.Option("--leave-new", help="Do not note that it was seen: you will not act on it.")
    ] = False,
    purpose: PurposeOption = None,
    case: CaseOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show one alert with its entry, in what the vehicle contradicts it, and all that was said of it.

    A new alert is seen from then on. The look is written to the audit.
    """
    settings = command_settings(config, data_dir)
    from operations.life.looking import show_alert

    with command_database(settings) as database:
        card = show_alert(
            sayer(settings), database, alert_id_of(number), leave_new=leave_new, purpose=purpose, case_number=case
        )
    show_card(card, as_json)


def acknowledge(
    number: Number,
    note: NoteOption = None,
    supersedes: SupersedesOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Say that you take care of an alert."""
    settings = command_settings(config, data_dir)
    from operations.life.deciding import acknowledge_alert

    with command_database(settings) as database:
        card = acknowledge_alert(sayer(settings), database, alert_id_of(number), note=note, supersedes=supersedes)
    show_card(card, as_json)


def confirm(
    number: Number,
    plate: Annotated[
        str,
        typer.Option(
            "--plate", "-p", prompt="Plate as you see it", help="The plate as you see it.", show_default=False
        ),
    ],
    state: Annotated[
        str | None, typer.Option("--state", metavar="VA", help="Its state as you see it.", show_default=False)
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--class", help="What you see: car, pickup, motorcycle, ...", show_default=False)
    ] = None,
    make: Annotated[str | None, typer.Option("--make", help="The make that you see.", show_default=False)] = None,
    color: Annotated[str | None, typer.Option("--color", help="The color that you see.", show_default=False)] = None,
    year: Annotated[int | None, typer.Option("--year", help="About which year.", show_default=False)] = None,
    despite: Annotated[
        list[str] | None,
        typer.Option(
            "--despite",
            metavar="FEATURE=REASON",
            help="Second step: why a contradiction is none, like color='at night, under yellow light'. Once for each.",
            show_default=False,
        ),
    ] = None,
    compared: Annotated[
        object | None,
        typer.Option(
            "--compared",
            parser=choice(ComparedWith),
            metavar="WITH",
            help="With what you compared the plate: vehicle or picture; asked for where the law wants it compared.",
            show_default=False,
        ),
    ] = None,
    officer: OfficerOption = None,
    note: NoteOption = None,
    supersedes: SupersedesOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Confirm, under your name, that plate and vehicle are the listed ones.

    The plate as you see it has to be the listed one. Where state, class, make, color or year contradict the entry, that
    is refused with what contradicts it; look again, and say of each one with --despite why it is none.
    """
    settings = command_settings(config, data_dir)
    from operations.life.deciding import Look, confirm_alert

    law = open_policy(settings).profile.confirm
    if law is not None and law.visual and compared is None and sys.stdin.isatty():
        compared = typer.prompt("Compared with (vehicle, picture)", value_proc=choice(ComparedWith), err=True)
    with_what = None if compared is None else ComparedWith(str(compared))
    look = Look(plate, state, kind, make, color, year, dict(_reason(one) for one in despite or ()), with_what)
    with command_database(settings) as database:
        card = confirm_alert(
            sayer(settings, officer), database, alert_id_of(number), look, law=law, note=note, supersedes=supersedes
        )
    show_card(card, as_json)
    if law is not None:
        _say_law(law, is_asked=card.life.check is not None)


def _say_law(law: ConfirmRule, *, is_asked: bool) -> None:
    """Say what the law wants before a stop besides the comparison that was just made."""
    if law.is_suspicion is False:
        errors.print(f"a match alone is no reason for a stop: {law.source}", style="yellow", markup=False)
    if law.record and not is_asked:
        errors.print(
            f"ask the entering agency before anybody acts (platewatch alerts check): {law.source}",
            style="yellow",
            markup=False,
        )


def reject(
    number: Number,
    because: Annotated[
        object,
        typer.Option(
            "--because",
            "-b",
            parser=choice(Rejection),
            metavar="REASON",
            help="misread, wrong-state, vehicle-differs, stale-entry, not-located or own-vehicle.",
            show_default=False,
        ),
    ],
    plate: Annotated[
        str | None, typer.Option("--plate", "-p", help="The plate as you see it.", show_default=False)
    ] = None,
    officer: OfficerOption = None,
    note: NoteOption = None,
    supersedes: SupersedesOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Reject an alert: it is not about the listed vehicle, or that is not there."""
    settings = command_settings(config, data_dir)
    from operations.life.deciding import reject_alert

    with command_database(settings) as database:
        card = reject_alert(
            sayer(settings, officer),
            database,
            alert_id_of(number),
            Rejection(str(because)),
            plate=plate,
            note=note,
            supersedes=supersedes,
        )
    show_card(card, as_json)


def outcome(
    number: Number,
    what: Annotated[
        object,
        typer.Argument(
            parser=choice(AlertOutcome),
            metavar="OUTCOME",
            help="recovered, located, arrest, warning, no-action or stop-not-made.",
            show_default=False,
        ),
    ],
    officer: OfficerOption = None,
    note: NoteOption = None,
    supersedes: SupersedesOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Say what came of an alert, which closes it.

    Before anything but no-action and stop-not-made, the alert has to be confirmed or rejected.
    """
    settings = command_settings(config, data_dir)
    from operations.life.deciding import close_alert

    with command_database(settings) as database:
        card = close_alert(
            sayer(settings, officer),
            database,
            alert_id_of(number),
            AlertOutcome(str(what)),
            law=open_policy(settings).profile.confirm,
            note=note,
            supersedes=supersedes,
        )
    show_card(card, as_json)


def check(
    number: Number,
    routine: Annotated[
        bool, typer.Option("--routine", help="An answer within an hour will do; else within 10 minutes.")
    ] = False,
    answer: Annotated[
        object,
        typer.Option(
            "--answer",
            parser=choice(RecordAnswer),
            metavar="ANSWER",
            help="What the entering agency answers: valid, not-valid or time-needed.",
            show_default=False,
        ),
    ] = None,
    minutes: Annotated[
        int | None, typer.Option("--minutes", help="With time-needed: how many more.", show_default=False)
    ] = None,
    officer: OfficerOption = None,
    note: NoteOption = None,
    supersedes: SupersedesOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Note that the entering agency was asked whether its entry stands (YQ), or with --answer what it says (YR).

    It does not ask by itself: use the state's system as you do today.
    """
    settings = command_settings(config, data_dir)
    from operations.life.checking import answer_record, ask_record

    if answer is not None and routine:
        raise InvalidInput("--routine says how an answer is asked for; leave it out with --answer")
    if answer is None and minutes is not None:
        raise InvalidInput("--minutes belongs to --answer time-needed")
    by = sayer(settings, officer)
    with command_database(settings) as database:
        if answer is None:
            priority = CheckPriority.ROUTINE if routine else CheckPriority.URGENT
            card = ask_record(by, database, alert_id_of(number), priority, note=note, supersedes=supersedes)
        else:
            said = RecordAnswer(str(answer))
            card = answer_record(
                by, database, alert_id_of(number), said, minutes=minutes, note=note, supersedes=supersedes
            )
    show_card(card, as_json)


def _reason(text: str) -> tuple[str, str]:
    feature, sign, reason = text.partition("=")
    if not sign or not feature.strip():
        raise InvalidInput(f"'{text}' is no FEATURE=REASON; write it like color='repainted, seen from close by'")
    return feature.strip().lower(), reason
