"""What a person says of an alert is stored, written down, and told to whom it concerns: all of it, or nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import psycopg
import pytest
from jsonschema import Draft202012Validator

from alerts.settling.stale import cancel_stale_alerts
from operations.alerts import AlertView
from operations.life.change import AlertCard, Sayer
from operations.life.checking import answer_record, ask_record
from operations.life.deciding import Look, acknowledge_alert, close_alert, confirm_alert, reject_alert
from operations.life.looking import lives_of, show_alert
from schemas.audit import Action
from schemas.errors import InvalidInput, Outdated, PlatewatchError
from schemas.events import NOBODY_YET, Alert
from schemas.generate import DISPOSITION_TOPIC, FOLDER
from schemas.settings import Settings
from schemas.types import (
    AlertOutcome,
    DispositionKind,
    RecordAnswer,
    Rejection,
    Standing,
    VehicleDescription,
    VehicleEvidence,
)
from storage.alerts.raised import AlertLog
from storage.alerts.unit_of_work import Ledger
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.alerts.samples import VIRGINIA, found, messages, passing, settle
from tests.integration.hotlists.list_versions import import_version
from tests.integration.operations.audited import close_audit, fail_after_audit, without_audit
from tests.integration.operations.life.alerts import KIM_SAYS, LEE_SAYS, TOPIC, raised, sent

PLATE = Look("VNV4527")
BLUE = VehicleEvidence("color", "blue", "RED", False, -0.9)


def actions(database: Database) -> list[tuple[str, str]]:
    return [(row.actor.name, row.action.value) for row in reversed(audit_entries(database))]


def test_an_alert_goes_from_new_to_closed(database: Database) -> None:
    alert = raised(database)
    card = show_alert(LEE_SAYS, database, 1, purpose="patrol", case_number="26-1")
    assert (card.life.standing, card.first) == (Standing.SEEN, alert)
    assert show_alert(KIM_SAYS, database, alert.alert_id).life == card.life
    acknowledge_alert(LEE_SAYS, database, 1, note="on my way")
    ask_record(LEE_SAYS, database, 1)
    confirm_alert(LEE_SAYS, database, 1, Look("vnv-4527", state="Virginia"))
    answer_record(KIM_SAYS, database, 1, RecordAnswer.VALID)
    card = close_alert(LEE_SAYS, database, 1, AlertOutcome.RECOVERED)
    assert (card.life.standing, card.life.confirmed_by) == (Standing.CLOSED, "lee")
    assert [(one.number, one.kind, one.person) for one in card.dispositions] == [
        (1, DispositionKind.SEEN, "lee"),
        (2, DispositionKind.ACKNOWLEDGED, "lee"),
        (3, DispositionKind.RECORD_CHECK_ASKED, "lee"),
        (4, DispositionKind.CONFIRMED, "lee"),
        (5, DispositionKind.RECORD_CHECK_ANSWERED, "kim"),
        (6, DispositionKind.OUTCOME, "lee"),
    ]
    fourth = card.dispositions[3]
    assert (fourth.plate_seen, fourth.state_seen, fourth.origin) == ("vnv-4527", "US-VA", "desk-7, /dev/pts/1")
    assert show_alert(LEE_SAYS, database, 1, leave_new=True).dispositions == card.dispositions
    assert actions(database) == [
        ("lee", "view_alert"),
        ("kim", "view_alert"),
        ("lee", "acknowledge_alert"),
        ("lee", "ask_record"),
        ("lee", "confirm_alert"),
        ("kim", "answer_record"),
        ("lee", "close_alert"),
        ("lee", "view_alert"),
    ]
    first = audit_entries(database)[-1]
    assert (first.purpose, first.case_number) == ("patrol", "26-1")
    assert first.details == {"alert": 1, "alert_id": str(alert.alert_id), "seen": True}
    assert "VNV4527" not in str([row.details for row in audit_entries(database)]).upper().replace("-", "")


def test_whoever_got_the_alert_is_told_who_has_confirmed_it_and_the_owner_all(database: Database) -> None:
    neighbor = "platewatch.alerts.neighbor.v1"
    alert = raised(database, topics=(TOPIC, neighbor))
    assert alert.confirmation.words == NOBODY_YET
    show_alert(LEE_SAYS, database, 1)
    acknowledge_alert(LEE_SAYS, database, 1)
    for topic in (TOPIC, neighbor):
        (only,) = sent(database, topic)
        assert only["confirmation"]["status"] == "not_confirmed"
        assert only["confirmation"]["words"] == "confirmed by nobody yet"
    confirm_alert(LEE_SAYS, database, 1, PLATE)
    update = Alert.model_validate(sent(database, neighbor)[1])
    assert (update.type, update.updates, update.hit) == ("update", alert.alert_id, alert.hit)
    assert (update.confirmation.status, update.confirmation.by) == ("confirmed", "lee")
    assert update.confirmation.agency_id == "portsmouth-pd"
    assert update.reason == update.confirmation.words
    assert update.reason.startswith("confirmed by lee at 20")
    close_alert(KIM_SAYS, database, 1, AlertOutcome.ARREST)
    closed = Alert.model_validate(sent(database, neighbor)[2])
    assert (closed.confirmation.by, closed.confirmation.outcome) == ("lee", AlertOutcome.ARREST)
    assert len({message["alert_id"] for message in sent(database, TOPIC)}) == 3
    told = sent(database, DISPOSITION_TOPIC)
    assert [(one["kind"], one["standing"]) for one in told] == [
        ("seen", "seen"),
        ("acknowledged", "acknowledged"),
        ("confirmed", "confirmed"),
        ("outcome", "closed"),
    ]
    validator = Draft202012Validator(json.loads((FOLDER / "disposition.v1.json").read_text()))
    for one in told:
        validator.validate(one)
        assert one["entry"]["originating_agency"] == "VA0010000"
        assert "gate" not in json.dumps(one)  # not where its vehicle was
    with database.connection() as connection:
        keys = connection.execute("select distinct key from outbox where topic = %s", [DISPOSITION_TOPIC]).fetchall()
    assert keys == [(str(alert.alert_id),)]


def test_what_comes_later_about_a_confirmed_vehicle_says_so_too(database: Database) -> None:
    import_version(database, [VIRGINIA._replace(valid_until=None)])
    settle(database, found(passing(0), score=20.0))
    confirm_alert(LEE_SAYS, database, 1, Look("ABC1234"))
    settle(database, found(passing(60), score=40.0))
    import_version(database, [])
    assert cancel_stale_alerts(database, Settings(alerts={"open_hours": 1e6})) == 1
    first, confirmed, better, cancel = messages(database)
    assert first.confirmation.status == "not_confirmed"
    assert confirmed.confirmation == better.confirmation == cancel.confirmation
    assert better.reason == "the plate agrees more clearly"
    assert better.confirmation.by == "lee"


@pytest.mark.parametrize("seen", ["VNV4522", "8NV4527", "VNV452", "VNV45?7", "", "  "])
def test_another_plate_confirms_nothing(database: Database, seen: str) -> None:
    raised(database)
    before = without_audit(database)
    with pytest.raises(InvalidInput, match="plate as seen"):
        confirm_alert(LEE_SAYS, database, 1, Look(seen))
    assert without_audit(database) == before
    assert show_alert(LEE_SAYS, database, 1).life.confirmed_by is None


def test_a_contradicting_vehicle_is_confirmed_in_a_second_step_alone(database: Database) -> None:
    raised(
        database,
        read_vehicle=VehicleDescription(vehicle_class="motorcycle"),
        listed_vehicle=VehicleDescription(2009, "TOYT", None, "4D", "RED"),
        evidence=(BLUE,),
    )
    with pytest.raises(InvalidInput) as refused:
        confirm_alert(LEE_SAYS, database, 1, PLATE)
    assert "CLASS: seen motorcycle, listed car (by the reader); COLOR: seen blue, listed RED" in str(refused.value)
    assert "(class, color)" in str(refused.value)
    with pytest.raises(InvalidInput, match="COLOR"):
        confirm_alert(LEE_SAYS, database, 1, Look("VNV4527", despite={"class": "the rider beside it was measured"}))
    with pytest.raises(InvalidInput, match="the reason why color contradicts nothing says nothing"):
        confirm_alert(LEE_SAYS, database, 1, Look("VNV4527", despite={"class": "seen as a sedan", "color": "none"}))
    with pytest.raises(InvalidInput, match=r"MAKE: seen Ford, listed TOYT .by the person"):
        confirm_alert(LEE_SAYS, database, 1, Look("VNV4527", make="Ford", despite={"class": "sedan", "color": "night"}))
    despite = {"class": "seen as a sedan", "color": "yellow light at night"}
    with pytest.raises(InvalidInput, match="nothing contradicts the entry in make"):
        confirm_alert(LEE_SAYS, database, 1, Look("VNV4527", despite=despite | {"make": "badge seen"}))
    card = confirm_alert(LEE_SAYS, database, 1, Look("VNV4527", despite=despite))
    assert card.life.confirmed_by == "lee"
    assert dict(card.dispositions[-1].despite) == despite
    assert [action for _, action in actions(database)] == ["refused"] * 4 + ["confirm_alert"]
    assert audit_entries(database)[0].details["despite"] == ["class", "color"]


def test_another_state_is_another_plate(database: Database) -> None:
    raised(database, state="US-MD")
    with pytest.raises(InvalidInput, match=r"STATE: seen US-MD, listed US-VA .by the reader"):
        confirm_alert(LEE_SAYS, database, 1, PLATE)
    with pytest.raises(InvalidInput, match=r"another plate; reject the alert .wrong state"):
        confirm_alert(LEE_SAYS, database, 1, Look("VNV4527", state="MD", despite={"state": "looks like it"}))
    with pytest.raises(InvalidInput, match="'Mars' is no state"):
        confirm_alert(LEE_SAYS, database, 1, Look("VNV4527", state="Mars"))
    assert confirm_alert(LEE_SAYS, database, 1, Look("VNV4527", state="VA")).life.confirmed_by == "lee"


def test_a_misread_that_shows_the_listed_plate_is_none(database: Database) -> None:
    raised(database)
    with pytest.raises(InvalidInput, match="is the listed one"):
        reject_alert(LEE_SAYS, database, 1, Rejection.MISREAD, plate="VNV 4527")
    card = reject_alert(LEE_SAYS, database, 1, Rejection.MISREAD, plate="VNV4522")
    assert card.dispositions[-1].plate_seen == "VNV4522"
    assert "VNV4522" not in json.dumps(sent(database, DISPOSITION_TOPIC) + sent(database, TOPIC))


def test_of_two_officers_one_wins_and_the_other_is_told(database: Database) -> None:
    raised(database)
    barrier = threading.Barrier(2)
    results: list[AlertCard | str] = []

    def work(act: Callable[[], AlertCard]) -> None:
        barrier.wait()
        try:
            results.append(act())
        except InvalidInput as error:
            results.append(str(error))

    workers = [
        threading.Thread(target=work, args=(act,))
        for act in (
            lambda: confirm_alert(LEE_SAYS, database, 1, PLATE),
            lambda: reject_alert(KIM_SAYS, database, 1, Rejection.NOT_LOCATED),
        )
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    (won,) = [one for one in results if not isinstance(one, str)]
    (lost,) = [one for one in results if isinstance(one, str)]
    assert won.life.latest is not None
    what = {"confirmed": "confirmed by lee", "rejected": "rejected (not located) by kim"}[won.life.standing.value]
    assert f"it was {what} at 20" in lost
    assert lost.endswith("name it as what this supersedes: 1")
    assert show_alert(LEE_SAYS, database, 1).dispositions == won.dispositions
    written = sorted(action for _, action in actions(database))
    assert written == sorted(["refused", "view_alert", won.life.standing.value.removesuffix("ed") + "_alert"])


def test_what_somebody_said_is_replaced_by_whoever_names_it(database: Database) -> None:
    raised(database)
    reject_alert(KIM_SAYS, database, 1, Rejection.MISREAD)
    with pytest.raises(InvalidInput, match=r"rejected \(misread\) by kim at 20.*supersedes: 1"):
        confirm_alert(LEE_SAYS, database, 1, PLATE)
    with pytest.raises(InvalidInput, match="number 7 does not stand"):
        confirm_alert(LEE_SAYS, database, 1, PLATE, supersedes=7)
    card = confirm_alert(LEE_SAYS, database, 1, PLATE, supersedes=1)
    assert [one.kind for one in card.dispositions] == [DispositionKind.REJECTED, DispositionKind.CONFIRMED]
    assert sent(database, DISPOSITION_TOPIC)[1]["supersedes"] == 1
    (row,) = AlertView(LEE_SAYS.actor, database).latest(5)
    (life,) = lives_of(database, [row.payload])
    assert life == card.life
    assert row.payload["confirmation"]["status"] == "confirmed"


def test_a_canceled_alert_is_seen_and_closed_and_not_confirmed(database: Database) -> None:
    import_version(database, [VIRGINIA._replace(valid_until=None)])
    settle(database, found(passing(0)))
    import_version(database, [])
    cancel_stale_alerts(database, Settings(alerts={"open_hours": 1e6}))
    assert len(messages(database)) == 2
    for act in (
        lambda: confirm_alert(LEE_SAYS, database, 1, Look("ABC1234")),
        lambda: acknowledge_alert(LEE_SAYS, database, 1),
        lambda: ask_record(LEE_SAYS, database, 1),
    ):
        with pytest.raises(InvalidInput, match="it was canceled"):
            act()
    card = show_alert(LEE_SAYS, database, 2)  # by the cancel's own number
    assert (card.number, card.life.is_canceled) == (1, True)
    assert card.canceled is not None
    card = close_alert(LEE_SAYS, database, 1, AlertOutcome.STOP_NOT_MADE)
    assert card.life.standing is Standing.CLOSED
    assert len(messages(database)) == 2  # nobody is told to look at it again
    assert sent(database, DISPOSITION_TOPIC)[-1]["canceled"] is True


@pytest.mark.parametrize("fail", [close_audit, fail_after_audit])
def test_neither_is_stored_where_the_audit_fails(database: Database, fail: Callable[[Database], None]) -> None:
    raised(database)
    before = without_audit(database)
    fail(database)
    acts: list[Callable[[], object]] = [
        lambda: show_alert(LEE_SAYS, database, 1),
        lambda: acknowledge_alert(LEE_SAYS, database, 1),
        lambda: confirm_alert(LEE_SAYS, database, 1, PLATE),
        lambda: reject_alert(LEE_SAYS, database, 1, Rejection.MISREAD),
        lambda: close_alert(LEE_SAYS, database, 1, AlertOutcome.NO_ACTION),
        lambda: ask_record(LEE_SAYS, database, 1),
    ]
    for act in acts:
        with pytest.raises(PlatewatchError):
            act()
    assert without_audit(database) == before
    with database.connection() as connection:
        assert connection.execute("select count(*) from dispositions").fetchone() == (0,)


def test_a_disposition_is_never_changed(database: Database, owner_url: str) -> None:
    raised(database)
    show_alert(LEE_SAYS, database, 1)
    with database._pool.connection() as connection:
        for statement in ("update dispositions set person = 'x'", "delete from dispositions"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
    with psycopg.connect(owner_url) as owner, pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        owner.execute("update dispositions set person = 'x'")


def test_there_is_no_such_alert(database: Database) -> None:
    for wanted in (1, UUID(int=7)):
        with pytest.raises(InvalidInput, match=f"no alert {wanted}; see platewatch alerts"):
            show_alert(LEE_SAYS, database, wanted)
        with pytest.raises(InvalidInput, match=f"no alert {wanted}"):
            acknowledge_alert(LEE_SAYS, database, wanted)
    assert actions(database) == []


def test_more_time_needs_its_minutes(database: Database) -> None:
    raised(database)
    ask_record(LEE_SAYS, database, 1)
    for answer, minutes in ((RecordAnswer.TIME_NEEDED, None), (RecordAnswer.VALID, 5), (RecordAnswer.TIME_NEEDED, 0)):
        with pytest.raises(InvalidInput, match="minutes"):
            answer_record(LEE_SAYS, database, 1, answer, minutes=minutes)
    card = answer_record(LEE_SAYS, database, 1, RecordAnswer.TIME_NEEDED, minutes=30)
    assert card.life.check is not None
    assert card.life.check.answered_at is not None
    assert (card.life.check.due_at - card.life.check.answered_at).total_seconds() == 1800
    assert [one["confirmation"]["record_check"] for one in sent(database, TOPIC)] == ["not_asked"]
    answer_record(LEE_SAYS, database, 1, RecordAnswer.NOT_VALID)
    update = sent(database, TOPIC)[-1]
    assert update["confirmation"]["record_check"] == "not_valid"
    assert update["reason"] == "ITS AGENCY SAYS THAT THE ENTRY DOES NOT STAND"
    assert Action.ANSWER_RECORD.value in [action for _, action in actions(database)]


def test_an_updates_number_names_its_alert(database: Database) -> None:
    settle(database, found(passing(0), score=20.0), found(passing(60), score=40.0))
    assert [stored.alert_number for stored in AlertLog(database).after(0)] == [1, 2]
    card = show_alert(LEE_SAYS, database, 2)
    assert (card.number, card.newest.type) == (1, "update")
    with Ledger(database).begin() as unit:
        assert unit.dispositions_of(card.first.alert_id)[0].kind is DispositionKind.SEEN


def test_who_has_not_seen_what_was_said_since_says_nothing(database: Database) -> None:
    raised(database)
    show_alert(KIM_SAYS, database, 1)  # kim has seen one thing that was said: that kim saw it
    knows = [replace(KIM_SAYS, knows=number) for number in range(4)]
    acknowledge_alert(LEE_SAYS, database, 1)
    before = show_alert(LEE_SAYS, database, 1)
    count = before.life.count
    says: list[Callable[[Sayer], object]] = [
        lambda sayer: acknowledge_alert(sayer, database, 1),
        lambda sayer: confirm_alert(sayer, database, 1, PLATE),
        lambda sayer: reject_alert(sayer, database, 1, Rejection.MISREAD),
        lambda sayer: ask_record(sayer, database, 1),
        lambda sayer: close_alert(sayer, database, 1, AlertOutcome.RECOVERED),
    ]
    for say in says:
        for one in (knows[count - 1], replace(KIM_SAYS, knows=count + 1), knows[0]):
            with pytest.raises(Outdated, match=rf"{count} things were said of it by now"):
                say(one)
    assert show_alert(LEE_SAYS, database, 1).dispositions == before.dispositions
    reject_alert(replace(KIM_SAYS, knows=count), database, 1, Rejection.MISREAD)
    assert show_alert(LEE_SAYS, database, 1).life.standing is Standing.REJECTED
