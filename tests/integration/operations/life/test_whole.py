"""Every field of what a person says is stored as it was given, and so is every field of its row of the audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from operations.life.change import AlertCard, Sayer
from operations.life.checking import answer_record, ask_record
from operations.life.comparing import compare_alert
from operations.life.deciding import Look, acknowledge_alert, close_alert, confirm_alert, reject_alert
from operations.life.looking import find_card, show_alert
from policy.duties import ConfirmRule
from policy.facts import Confidence
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.types import (
    AlertOutcome,
    CheckPriority,
    ComparedWith,
    RecordAnswer,
    Rejection,
    Surface,
    VehicleDescription,
)
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.operations.life.alerts import KIM_SAYS, LEE_SAYS, raised

AT = datetime(2026, 11, 20, 6, 30, 5, tzinfo=UTC)
SAYS = Sayer(KIM_SAYS.actor, Surface.CONSOLE, person="Pat Doe", at=AT)
LAW = ConfirmRule(
    visual=True,
    record=False,
    is_suspicion=False,
    citation="General order 41",
    as_of=date(2026, 1, 1),
    confidence=Confidence.READ,
)
LOOK = Look(
    " vnv-4527 ",
    "Virginia",
    kind="motorcycle",
    make="Honda",
    color="blue",
    year=2019,
    despite={"color": "repainted, says its owner", "class": "sold as a kit"}
    | {"make": "badge was exchanged", "year": "rebuilt in that year"},
    compared=ComparedWith.PICTURE,
)
LISTED = VehicleDescription(2009, "TOYT", None, "4D", "RED")
NOBODYS: dict[str, Any] = dict.fromkeys(
    ("supersedes", "rejection", "outcome", "priority", "answer", "minutes", "plate_seen", "state_seen", "note")
)


@dataclass(frozen=True)
class Step:
    """Something that is said after `before`, what of it is stored with the alert, and what stands in the audit."""

    act: Callable[[Database], AlertCard]
    action: Action
    stored: dict[str, Any]
    written: dict[str, Any]
    before: tuple[Callable[[Database], object], ...] = field(default=())


STEPS = {
    "acknowledge": Step(
        lambda database: acknowledge_alert(SAYS, database, 1, note=" on my way ", supersedes=1),
        Action.ACKNOWLEDGE_ALERT,
        {"kind": "acknowledged", "note": "on my way", "supersedes": 1},
        {"supersedes": 1},
        (lambda database: acknowledge_alert(LEE_SAYS, database, 1),),
    ),
    "confirm": Step(
        lambda database: confirm_alert(SAYS, database, 1, LOOK, law=LAW, note="behind the school", supersedes=1),
        Action.CONFIRM_ALERT,
        {
            "kind": "confirmed",
            "plate_seen": "vnv-4527",
            "state_seen": "US-VA",
            "despite": tuple(sorted(LOOK.despite.items())),
            "note": "behind the school",
            "supersedes": 1,
        },
        {
            "supersedes": 1,
            "despite": ["class", "color", "make", "year"],
            "person": "Pat Doe",
            "compared": "picture",
            "law": LAW.source,
        },
        (lambda database: reject_alert(LEE_SAYS, database, 1, Rejection.NOT_LOCATED),),
    ),
    "reject": Step(
        lambda database: reject_alert(
            SAYS, database, 1, Rejection.MISREAD, plate=" VNV 4522", note="an 8", supersedes=1
        ),
        Action.REJECT_ALERT,
        {"kind": "rejected", "rejection": "misread", "plate_seen": "VNV 4522", "note": "an 8", "supersedes": 1},
        {"rejection": "misread", "supersedes": 1, "person": "Pat Doe"},
        (lambda database: reject_alert(LEE_SAYS, database, 1, Rejection.NOT_LOCATED),),
    ),
    "close": Step(
        lambda database: close_alert(SAYS, database, 1, AlertOutcome.NO_ACTION, note="all quiet", supersedes=1),
        Action.CLOSE_ALERT,
        {"kind": "outcome", "outcome": "no_action", "note": "all quiet", "supersedes": 1},
        {"outcome": "no_action", "supersedes": 1, "person": "Pat Doe"},
        (lambda database: close_alert(LEE_SAYS, database, 1, AlertOutcome.STOP_NOT_MADE),),
    ),
    "ask": Step(
        lambda database: ask_record(SAYS, database, 1, CheckPriority.ROUTINE, note="by teletype", supersedes=1),
        Action.ASK_RECORD,
        {"kind": "record_check_asked", "priority": "routine", "note": "by teletype", "supersedes": 1},
        {"priority": "routine", "supersedes": 1, "person": "Pat Doe"},
        (lambda database: ask_record(LEE_SAYS, database, 1),),
    ),
    "answer": Step(
        lambda database: answer_record(
            SAYS, database, 1, RecordAnswer.TIME_NEEDED, minutes=7 * 24 * 60, note="by phone", supersedes=2
        ),
        Action.ANSWER_RECORD,
        {
            "kind": "record_check_answered",
            "answer": "time_needed",
            "minutes": 10_080,
            "note": "by phone",
            "supersedes": 2,
        },
        {"answer": "time_needed", "minutes": 10_080, "supersedes": 2, "person": "Pat Doe"},
        (
            lambda database: ask_record(LEE_SAYS, database, 1),
            lambda database: answer_record(LEE_SAYS, database, 1, RecordAnswer.VALID),
        ),
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_all_that_is_said_is_stored_and_written_down(database: Database, name: str) -> None:
    step = STEPS[name]
    alert = raised(database, listed_vehicle=LISTED)
    for earlier in step.before:
        earlier(database)
    card = step.act(database)
    expected = NOBODYS | {
        "at": AT,
        "person": "Pat Doe",
        "actor": "kim",
        "agency_id": "portsmouth-pd",
        "number": len(step.before) + 1,
        "surface": "console",
        "via": "local_user",
        "origin": "car-12, /dev/pts/2",
        "despite": (),
    }
    assert asdict(card.dispositions[-1]) == expected | step.stored
    found = find_card(LEE_SAYS.actor, database, 1)
    assert (found.dispositions, found.life) == (card.dispositions, card.life)
    row = audit_entries(database)[0]
    assert (row.actor, row.action, row.purpose, row.case_number) == (KIM_SAYS.actor, step.action, None, None)
    assert row.details == {"alert": 1, "alert_id": str(alert.alert_id)} | step.written
    assert len(audit_entries(database)) == len(step.before) + 1


@pytest.mark.parametrize("name", STEPS)
def test_who_says_it_for_themselves_at_once_says_no_more(database: Database, name: str) -> None:
    raised(database)
    words = (
        (acknowledge_alert, ()),
        (confirm_alert, (Look("VNV4527"),)),
        (reject_alert, (Rejection.STALE_ENTRY,)),
        (close_alert, (AlertOutcome.NO_ACTION,)),
        (ask_record, ()),
        (answer_record, (RecordAnswer.NOT_VALID,)),
    )
    act, given = dict(zip(STEPS, words, strict=True))[name]
    if name == "answer":
        ask_record(LEE_SAYS, database, 1)
    begun = datetime.now(UTC)
    card = act(KIM_SAYS, database, 1, *given)  # type: ignore[operator]
    said = card.dispositions[-1]
    assert (said.person, said.actor, said.surface, said.note) == ("kim", "kim", "command_line", None)
    assert begun <= said.at <= datetime.now(UTC)
    assert set(audit_entries(database)[0].details) - {"alert", "alert_id"} <= {
        "rejection",
        "outcome",
        "priority",
        "answer",
    }


def test_a_refusal_is_written_down_with_all_that_was_said(database: Database) -> None:
    alert = raised(database)
    with pytest.raises(InvalidInput, match="alert 1 cannot be rejected"):
        reject_alert(SAYS, database, 1, Rejection.MISREAD, plate="VNV4527", supersedes=None)
    (row,) = audit_entries(database)
    assert (row.actor, row.action, row.results) == (KIM_SAYS.actor, Action.REFUSED, None)
    assert row.details == {
        "alert": 1,
        "alert_id": str(alert.alert_id),
        "rejection": "misread",
        "person": "Pat Doe",
        "refused": "reject_alert",
        "why_refused": "the plate as seen is the listed one, so it was not misread; say what is wrong, or confirm it",
    }


@pytest.mark.parametrize(
    ("done", "act"),
    [
        ("acknowledged", lambda database: acknowledge_alert(SAYS, database, 1)),
        ("confirmed", lambda database: confirm_alert(SAYS, database, 1, Look("VNV4527"))),
        ("rejected", lambda database: reject_alert(SAYS, database, 1, Rejection.MISREAD)),
        ("closed", lambda database: close_alert(SAYS, database, 1, AlertOutcome.NO_ACTION)),
        ("checked", lambda database: ask_record(SAYS, database, 1)),
        ("answered", lambda database: answer_record(SAYS, database, 1, RecordAnswer.VALID)),
    ],
)
def test_it_is_said_what_could_not_be_done(database: Database, done: str, act: Callable[[Database], object]) -> None:
    raised(database)
    close_alert(LEE_SAYS, database, 1, AlertOutcome.NO_ACTION)
    with pytest.raises(InvalidInput, match=f"alert 1 cannot be {done}: "):
        act(database)


def test_how_long_a_text_may_be(database: Database) -> None:
    raised(database)
    says: tuple[tuple[int, str, Callable[[str], AlertCard], Callable[[AlertCard], object]], ...] = (
        (
            2000,
            "note",
            lambda text: reject_alert(LEE_SAYS, database, 1, Rejection.NOT_LOCATED, note=text),
            lambda card: card.dispositions[-1].note,
        ),
        (
            40,
            "plate as seen",
            lambda text: reject_alert(LEE_SAYS, database, 1, Rejection.MISREAD, plate=text, supersedes=1),
            lambda card: card.dispositions[-1].plate_seen,
        ),
    )
    for longest, what, act, kept in says:
        with pytest.raises(InvalidInput, match=f"the {what} has {longest + 1} characters; use at most {longest}"):
            act("x" * (longest + 1))
        assert kept(act(f"  {'x' * longest} ")) == "x" * longest
    with pytest.raises(InvalidInput, match="the reason about color has 2001 characters"):
        confirm_alert(LEE_SAYS, database, 1, Look("VNV4527", despite={"color": "repainted " * 200 + "x"}))


@pytest.mark.parametrize(("minutes", "fits"), [(0, False), (1, True), (10_080, True), (10_081, False)])
def test_how_much_time_an_agency_may_need(database: Database, minutes: int, fits: bool) -> None:
    raised(database)
    ask_record(LEE_SAYS, database, 1)
    if fits:
        card = answer_record(LEE_SAYS, database, 1, RecordAnswer.TIME_NEEDED, minutes=minutes)
        assert card.dispositions[-1].minutes == minutes
        return
    with pytest.raises(InvalidInput, match=f"{minutes} minutes cannot be; give 1 to 10080"):
        answer_record(LEE_SAYS, database, 1, RecordAnswer.TIME_NEEDED, minutes=minutes)


def test_a_comparison_is_written_down_whole(database: Database) -> None:
    alert = raised(database, listed_vehicle=LISTED)
    found = compare_alert(SAYS, database, alert.alert_id, Look("VNV4521", "MD", kind="motorcycle", color="blue"))
    assert [one.feature for one in found.contradictions if one.seen_by == "person"] == ["state", "class", "color"]
    (row,) = audit_entries(database)
    assert (row.actor, row.action) == (KIM_SAYS.actor, Action.VIEW_ALERT)
    assert row.details == {
        "alert": 1,
        "alert_id": str(alert.alert_id),
        "compared": "differs",
        "contradictions": ["class", "color", "state"],
    }
    assert compare_alert(SAYS, database, 1, Look("VNV4527")).contradictions == ()
    agreed = {"alert": 1, "alert_id": str(alert.alert_id), "compared": "agrees"}
    assert audit_entries(database, limit=1)[0].details == agreed
    for state, is_another in (("VA", False), ("MD", True)):
        assert compare_alert(SAYS, database, 1, Look("VNV4527", state)).is_another_state is is_another


def test_the_readers_other_state_is_none_that_a_person_saw(database: Database) -> None:
    raised(database, state="US-MD")
    found = compare_alert(LEE_SAYS, database, 1, Look("VNV4527"))
    assert [(one.feature, one.seen_by) for one in found.contradictions] == [("state", "reader")]
    assert not found.is_another_state


def test_a_look_says_what_it_changed(database: Database) -> None:
    alert = raised(database)
    show_alert(SAYS, database, 1, leave_new=True, purpose="a complaint", case_number="26-7")
    show_alert(SAYS, database, 1, purpose="patrol", case_number="26-8")
    show_alert(SAYS, database, 1)
    assert [(row.purpose, row.case_number, row.details) for row in reversed(audit_entries(database))] == [
        (purpose, case, {"alert": 1, "alert_id": str(alert.alert_id), "seen": seen})
        for purpose, case, seen in (("a complaint", "26-7", False), ("patrol", "26-8", True), (None, None, False))
    ]


def test_what_has_no_number_yet_gets_it_by_the_first_look_or_word(database: Database) -> None:
    def unnumbered() -> None:
        # As a run leaves it that was killed between the two.
        with database.as_owner() as connection:
            connection.execute("update alerts set alert_number = null")

    alert = raised(database)
    acts: tuple[Callable[[int | UUID], AlertCard], ...] = (
        lambda wanted: show_alert(LEE_SAYS, database, wanted),
        lambda wanted: find_card_of(database, wanted),
        lambda wanted: confirm_alert(LEE_SAYS, database, wanted, Look("VNV4527")),
    )
    for act in acts:
        unnumbered()
        assert act(alert.alert_id).number > 0
    # The update that says who has confirmed it has its number, too.
    with database.connection() as connection:
        assert connection.execute("select count(*) from alerts where alert_number is null").fetchone() == (0,)


def find_card_of(database: Database, wanted: int | UUID) -> AlertCard:
    return find_card(LEE_SAYS.actor, database, wanted)
