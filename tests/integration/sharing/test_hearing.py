"""What members say of alerts on our entries is taken in once and whole, or kept with the reason why not."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from alerts.asking.reading import Posted
from alerts.returning.messages import returned_message
from operations.sharing import hearing
from operations.sharing.deciding import end_agreement
from operations.sharing.hearing import take_dispositions
from operations.sharing.looking import who_sees_what
from operations.sharing.said import ask_to_withdraw
from policy.agreements.agreement import disposition_topic
from policy.agreements.deciding import AgreementGate
from policy.decisions import law_alone
from schemas.actor import SignIn
from schemas.audit import Action
from schemas.errors import TransientError
from schemas.events import AlarmKind, ReturnedDispositionEvent, ReturnedVerdictEvent
from schemas.ids import disposition_id
from schemas.types import DispositionKind, RecordAnswer, Standing
from sharing.heard import HearingDesk, hearing_desks
from storage.alerts.alarms import Alarms
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.sharing.agreements import AgreementStore
from storage.sharing.foreign import heard, offsets, refused
from storage.sharing.list_offers import GivenList, ListOffers
from tests.integration.sharing.samples import KIM, LEE, SETTINGS, current, in_force, lists_grant, returned
from tests.integration.storage.samples import activate, sample_entry, sample_id
from tests.unit.policy.agreements.samples import NEIGHBOR, OWNER, THIRD

VIRGINIA = law_alone("virginia")
TOPIC = disposition_topic("suffolk", NEIGHBOR)
ENTRY = sample_id("stolen", 1)
ALERT = UUID(int=77)
NAME = f"{NEIGHBOR.title()} of Virginia"


@pytest.fixture
def desk(database: Database) -> HearingDesk:
    """An agreement that gives a list with an entry."""
    activate(database, [sample_entry(1, "VNV4527", "stolen", valid_until=None)], hotlist_id="stolen", layout="csv")
    in_force(database, current(grants=[lists_grant()]))
    now = datetime.now(UTC)
    with ListOffers.begin(database) as offers:
        offers.put(GivenList("suffolk", "stolen", 1, "scope", 1, 1, 0, now, now))
    (version,) = AgreementStore(database).active()
    (found,) = hearing_desks(AgreementGate(version.standing, VIRGINIA))
    return found


def said(number: int = 1, **more: Any) -> ReturnedDispositionEvent:
    values = {"agreement_id": "suffolk", "entry_id": ENTRY, "alert_id": ALERT, "number": number}
    return returned(**(values | more))


def posted(*events: ReturnedDispositionEvent | bytes | None) -> list[Posted]:
    bodies = [returned_message(one).payload if isinstance(one, ReturnedDispositionEvent) else one for one in events]
    return [Posted(TOPIC, "key", body, 2, 40 + number) for number, body in enumerate(bodies)]


def take(database: Database, desk: HearingDesk, messages: list[Posted], now: datetime | None = None) -> int:
    return take_dispositions(database, VIRGINIA, desk, TOPIC, messages, now or datetime.now(UTC))


def rows(database: Database, *actions: Action) -> list[Any]:
    return [row for row in reversed(audit_entries(database, AuditFilter(), limit=500)) if row.action in actions]


def test_what_fits_is_kept_whole_once_and_written_down_in_its_persons_name(
    database: Database, desk: HearingDesk
) -> None:
    verdict = ReturnedVerdictEvent(
        standing=Standing.CLOSED, record_answer=RecordAnswer.NOT_VALID, canceled=True, words="closed by d.chen"
    )
    one, other = said(verdict=verdict), said(2)
    assert take(database, desk, posted(one, one, other)) == 2
    newest, first = heard(database, 9)
    assert (first.disposition_id, first.agreement_id, first.version, first.member_id, first.member_name) == (
        *(one.disposition_id, "suffolk", 1, NEIGHBOR),
        NAME,
    )
    assert (first.hotlist_id, first.entry_id, first.alert_id, first.number, first.kind) == (
        *("stolen", ENTRY, ALERT, 1),
        "acknowledged",
    )
    assert (first.said_at, first.person, first.standing, first.record_answer, first.is_canceled, first.words) == (
        *(one.at, "d.chen", "closed", "not_valid", True),
        "closed by d.chen",
    )
    assert (newest.number, newest.words) == (2, "confirmed by nobody yet")
    assert offsets(database, [TOPIC]) == {(TOPIC, 2): 43}
    row, again = rows(database, Action.TAKE_DISPOSITION)
    assert (row.actor.name, row.actor.via, row.actor.origin, row.actor.agency_id) == (
        *("d.chen", SignIn.AGREEMENT, f"{NAME}, agreement suffolk"),
        NEIGHBOR,
    )
    assert row.details == {
        **{"agreement": "suffolk", "version": 1, "disposition": str(one.disposition_id), "entry": str(ENTRY)},
        "kind": "acknowledged",
    }
    assert again.details["disposition"] == str(other.disposition_id)
    assert refused(database, 9) == []


def test_what_does_not_is_kept_once_with_the_reason(database: Database, desk: HearingDesk) -> None:
    wrong = said(3, agency_id=OWNER)
    assert take(database, desk, posted(b"nonsense", wrong, None, said(4, entry_id=UUID(int=5)))) == 0
    assert take(database, desk, posted(b"nonsense")) == 0
    found = {one.reason: (one.times, one.body) for one in refused(database, 9)}
    names = f"it names agency {OWNER}, and this is where {NEIGHBOR} says what became of alerts"
    assert found[names] == (1, returned_message(wrong).payload)
    assert [one for one in found.values() if one[1] == b"nonsense"] == [(2, b"nonsense")]
    assert any("has and had no entry" in reason for reason in found)
    assert len(found) == 4
    audited = rows(database, Action.REFUSED)
    assert [row.actor.name for row in audited] == ["not named", "d.chen", "not named", "d.chen"]
    assert audited[1].details == {
        **{"agreement": "suffolk", "version": 1, "refused": "take_disposition", "why_refused": names},
        **{"disposition": str(wrong.disposition_id), "entry": str(ENTRY), "kind": "acknowledged"},
    }
    assert audited[0].details["refused"] == "take_disposition"
    assert rows(database, Action.TAKE_DISPOSITION) == []
    assert offsets(database, [TOPIC]) == {(TOPIC, 2): 41}


def test_what_comes_on_another_member_s_topic_is_no_double_and_of_what_is_too_large_its_beginning_is_kept(
    database: Database, desk: HearingDesk
) -> None:
    one = said()
    assert take(database, desk, posted(one)) == 1
    assert take(database, desk, posted(one.model_copy(update={"by": "m.roe"}))) == 0
    (changed,) = refused(database, 9)
    assert changed.reason == "number 1 of this alert is here and says something else; what was said never changes"
    # The same bytes: somebody else has no word in it, and it is not passed over in silence.
    third = dataclasses.replace(desk, member=desk.gate.standing.agreement.member(THIRD))
    topic = disposition_topic("suffolk", THIRD)
    assert take_dispositions(database, VIRGINIA, third, topic, posted(one), datetime.now(UTC)) == 0
    kept = refused(database, 9)[0]
    assert (kept.member_id, kept.member_name, kept.topic, kept.agreement_id) == (
        *(THIRD, f"{THIRD.title()} of Virginia", topic),
        "suffolk",
    )
    assert kept.reason.startswith(f"it names agency {NEIGHBOR}, and this is where {THIRD} says")
    take(database, desk, posted(b"x" * 64_001))
    assert refused(database, 9)[0].body == b"x" * 64_000


def test_only_so_many_are_taken_and_kept_within_an_hour(
    database: Database, desk: HearingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "MOST_TAKEN", 2)
    monkeypatch.setattr(hearing, "MOST_REFUSED", 2)
    assert take(database, desk, posted(*(said(number) for number in range(1, 6)))) == 2
    assert {one.number for one in heard(database, 9)} == {1, 2}
    too_many = f"{NEIGHBOR} said more than 2 things within an hour"
    assert [(one.reason, one.times) for one in refused(database, 9)] == [(too_many, 1)] * 2
    with database.connection() as connection:
        flood = connection.execute(
            "select terms ->> 'messages', why from disseminations where outcome = 'refused' and item_id is null "
            "and terms ? 'messages'"
        ).fetchall()
    assert flood == [("1", "more than 2 messages within an hour that cannot be taken in")]
    later = datetime.now(UTC) + timedelta(hours=1, minutes=1)
    assert take(database, desk, posted(said(6)), later) == 1


def test_one_that_cannot_be_handled_keeps_nothing_else_out(
    database: Database, desk: HearingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, failing = hearing.refusal, [said(1)]

    def broken(one: ReturnedDispositionEvent, *more: Any) -> str | None:
        if one.number == failing[0].number:
            raise error
        return judge(one, *more)

    error: Exception = LookupError("what nobody expected")
    monkeypatch.setattr(hearing, "refusal", broken)
    assert take(database, desk, posted(failing[0], said(2))) == 1
    assert [one.reason for one in refused(database, 9)] == ["it cannot be handled (LookupError)"]
    assert offsets(database, [TOPIC]) == {(TOPIC, 2): 42}
    error = TransientError("the server is down")
    failing[0] = said(3)
    with pytest.raises(TransientError):
        take(database, desk, posted(failing[0], said(4)))
    assert {one.number for one in heard(database, 9)} == {2}


def alarms(database: Database) -> Iterator[tuple[str, str]]:
    for one in Alarms(database, OWNER, SETTINGS.alarm_topic).standing():
        if one.kind is AlarmKind.ENTRY_TO_WITHDRAW:
            yield one.subject, one.message


def test_an_entry_that_should_not_be_is_an_alarm_until_it_is_withdrawn(database: Database, desk: HearingDesk) -> None:
    now = datetime.now(UTC)
    assert ask_to_withdraw(database, SETTINGS, now) == 0
    verdict = ReturnedVerdictEvent(
        standing=Standing.SEEN, record_answer=RecordAnswer.NOT_VALID, words="ITS AGENCY SAYS THAT IT DOES NOT STAND"
    )
    one = said(kind=DispositionKind.RECORD_CHECK_ANSWERED, verdict=verdict, disposition_id=disposition_id(ALERT, 1))
    assert take(database, desk, posted(one)) == 1
    assert ask_to_withdraw(database, SETTINGS, now) == 1
    ((subject, message),) = alarms(database)
    assert subject == f"stolen {ENTRY}"
    assert message.startswith(f"{NAME} (d.chen, ")
    assert f"says of its alert on entry {ENTRY} of list stolen: ITS AGENCY SAYS THAT IT DOES NOT STAND; if" in message
    assert "VNV4527" not in message
    assert ask_to_withdraw(database, SETTINGS, now) == 1
    HotlistEdits(database).withdraw([ENTRY], by="lee", reason="recovered")
    assert ask_to_withdraw(database, SETTINGS, now) == 0
    assert list(alarms(database)) == []


def test_an_agreement_that_was_ended_shows_nobody_anything(database: Database, desk: HearingDesk) -> None:
    (sight,) = who_sees_what(LEE, database, SETTINGS)
    assert (sight.member.id, sight.grant.shares.value, sight.blocked) == (NEIGHBOR, "hotlists", None)
    end_agreement(KIM, database, "suffolk", "notice of last month")
    assert who_sees_what(LEE, database, SETTINGS) == []
    assert rows(database, Action.VIEW_AGREEMENTS)[-1].results == 0
