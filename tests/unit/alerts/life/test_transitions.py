"""Which disposition may follow which, from every state that there is."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.life.transitions import advanced, life_of, refusal, told
from schemas.types import (
    AlertOutcome,
    CheckPriority,
    Disposition,
    DispositionKind,
    Life,
    RecordAnswer,
    RecordCheck,
    Rejection,
    Standing,
)
from tests.unit.alerts.life.samples import MOMENT, after, said

SEEN, ACKNOWLEDGED, CONFIRMED, REJECTED, OUTCOME, ASKED, ANSWERED = DispositionKind

NEW = after()
STATES = {
    "new": NEW,
    "seen": after(SEEN),
    "acknowledged": after(SEEN, ACKNOWLEDGED),
    "confirmed": after(SEEN, CONFIRMED),
    "rejected": after(REJECTED),
    "closed": after(CONFIRMED, said(OUTCOME, 2, outcome=AlertOutcome.RECOVERED)),
}

MAY: dict[str, set[DispositionKind]] = {
    "new": {SEEN, ACKNOWLEDGED, CONFIRMED, REJECTED, OUTCOME},
    "seen": {ACKNOWLEDGED, CONFIRMED, REJECTED, OUTCOME},
    "acknowledged": {CONFIRMED, REJECTED, OUTCOME},
    "confirmed": {OUTCOME},
    "rejected": {OUTCOME},
    "closed": set(),
}
"""What may follow by itself."""

MAY_TAKE_ITS_PLACE: dict[str, set[DispositionKind]] = {
    "new": set(),
    "seen": {ACKNOWLEDGED, CONFIRMED, REJECTED, OUTCOME},
    "acknowledged": {ACKNOWLEDGED, CONFIRMED, REJECTED, OUTCOME},
    "confirmed": {CONFIRMED, REJECTED, OUTCOME},
    "rejected": {CONFIRMED, REJECTED, OUTCOME},
    "closed": {CONFIRMED, REJECTED, OUTCOME},
}
"""What may follow where it names what stands."""

MAY_WHEN_CANCELED = {SEEN, REJECTED, OUTCOME}


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("kind", [SEEN, ACKNOWLEDGED, CONFIRMED, REJECTED, OUTCOME])
@pytest.mark.parametrize("is_canceled", [False, True])
@pytest.mark.parametrize("names_it", [False, True])
def test_what_may_follow(name: str, kind: DispositionKind, is_canceled: bool, names_it: bool) -> None:
    life = dataclasses.replace(STATES[name], is_canceled=is_canceled)
    number = (0 if life.latest is None else life.latest.number) if names_it else None
    if names_it and life.latest is None:
        number = 1
    fault = refusal(life, said(kind, life.count + 1, "kim", supersedes=number))
    may = (MAY_TAKE_ITS_PLACE if names_it else MAY)[name]
    if kind is SEEN and names_it:
        may = may - {SEEN} | (MAY[name] & {SEEN})
    if is_canceled:
        may = may & MAY_WHEN_CANCELED
    assert (fault is None) == (kind in may), fault


@pytest.mark.parametrize("name", [name for name in STATES if name != "new"])
@pytest.mark.parametrize("kind", [CONFIRMED, REJECTED, OUTCOME])
def test_a_number_that_does_not_stand_any_more_is_refused(name: str, kind: DispositionKind) -> None:
    life = STATES[name]
    assert life.latest is not None
    fault = refusal(life, said(kind, life.count + 1, "kim", supersedes=life.latest.number + 1))
    assert fault is not None
    assert f"which is number {life.latest.number}" in fault


@pytest.mark.parametrize(
    ("life", "outcome", "may"),
    [
        *((NEW, one, one in (AlertOutcome.NO_ACTION, AlertOutcome.STOP_NOT_MADE)) for one in AlertOutcome),
        *((after(CONFIRMED), one, True) for one in AlertOutcome),
        *((after(REJECTED), one, one not in (AlertOutcome.RECOVERED, AlertOutcome.LOCATED)) for one in AlertOutcome),
    ],
)
def test_what_came_of_it_fits_what_was_said_of_the_plate(life: Life, outcome: AlertOutcome, may: bool) -> None:
    fault = refusal(life, said(OUTCOME, life.count + 1, outcome=outcome))
    assert (fault is None) == may


def test_the_second_of_two_is_told_who_was_first_and_when() -> None:
    life = after(said(CONFIRMED, 1, "lee", 3))
    fault = refusal(life, said(REJECTED, 2, "kim", 4))
    assert fault == (
        "it was confirmed by lee at 2026-11-20T18:33:00Z; to take the place of that, name it as what this supersedes: 1"
    )
    assert refusal(life, said(ACKNOWLEDGED, 2, "kim")) == "it was confirmed by lee at 2026-11-20T18:33:00Z"


def test_a_verdict_that_takes_anothers_place_opens_a_closed_alert_again() -> None:
    closed = STATES["closed"]
    new = said(REJECTED, 3, "kim", rejection=Rejection.VEHICLE_DIFFERS, supersedes=2)
    assert refusal(closed, new) is None
    life = advanced(closed, new)
    assert (life.standing, life.outcome, life.verdict, life.confirmed_by) == (Standing.REJECTED, None, new, None)
    assert closed.confirmed_by == "lee"


def test_a_check_has_a_clock() -> None:
    life = after(SEEN, said(ASKED, 2, priority=CheckPriority.URGENT))
    check = life.check
    assert check is not None
    assert (check.due_at - MOMENT).total_seconds() == 600
    assert life.standing is Standing.SEEN
    assert not check.is_overdue(check.due_at)
    assert check.is_overdue(check.due_at.replace(microsecond=1))
    again = said(ASKED, 3, "kim", 5)
    assert "lee has asked at 2026-11-20T18:30:00Z, and the answer is due by 2026-11-20T18:40:00Z" in str(
        refusal(life, again)
    )
    assert refusal(life, dataclasses.replace(again, supersedes=2)) is None
    assert refusal(life, said(ASKED, 3, "kim", 11)) is None
    more = advanced(life, said(ANSWERED, 3, minutes=9, answer=RecordAnswer.TIME_NEEDED))
    assert more.check is not None
    assert more.check.is_running
    assert more.check.due_at == MOMENT.replace(minute=39)


def test_more_time_moves_the_clock() -> None:
    life = after(said(ASKED, 1, priority=CheckPriority.ROUTINE))
    assert life.check is not None
    assert (life.check.due_at - MOMENT).total_seconds() == 3600
    answer = Disposition(ANSWERED, MOMENT, "lee", "lee", "springfield", 2, answer=RecordAnswer.TIME_NEEDED, minutes=90)
    life = advanced(life, answer)
    assert life.check is not None
    assert (life.check.due_at - MOMENT).total_seconds() == 5400
    assert refusal(life, said(ANSWERED, 3, minutes=100)) is None


def test_an_answer_needs_a_question_and_stands() -> None:
    assert refusal(NEW, said(ANSWERED)) == "nobody has asked the entering agency yet"
    life = after(ASKED, ANSWERED)
    fault = refusal(life, said(ANSWERED, 3, "kim", answer=RecordAnswer.NOT_VALID))
    assert fault is not None
    assert "lee has entered the answer at 2026-11-20T18:30:00Z: valid" in fault
    new = said(ANSWERED, 3, "kim", answer=RecordAnswer.NOT_VALID, supersedes=2)
    assert refusal(life, new) is None
    assert advanced(life, new).check != life.check
    assert refusal(life, said(ASKED, 3)) is None  # once more, later
    assert refusal(after(OUTCOME), said(ASKED, 2)) is not None
    assert refusal(after(is_canceled=True), said(ASKED, 1)) is not None


kinds = st.sampled_from(DispositionKind)
attempts = st.builds(
    said,
    kinds,
    st.just(1),
    st.sampled_from(["lee", "kim"]),
    st.integers(0, 5000),
    supersedes=st.none() | st.integers(1, 12),
)


@st.composite
def wanted(draw: st.DrawFn) -> Disposition:
    one = draw(attempts)
    values = {
        "rejection": draw(st.sampled_from(Rejection)) if one.kind is REJECTED else None,
        "outcome": draw(st.sampled_from(AlertOutcome)) if one.kind is OUTCOME else None,
        "answer": draw(st.sampled_from(RecordAnswer)) if one.kind is ANSWERED else None,
        "priority": draw(st.sampled_from(CheckPriority)) if one.kind is ASKED else None,
    }
    return dataclasses.replace(one, **values)


@given(st.lists(wanted(), max_size=14), st.integers(0, 14))
def test_whatever_is_tried_what_stands_makes_sense(tried: list[Disposition], canceled_after: int) -> None:
    life = Life()
    history: list[Disposition] = []
    for number, one in enumerate(tried):
        if number == canceled_after:
            life = dataclasses.replace(life, is_canceled=True)
        new = dataclasses.replace(one, number=life.count + 1)
        before = life
        if refusal(life, new) is not None:
            assert life == before
            continue
        life = advanced(life, new)
        history.append(new)
        assert life.count == before.count + 1 == len(history)
        # Nothing takes the place of something without naming it.
        if before.standing is life.standing and new.kind not in (ASKED, ANSWERED):
            assert before.latest is not None
            assert new.supersedes == before.latest.number
        if before.is_canceled:
            assert new.kind not in (CONFIRMED, ACKNOWLEDGED, ASKED)
        if before.standing is not Standing.NEW:
            assert life.standing is not Standing.NEW
            assert life.standing is not Standing.SEEN or before.standing is Standing.SEEN
        if before.verdict is not None:
            assert life.verdict is not None
        assert (life.standing is Standing.CLOSED) == (life.outcome is not None)
        if life.outcome is not None and life.outcome.outcome in (AlertOutcome.RECOVERED, AlertOutcome.LOCATED):
            assert life.confirmed_by is not None
    assert life_of(history, is_canceled=life.is_canceled) == life


def test_what_was_said_is_told_in_words() -> None:
    assert told(said(REJECTED, rejection=Rejection.WRONG_STATE)) == (
        "rejected (wrong state) by lee at 2026-11-20T18:30:00Z"
    )
    assert told(said(OUTCOME, outcome=AlertOutcome.STOP_NOT_MADE)).startswith("closed (stop not made) by lee")


def test_an_answer_goes_to_the_check_that_waits_and_to_no_other_number() -> None:
    life = after(ASKED)
    for supersedes, fault in (
        (None, None),
        (1, None),
        (7, "number 7 does not stand: the check that waits is number 1"),
    ):
        assert refusal(life, said(ANSWERED, 2, supersedes=supersedes)) == fault
    answered = after(ASKED, said(ANSWERED, 2, "kim", 4))
    for supersedes in (None, 1, 3):
        assert refusal(answered, said(ANSWERED, 3, answer=RecordAnswer.NOT_VALID, supersedes=supersedes)) == (
            "kim has entered the answer at 2026-11-20T18:34:00Z: valid; to take the place of that, name it as what "
            "this supersedes: 2"
        )
    assert refusal(answered, said(ANSWERED, 3, answer=RecordAnswer.NOT_VALID, supersedes=2)) is None


def test_a_check_keeps_what_was_asked_and_says_what_was_answered() -> None:
    for priority, minutes in ((CheckPriority.URGENT, 10), (CheckPriority.ROUTINE, 60), (None, 10)):
        check = after(said(ASKED, 1, "lee", 2, priority=priority)).check
        asked_at = MOMENT + timedelta(minutes=2)
        assert check == RecordCheck(
            1, asked_at, "lee", priority or CheckPriority.URGENT, asked_at + timedelta(minutes=minutes)
        )
    life = after(ASKED)
    assert life.check is not None
    for answer, minutes, due in (
        (RecordAnswer.VALID, None, 10),
        (RecordAnswer.NOT_VALID, 30, 10),
        (RecordAnswer.TIME_NEEDED, 30, 34),
        (RecordAnswer.TIME_NEEDED, None, 4),
    ):
        new = dataclasses.replace(said(ANSWERED, 2, "kim", 4, answer=answer), minutes=minutes)
        answered = advanced(life, new).check
        assert answered == dataclasses.replace(
            life.check,
            number=2,
            answer=answer,
            answered_at=MOMENT + timedelta(minutes=4),
            answered_by="kim",
            due_at=MOMENT + timedelta(minutes=due),
        )
    # Without a check there is nothing to answer, and nothing changes but the count.
    assert advanced(NEW, said(ANSWERED)) == dataclasses.replace(NEW, count=1)


@pytest.mark.parametrize(
    ("life", "supersedes", "fault"),
    [
        (after(is_canceled=True), None, "it was canceled: its entry does not stand any more"),
        (after(OUTCOME), None, "it was closed (no action) by lee at 2026-11-20T18:30:00Z"),
        (NEW, 3, "number 3 is no check that waits"),
        (NEW, None, None),
        (after(ASKED, ANSWERED), None, None),
        (after(ASKED), 1, None),
        (after(ASKED), 2, "lee has asked at"),
        (after(ASKED), None, "to ask anew before, name that as what this supersedes: 1"),
    ],
)
def test_whether_the_entering_agency_may_be_asked(life: Life, supersedes: int | None, fault: str | None) -> None:
    found = refusal(life, said(ASKED, life.count + 1, "kim", supersedes=supersedes))
    assert (found is None) is (fault is None)
    assert (fault or "") in (found or "")


def test_each_step_leaves_what_stands_beside_it() -> None:
    """The whole of what stands, step by step."""
    seen, acknowledged = said(SEEN, 1), said(ACKNOWLEDGED, 2)
    confirmed, closed = said(CONFIRMED, 3), said(OUTCOME, 4, outcome=AlertOutcome.RECOVERED)
    rejected = said(REJECTED, 5, supersedes=4)
    expected = Life()
    for new, changes in (
        (seen, {"standing": Standing.SEEN}),
        (acknowledged, {"standing": Standing.ACKNOWLEDGED}),
        (confirmed, {"standing": Standing.CONFIRMED, "verdict": confirmed}),
        (closed, {"standing": Standing.CLOSED, "outcome": closed}),
        (rejected, {"standing": Standing.REJECTED, "verdict": rejected, "outcome": None}),
    ):
        life = advanced(expected, new)
        expected = dataclasses.replace(expected, **changes, latest=new, count=new.number)
        assert life == expected
