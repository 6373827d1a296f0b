"""Which disposition may follow which: pure functions of what stands. A later one takes an earlier's place."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from schemas.events import utc
from schemas.types import (
    ANSWER_WITHIN,
    AlertOutcome,
    CheckPriority,
    Disposition,
    DispositionKind,
    Life,
    RecordAnswer,
    RecordCheck,
    Standing,
)

_OPEN: Final = frozenset({Standing.NEW, Standing.SEEN, Standing.ACKNOWLEDGED})
"""No verdict stands."""

_WITHOUT_VERDICT: Final = frozenset({AlertOutcome.NO_ACTION, AlertOutcome.STOP_NOT_MADE})
"""What may come of an alert of which nobody has said whether the plate is right: everything else says so by itself."""

_OF_THE_LISTED_VEHICLE: Final = frozenset({AlertOutcome.RECOVERED, AlertOutcome.LOCATED})
"""What cannot come of an alert that stands rejected."""

_STANDING_OF: Final = {
    DispositionKind.SEEN: Standing.SEEN,
    DispositionKind.ACKNOWLEDGED: Standing.ACKNOWLEDGED,
    DispositionKind.CONFIRMED: Standing.CONFIRMED,
    DispositionKind.REJECTED: Standing.REJECTED,
    DispositionKind.OUTCOME: Standing.CLOSED,
}
_VERDICTS: Final = (DispositionKind.CONFIRMED, DispositionKind.REJECTED)


def life_of(dispositions: Iterable[Disposition], *, is_canceled: bool = False) -> Life:
    """Return what stands after all of an alert's dispositions.

    Args:
        dispositions: In their order.
        is_canceled: Whether the alert was taken back.
    """
    life = Life(is_canceled=is_canceled)
    for disposition in dispositions:
        life = advanced(life, disposition)
    return life


def refusal(life: Life, new: Disposition) -> str | None:
    """Return why a disposition may not follow, in words, with who was first and when; None where it may.

    Args:
        life: What stands.
        new: What somebody wants to say; where it `supersedes`, the number has to be that of what stands.
    """
    if new.kind is DispositionKind.RECORD_CHECK_ASKED:
        return _fault_of_asking(life, new)
    if new.kind is DispositionKind.RECORD_CHECK_ANSWERED:
        return _fault_of_answering(life, new)
    replaced = life.latest if _takes_place(life, new) else None
    if new.kind is DispositionKind.SEEN:
        return None if life.standing is Standing.NEW else f"it was {_told(life.latest)}"
    if life.is_canceled and new.kind in (DispositionKind.ACKNOWLEDGED, DispositionKind.CONFIRMED):
        return f"it was canceled: it may be seen, rejected and closed, and not {new.kind.value}"
    if new.kind is DispositionKind.ACKNOWLEDGED and life.standing not in _OPEN:
        return f"it was {_told(life.latest)}"
    if new.kind is DispositionKind.OUTCOME:
        fault = _fault_of_outcome(life, new)
        if fault is not None:
            return fault
    return _fault_of_place(new, replaced, life.latest)


def advanced(life: Life, new: Disposition) -> Life:
    """Return what stands once a disposition has followed; it has to be one that `refusal` does not refuse.

    Args:
        life: What stood before.
        new: The disposition.
    """
    life = dataclasses.replace(life, count=new.number)
    if new.kind is DispositionKind.RECORD_CHECK_ASKED:
        return dataclasses.replace(life, check=_asked(new))
    if new.kind is DispositionKind.RECORD_CHECK_ANSWERED:
        return life if life.check is None else dataclasses.replace(life, check=_answered(life.check, new))
    # A verdict about a closed alert opens it again: what came of it has to be said anew.
    return dataclasses.replace(
        life,
        standing=_STANDING_OF[new.kind],
        latest=new,
        verdict=new if new.kind in _VERDICTS else life.verdict,
        outcome=new if new.kind is DispositionKind.OUTCOME else None,
    )


def _takes_place(life: Life, new: Disposition) -> bool:
    """Tell whether what somebody says takes the place of what stands, rather than following it."""
    if new.kind in _VERDICTS:
        return life.standing not in _OPEN
    return life.standing is _STANDING_OF[new.kind]


def _fault_of_place(new: Disposition, replaced: Disposition | None, latest: Disposition | None) -> str | None:
    if replaced is not None and new.supersedes is None:
        return (
            f"it was {_told(replaced)}; to take the place of that, name it as what this supersedes: {replaced.number}"
        )
    standing = replaced or latest
    if new.supersedes is not None and (standing is None or new.supersedes != standing.number):
        stands = "none stands" if standing is None else f"it was {_told(standing)}, which is number {standing.number}"
        return f"number {new.supersedes} does not stand: {stands}"
    return None


def _fault_of_outcome(life: Life, new: Disposition) -> str | None:
    if life.verdict is None and new.outcome not in _WITHOUT_VERDICT:
        return f"{_word(new.outcome)} comes of an alert whose plate somebody has compared; confirm or reject it first"
    is_rejected = life.verdict is not None and life.verdict.kind is DispositionKind.REJECTED
    if is_rejected and new.outcome in _OF_THE_LISTED_VEHICLE:
        return f"it was {_told(life.verdict)}, so its vehicle cannot be {_word(new.outcome)}; confirm it first"
    return None


def _fault_of_asking(life: Life, new: Disposition) -> str | None:
    check = life.check
    if life.is_canceled:
        return "it was canceled: its entry does not stand any more"
    if life.standing is Standing.CLOSED:
        return f"it was {_told(life.latest)}"
    is_waiting = check is not None and check.is_running and not check.is_overdue(new.at)
    if is_waiting and check is not None and new.supersedes != check.number:
        return (
            f"{check.asked_by} has asked at {_time(check.asked_at)}, and the answer is due by {_time(check.due_at)}; "
            f"to ask anew before, name that as what this supersedes: {check.number}"
        )
    return None if is_waiting or new.supersedes is None else f"number {new.supersedes} is no check that waits"


def _fault_of_answering(life: Life, new: Disposition) -> str | None:
    check = life.check
    if check is None:
        return "nobody has asked the entering agency yet"
    if check.is_running:
        is_it = new.supersedes in (None, check.number)
        return (
            None if is_it else f"number {new.supersedes} does not stand: the check that waits is number {check.number}"
        )
    if new.supersedes != check.number:
        answered_at = check.answered_at or check.asked_at
        return (
            f"{check.answered_by} has entered the answer at {_time(answered_at)}: {_word(check.answer)}; to take the "
            f"place of that, name it as what this supersedes: {check.number}"
        )
    return None


def _asked(new: Disposition) -> RecordCheck:
    priority = new.priority or CheckPriority.URGENT
    return RecordCheck(new.number, new.at, new.person, priority, new.at + ANSWER_WITHIN[priority])


def _answered(check: RecordCheck, new: Disposition) -> RecordCheck:
    needs_time = new.answer is RecordAnswer.TIME_NEEDED
    due_at = new.at + timedelta(minutes=new.minutes or 0) if needs_time else check.due_at
    return dataclasses.replace(
        check, number=new.number, answer=new.answer, answered_at=new.at, answered_by=new.person, due_at=due_at
    )


def told(disposition: Disposition) -> str:
    """Return what somebody said, by whom and when, in words: `confirmed by lee at 2026-01-31T06:00:00Z`."""
    what = {
        DispositionKind.OUTCOME: f"closed ({_word(disposition.outcome)})",
        DispositionKind.REJECTED: f"rejected ({_word(disposition.rejection)})",
    }.get(disposition.kind, _word(disposition.kind))
    return f"{what} by {disposition.person} at {_time(disposition.at)}"


def _told(disposition: Disposition | None) -> str:
    return "" if disposition is None else told(disposition)


def _word(value: str | None) -> str:
    return "" if value is None else str(value).replace("_", " ")


def _time(moment: datetime) -> str:
    return utc(moment.replace(microsecond=0))
