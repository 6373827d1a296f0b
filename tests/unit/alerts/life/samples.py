"""Dispositions by number, for the tests of an alert's life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.life.transitions import advanced, refusal
from schemas.types import (
    AlertOutcome,
    CheckPriority,
    Disposition,
    DispositionKind,
    Life,
    RecordAnswer,
    Rejection,
)

MOMENT = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)

_NEEDED: dict[DispositionKind, dict[str, Any]] = {
    DispositionKind.REJECTED: {"rejection": Rejection.MISREAD},
    DispositionKind.OUTCOME: {"outcome": AlertOutcome.NO_ACTION},
    DispositionKind.RECORD_CHECK_ASKED: {"priority": CheckPriority.URGENT},
    DispositionKind.RECORD_CHECK_ANSWERED: {"answer": RecordAnswer.VALID},
}


def said(kind: DispositionKind, number: int = 1, person: str = "lee", minutes: float = 0, **values: Any) -> Disposition:
    moment = MOMENT + timedelta(minutes=minutes)
    return Disposition(kind, moment, person, person, "springfield", number, **(_NEEDED.get(kind, {}) | values))


def after(*kinds: DispositionKind | Disposition, is_canceled: bool = False) -> Life:
    """What stands after dispositions that may all follow one another."""
    life = Life(is_canceled=is_canceled)
    for one in kinds:
        new = said(one, life.count + 1) if isinstance(one, DispositionKind) else one
        assert refusal(life, new) is None
        life = advanced(life, new)
    return life
