"""One alert as a person needs it: what matters first, then what was said of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from cli.alerts.tables import plate_text, why
from cli.common import console
from cli.sharing.heard import heard_record, heard_words
from cli.terminal.times import shown_time
from schemas.convert import vehicle_from_event
from schemas.events import NOBODY_YET, Alert, utc
from schemas.types import Disposition, Life, RecordCheck
from schemas.vehicle_classes import kind_of

if TYPE_CHECKING:
    from operations.life.change import AlertCard


def print_card(card: AlertCard, contradicting: list[str]) -> None:
    """Print an alert: plates, states and classes first, then whether it was confirmed, and what was said of it.

    Args:
        card: The alert.
        contradicting: In what the vehicle contradicts its entry, in words.
    """
    alert, now = card.newest, datetime.now(UTC)
    listed = plate_text(alert.entry.plate, alert.entry.jurisdiction)
    seen = plate_text(alert.read.plate, alert.read.jurisdiction)
    console.print(Text(f"alert {card.number}: listed {listed}, read {seen}{_class(alert)}", style="bold"))
    for words in contradicting:
        console.print(Text(words, style="bold red"))
    style = "green" if card.life.confirmed_by and not card.life.is_canceled else "bold yellow"
    console.print(Text(standing_words(card.life, now, card.canceled), style=style))
    console.print(Text(why(alert)))
    console.print(Text(f"{shown_time(alert.read.captured_at)}, camera {alert.read.camera_id}"))
    for name, value in _entry(alert):
        console.print(Text(f"{name}: {value}"))
    console.print(Text(alert.notice, style="dim"))
    if card.dispositions:
        console.print(_history(card.dispositions))
    for said in card.elsewhere:
        console.print(Text(f"the same entry elsewhere: {heard_words(said)}"))


def standing_words(life: Life, now: datetime, canceled: str | None = None, *, beside_why: bool = False) -> str:
    """Return what stands of an alert in a line.

    Args:
        life: What stands.
        now: The present, aware: a record check may be overdue.
        canceled: Why it was taken back, where that is known.
        beside_why: Whether it stands beside what `why` returns, which says who has confirmed it.
    """
    latest = life.latest
    words = [life.standing.value]
    if latest is not None:
        what = latest.rejection or latest.outcome
        words[0] += f" ({what.value.replace('_', ' ')})" if what else ""
        words[0] += f" by {latest.person} at {shown_time(latest.at)}"
    if life.verdict is None and not beside_why:
        words.append(NOBODY_YET)
    elif life.verdict is not None and life.verdict is not latest:
        words.append(f"{life.verdict.kind.value} by {life.verdict.person}")
    if life.is_canceled and not beside_why:
        words.insert(0, "CANCELED" + (f" ({canceled})" if canceled else ""))
    if life.check is not None:
        words.append(check_words(life.check, now))
    return "; ".join(words)


def check_words(check: RecordCheck, now: datetime) -> str:
    """Return how a record check stands, as in `record check: urgent, asked at ..., due by ...`."""
    if check.is_running:
        said = f"record check: {check.priority.value}, asked by {check.asked_by} at {shown_time(check.asked_at)}"
        if check.answer is not None:
            said += ", more time needed"
        return f"{said}, {'OVERDUE since' if check.is_overdue(now) else 'due by'} {shown_time(check.due_at)}"
    answer = "entry stands" if check.answer == "valid" else "ENTRY DOES NOT STAND"
    answered_at = "" if check.answered_at is None else f" at {shown_time(check.answered_at)}"
    return f"record check: {answer}, by {check.answered_by}{answered_at}"


def card_record(card: AlertCard, contradicting: list[str]) -> dict[str, Any]:
    """Return an alert with all that was said of it, for programs; see `print_card`."""
    return {
        "alert_number": card.number,
        "canceled": card.canceled if card.life.is_canceled else None,
        "contradictions": contradicting,
        "life": life_record(card.life, datetime.now(UTC)),
        "dispositions": [_disposition(one) for one in card.dispositions],
        "said_elsewhere": [heard_record(said) for said in card.elsewhere],
        "alert": card.newest.model_dump(mode="json"),
    }


def life_record(life: Life, now: datetime) -> dict[str, Any]:
    """Return what stands of an alert, for programs."""
    check = life.check
    return {
        "standing": life.standing.value,
        "number": None if life.latest is None else life.latest.number,
        "by": None if life.latest is None else life.latest.person,
        "at": None if life.latest is None else utc(life.latest.at),
        "confirmed_by": life.confirmed_by,
        "rejection": life.verdict and life.verdict.rejection,
        "outcome": life.outcome and life.outcome.outcome,
        "canceled": life.is_canceled,
        "record_check": None if check is None else _check(check, now),
    }


def _check(check: RecordCheck, now: datetime) -> dict[str, Any]:
    return {
        "number": check.number,
        "priority": check.priority.value,
        "asked_at": utc(check.asked_at),
        "asked_by": check.asked_by,
        "due_at": utc(check.due_at),
        "answer": check.answer,
        "answered_at": None if check.answered_at is None else utc(check.answered_at),
        "answered_by": check.answered_by,
        "overdue": check.is_overdue(now),
    }


def _disposition(one: Disposition) -> dict[str, Any]:
    return {
        "number": one.number,
        "kind": one.kind.value,
        "at": utc(one.at),
        "person": one.person,
        "actor": one.actor,
        "origin": one.origin,
        "surface": one.surface.value,
        "supersedes": one.supersedes,
        "what": _what(one),
        "minutes": one.minutes,
        "plate_seen": one.plate_seen,
        "state_seen": one.state_seen,
        "despite": dict(one.despite),
        "note": one.note,
    }


def _what(one: Disposition) -> str | None:
    return one.rejection or one.outcome or one.answer or one.priority


def _class(alert: Alert) -> str:
    listed = kind_of(vehicle_from_event(alert.entry.vehicle), alert.entry.license_type)
    seen = kind_of(vehicle_from_event(alert.read.vehicle))
    if listed is None and seen is None:
        return ""
    return f"; class listed {listed or 'not known'}, seen {seen or 'not known'}"


def _entry(alert: Alert) -> list[tuple[str, str]]:
    entry, vehicle = alert.entry, vehicle_from_event(alert.entry.vehicle)
    found = (
        ("listed for", entry.category.value.replace("_", " ")),
        ("listed vehicle", vehicle.summary() if vehicle else None),
        ("entering agency", entry.originating_agency),
        ("record", entry.source_entry_id),
        ("case", entry.case_number),
        ("instructions", entry.instructions),
    )
    return [(name, value) for name, value in found if value]


def _history(dispositions: tuple[Disposition, ...]) -> Table:
    table = Table(expand=True, box=None, pad_edge=False, padding=(0, 1))
    table.add_column("No.", no_wrap=True)
    table.add_column("When", width=25, no_wrap=True)
    table.add_column("Who", ratio=2, overflow="fold")
    table.add_column("What", ratio=3, overflow="fold")
    table.add_column("From", ratio=2, overflow="fold")
    for one in dispositions:
        what = _what(one)
        words = [one.kind.value.replace("_", " ") + (f": {what.replace('_', ' ')}" if what else "")]
        words += [f"{feature}: {reason}" for feature, reason in one.despite]
        words += [f"takes the place of {one.supersedes}"] if one.supersedes else []
        words += [one.note] if one.note else []
        who = one.person if one.person == one.actor else f"{one.person}, entered by {one.actor}"
        table.add_row(str(one.number), shown_time(one.at), Text(who), Text("; ".join(words)), Text(_where(one)))
    return table


def _where(one: Disposition) -> str:
    return f"{one.surface.value.replace('_', ' ')}, {one.origin}"
