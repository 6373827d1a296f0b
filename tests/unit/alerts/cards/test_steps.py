"""Which steps may follow, and of what may not: why."""

from __future__ import annotations

from datetime import timedelta

from alerts.cards.steps import AFTER_A_STOP, Step, fault_before_acting, steps_of
from alerts.life.transitions import life_of
from schemas.types import (
    AlertOutcome,
    CheckPriority,
    DispositionKind,
    Life,
    RecordAnswer,
    Rejection,
)
from tests.unit.alerts.cards.made import EAST, LAW, NOW, card, said
from tests.unit.alerts.samples import START


def test_every_step_is_open_on_a_new_alert_but_what_needs_a_verdict() -> None:
    steps = card().steps
    assert steps.acknowledge.is_allowed
    assert steps.confirm.is_allowed
    assert steps.reject.is_allowed
    assert steps.ask_record.is_allowed
    assert steps.answer_record.why_not == "nobody has asked the entering agency yet"
    assert not steps.answer_record.is_possible
    allowed = {outcome for outcome, step in steps.outcomes.items() if step.is_allowed}
    assert allowed == {AlertOutcome.NO_ACTION, AlertOutcome.STOP_NOT_MADE}
    assert steps.outcomes[AlertOutcome.ARREST].why_not == (
        "somebody has to compare the plate first: confirm or reject it"
    )


def test_what_somebody_has_said_is_said_otherwise_only_by_naming_it() -> None:
    steps = card(None, said(DispositionKind.SEEN), said(DispositionKind.REJECTED, 2, rejection=Rejection.MISREAD)).steps
    assert not steps.confirm.is_allowed
    assert steps.confirm.supersedes == 2
    assert steps.confirm.why_not == "rejected (misread) by lee at 2026-11-20 13:31:00 EST"
    assert not steps.acknowledge.is_possible
    recovered = steps.outcomes[AlertOutcome.RECOVERED]
    assert not recovered.is_possible
    assert recovered.why_not == "rejected (misread) by lee at 2026-11-20 13:31:00 EST; confirm it first"


def test_a_canceled_alert_is_neither_acknowledged_nor_confirmed() -> None:
    steps = card(canceled=True).steps
    for step in (steps.acknowledge, steps.confirm, steps.ask_record):
        assert step.why_not == "it was taken back: its entry does not stand any more"
        assert not step.is_possible
    assert steps.reject.is_allowed
    assert steps.outcomes[AlertOutcome.NO_ACTION].is_allowed


def test_the_law_has_the_record_asked_before_anybody_acts() -> None:
    confirmed = said(DispositionKind.CONFIRMED)
    shown = card(None, confirmed, law=LAW)
    assert "General order 41" in (shown.steps.outcomes[AlertOutcome.ARREST].why_not or "")
    assert any("the entering agency has to be asked" in words for words in shown.law)
    asked = said(DispositionKind.RECORD_CHECK_ASKED, 2, priority=CheckPriority.URGENT)
    shown = card(None, confirmed, asked, law=LAW)
    assert shown.steps.outcomes[AlertOutcome.ARREST].is_allowed
    assert not any("the entering agency has to be asked" in words for words in shown.law)


def test_the_entering_agency_is_asked_before_anybody_acts_and_not_for_what_needs_no_act() -> None:
    asked = life_of([said(DispositionKind.RECORD_CHECK_ASKED, priority=CheckPriority.URGENT)])
    for outcome in AlertOutcome:
        fault = fault_before_acting(Life(), outcome, LAW)
        assert (fault is not None) is (outcome in (AlertOutcome.ARREST, AlertOutcome.WARNING, AlertOutcome.RECOVERED))
        assert (fault is not None) is (outcome in AFTER_A_STOP)
        assert fault_before_acting(Life(), outcome, None) is None
        assert fault_before_acting(Life(), outcome, LAW.model_copy(update={"record": False})) is None
        assert fault_before_acting(asked, outcome, LAW) is None


def test_the_steps_of_a_closed_alert_name_what_they_take_the_place_of() -> None:
    confirmed = said(DispositionKind.CONFIRMED, 1, "lee", 1)
    closed = said(DispositionKind.OUTCOME, 2, "kim", 2, outcome=AlertOutcome.RECOVERED)
    steps = steps_of(life_of([confirmed, closed]), NOW, EAST)
    over = Step("closed (recovered) by kim at 2026-11-20 13:32:00 EST", 2)
    assert (steps.confirm, steps.reject) == (over, over)
    assert steps.acknowledge == Step(over.why_not)
    assert steps.ask_record == Step(over.why_not)
    assert steps.answer_record == Step("nobody has asked the entering agency yet")
    assert steps.outcomes == dict.fromkeys(AlertOutcome, over)
    assert (over.is_allowed, over.is_possible) == (False, True)


def test_the_steps_of_a_check_name_who_asked_and_who_answered() -> None:
    asked = said(DispositionKind.RECORD_CHECK_ASKED, 1, "lee", 1, priority=CheckPriority.URGENT)
    answered = said(DispositionKind.RECORD_CHECK_ANSWERED, 2, "kim", 2, answer=RecordAnswer.VALID)
    waiting = steps_of(life_of([asked]), NOW, EAST)
    assert waiting.ask_record == Step("asked by lee; the answer is due by 2026-11-20 13:41:00 EST", 1)
    assert waiting.answer_record == Step()
    overdue = steps_of(life_of([asked]), START + timedelta(minutes=12), EAST)
    assert overdue.ask_record == Step()
    done = steps_of(life_of([asked, answered]), NOW, EAST)
    assert done.answer_record == Step("answered by kim at 2026-11-20 13:32:00 EST", 2)
    assert done.ask_record == Step()


def test_a_rejection_of_what_was_taken_back_says_who_rejected_it() -> None:
    rejected = said(DispositionKind.REJECTED, 1, "kim", 1, rejection=Rejection.MISREAD)
    steps = steps_of(life_of([rejected], is_canceled=True), NOW, EAST)
    gone = "it was taken back: its entry does not stand any more"
    assert steps.reject == Step("rejected (misread) by kim at 2026-11-20 13:31:00 EST", 1)
    assert (steps.confirm, steps.acknowledge, steps.ask_record) == (Step(gone), Step(gone), Step(gone))
