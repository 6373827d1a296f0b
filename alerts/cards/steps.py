"""What may be done with an alert next, and of what may not: why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from alerts.cards.times import local_text
from alerts.life.transitions import refusal
from policy.duties import ConfirmRule
from schemas.types import AlertOutcome, Disposition, DispositionKind, Life, Standing

AFTER_A_STOP = (AlertOutcome.ARREST, AlertOutcome.WARNING, AlertOutcome.RECOVERED)
"""What comes of an alert only where somebody has acted on its entry."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody may say of an alert next; `why_not` says why they may not, None that they may.

    `supersedes` is the number of what somebody has said already, to be named by whoever says it otherwise now: without
    that the step is refused.
    """

    why_not: str | None = None
    supersedes: int | None = None

    @property
    def is_allowed(self) -> bool:
        """Whether it may be said without taking the place of anything."""
        return self.why_not is None

    @property
    def is_possible(self) -> bool:
        """Whether it may be said at all."""
        return self.why_not is None or self.supersedes is not None


@dataclass(frozen=True, slots=True)
class Steps:
    """Every step of an alert. `outcomes` are those of closing it, each for itself."""

    acknowledge: Step
    confirm: Step
    reject: Step
    ask_record: Step
    answer_record: Step
    outcomes: Mapping[AlertOutcome, Step]


def steps_of(life: Life, now: datetime, zone: tzinfo, law: ConfirmRule | None = None) -> Steps:
    """Return what may be said of an alert next, by anybody: as the operations judge it.

    Args:
        life: What stands.
        now: The present, aware: a record check may be over its time.
        zone: The agency's time zone, for the words.
        law: What the law asks for before anybody acts.
    """
    judge = _Judge(life, now, zone)
    return Steps(
        acknowledge=judge.step(DispositionKind.ACKNOWLEDGED),
        confirm=judge.step(DispositionKind.CONFIRMED),
        reject=judge.step(DispositionKind.REJECTED),
        ask_record=judge.step(DispositionKind.RECORD_CHECK_ASKED),
        answer_record=judge.step(DispositionKind.RECORD_CHECK_ANSWERED),
        outcomes={outcome: judge.outcome(outcome, law) for outcome in AlertOutcome},
    )


def fault_before_acting(life: Life, outcome: AlertOutcome, law: ConfirmRule | None) -> str | None:
    """Return why an outcome has to wait for the entering agency's being asked, or None where it has not.

    Args:
        life: What stands.
        outcome: What came of the alert.
        law: What the law asks for before anybody acts.
    """
    if law is None or not law.record or outcome not in AFTER_A_STOP or life.check is not None:
        return None
    return f"the law has the entering agency asked before anybody acts on its entry ({law.source}), and nobody has"


class _Judge:
    def __init__(self, life: Life, now: datetime, zone: tzinfo) -> None:
        self._life, self._now, self._zone = life, now, zone

    def step(self, kind: DispositionKind) -> Step:
        """Judge a step as it would be refused, first as it is, then as one that takes the place of what stands."""
        if self._fault(kind) is None:
            return Step()
        standing = self._standing(kind)
        if standing is not None and self._fault(kind, supersedes=standing) is None:
            return Step(self._why_not(kind), standing)
        return Step(self._why_not(kind))

    def outcome(self, outcome: AlertOutcome, law: ConfirmRule | None) -> Step:
        fault = fault_before_acting(self._life, outcome, law)
        if fault is not None:
            return Step(fault)
        if self._fault(DispositionKind.OUTCOME, outcome) is None:
            return Step()
        standing = self._standing(DispositionKind.OUTCOME)
        if standing is not None and self._fault(DispositionKind.OUTCOME, outcome, standing) is None:
            return Step(self._said(self._life.latest), standing)
        verdict = self._life.verdict
        if verdict is None:
            return Step("somebody has to compare the plate first: confirm or reject it")
        return Step(f"{self._said(verdict)}; confirm it first")

    def _fault(
        self, kind: DispositionKind, outcome: AlertOutcome | None = None, supersedes: int | None = None
    ) -> str | None:
        new = Disposition(
            kind=kind,
            at=self._now,
            person="",
            actor="",
            agency_id="",
            number=self._life.count + 1,
            outcome=outcome,
            supersedes=supersedes,
        )
        return refusal(self._life, new)

    def _standing(self, kind: DispositionKind) -> int | None:
        life = self._life
        if kind in (DispositionKind.RECORD_CHECK_ASKED, DispositionKind.RECORD_CHECK_ANSWERED):
            return None if life.check is None else life.check.number
        return None if life.latest is None else life.latest.number

    def _why_not(self, kind: DispositionKind) -> str:
        life, check = self._life, self._life.check
        if kind is DispositionKind.RECORD_CHECK_ANSWERED:
            if check is None:
                return "nobody has asked the entering agency yet"
            at = local_text(check.answered_at or check.asked_at, self._zone)
            return f"answered by {check.answered_by} at {at}"
        if life.is_canceled and kind is not DispositionKind.REJECTED:
            return "it was taken back: its entry does not stand any more"
        if kind is DispositionKind.RECORD_CHECK_ASKED and check is not None and life.standing is not Standing.CLOSED:
            due = local_text(check.due_at, self._zone)
            return f"asked by {check.asked_by}; the answer is due by {due}"
        return self._said(life.latest)

    def _said(self, disposition: Disposition | None) -> str:
        if disposition is None:
            return "it cannot follow what stands"
        what = disposition.rejection or disposition.outcome
        kind = "closed" if disposition.kind is DispositionKind.OUTCOME else disposition.kind.value
        words = f"{kind} ({what.value.replace('_', ' ')})" if what else kind
        return f"{words} by {disposition.person} at {local_text(disposition.at, self._zone)}"
