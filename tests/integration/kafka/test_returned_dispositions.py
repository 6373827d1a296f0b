"""What becomes of alerts on given entries goes back to their owner: two databases and a real broker."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from alerts.asking.wire import Sender
from alerts.returning.messages import returned_message
from cli.main import app
from operations.hotlists.withdrawing import WantedEntries, withdraw_entries
from operations.life.change import Sayer
from operations.life.deciding import Look, close_alert, confirm_alert, reject_alert
from operations.sharing import hearing, returning
from operations.sharing.deciding import end_agreement
from operations.sharing.said import view_heard
from pipeline.alerting.hearing import HearingStage
from pipeline.alerting.relaying import RelayStage
from pipeline.alerting.returning import ReturningStage
from pipeline.alerting.sharing import SharingStage
from pipeline.stages.stage import SteppedStage
from policy.agreements.agreement import Agreement, disposition_topic
from schemas.actor import Actor, SignIn
from schemas.audit import Action
from schemas.events import AlarmKind, Alert, ReturnedDispositionEvent, ReturnedVerdictEvent
from schemas.messages import Message
from schemas.settings import AlertSettings, DatabaseSettings, PolicySettings, Settings
from schemas.types import AlertOutcome, DispositionKind, Rejection, Standing
from storage.access import access
from storage.alerts.alarms import Alarms, StoredAlarm
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.lists import HotlistStore
from storage.leadership import Leadership
from storage.sharing.disseminations import Dissemination, DisseminationFilter, disseminations
from storage.sharing.foreign import ForeignDisposition, RefusedDisposition, heard, refused
from tests.integration.conftest import TEMPLATE, DatabaseServer
from tests.integration.kafka.conftest import Broker, wait_until
from tests.integration.kafka.given_lists import Member, entries, put
from tests.integration.operations.life.alerts import raised
from tests.integration.sharing.samples import KIM, LEE, SETTINGS, current, in_force, lists_grant, returned
from tests.integration.storage.samples import sample_entry
from tests.unit.policy.agreements.samples import NEIGHBOR, OWNER, THIRD

SECONDS = 60.0
_numbers = itertools.count(1)
CHEN = Sayer(Actor("d.chen", SignIn.LOCAL_USER, "car-3, /dev/pts/4", NEIGHBOR))


@dataclasses.dataclass
class Between:
    """An owner and a member that it gives a list to, each with the stages of a run."""

    owner: Database
    member: Member
    broker: Broker
    agreement: Agreement
    settings: Settings

    @property
    def topic(self) -> str:
        return disposition_topic(self.agreement.id, NEIGHBOR)

    def alert(self, number: int = 1, plate: str = "AAA0001") -> Alert:
        """An alert of the member's on an entry that was given to it."""
        (entry,) = [
            one
            for one in HotlistStore(self.member.database).entries_of(self.member.feed.name, 99)
            if one.plate == plate
        ]
        return raised(self.member.database, number, plate, entry=entry)

    def heard(self) -> list[ForeignDisposition]:
        return heard(self.owner, 1000)

    def refused(self) -> list[RefusedDisposition]:
        return refused(self.owner, 1000)

    def alarms(self) -> list[StoredAlarm]:
        found = Alarms(self.owner, OWNER, self.settings.alarm_topic).standing()
        return [one for one in found if one.kind is AlarmKind.ENTRY_TO_WITHDRAW]

    def log(self, database: Database) -> list[Dissemination]:
        found = disseminations(database, DisseminationFilter(), 1000)
        return [one for one in found if one.kind == "disposition"]

    def send(self, *messages: Message) -> None:
        """Write on the member's topic, as whoever holds its login could."""
        sender = Sender(self.broker.settings, [self.broker.server])
        try:
            for message in messages:
                sender.send(self.topic, message)
        finally:
            sender.close()

    def said(self, number: int = 1, **more: Any) -> ReturnedDispositionEvent:
        """A disposition of the member's, as its Platewatch makes it, of an alert that nobody else knows."""
        values = {"agreement_id": self.agreement.id, "entry_id": entries(1)[0].entry_id, "number": number}
        return returned(**(values | more))


@contextlib.contextmanager
def running(database: Database, *make: Callable[[Leadership], SteppedStage]) -> Iterator[None]:
    stop = threading.Event()
    with contextlib.closing(Leadership(database)) as leadership:
        threads = [threading.Thread(target=one(leadership).run, args=(stop,)) for one in make]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()


@pytest.fixture
def member_database(database_server: DatabaseServer) -> Iterator[Database]:
    name = f"returning_{next(_numbers)}"
    database_server.create(name, TEMPLATE)
    try:
        url = DatabaseSettings(url=SecretStr(database_server.application_url(name)))
        with access(Settings(database=url)) as ways:
            opened = Database(ways.application, ways.where, owner_connection_string=database_server.owner_url(name))
            with contextlib.closing(opened):
                opened.open()
                yield opened
    finally:
        database_server.drop(name)


@pytest.fixture
def between(
    database: Database, member_database: Database, kafka_broker: Broker, topic: str, tmp_path: Path
) -> Iterator[Between]:
    agreement = in_force(database, current(id=f"back-{next(_numbers)}", grants=[lists_grant()]))
    put(database, entries(1, 2))
    settings = SETTINGS.model_copy(update={"alerts": AlertSettings(topic=topic)})
    kafka = kafka_broker.settings.model_copy(update={"bootstrap_servers": (kafka_broker.server,)})
    with (
        contextlib.closing(Member(member_database, tmp_path / "member", kafka_broker, agreement.id)) as member,
        running(
            database,
            lambda one: SharingStage(database, settings, one),
            lambda one: RelayStage(database, settings, lambda: kafka, one),
            lambda one: HearingStage(database, settings, lambda: kafka, one),
        ),
    ):
        member.wait_for("AAA0001", "AAA0002", seconds=SECONDS)
        yield Between(database, member, kafka_broker, agreement, settings)


def returning_of(between: Between, **changes: Any) -> Any:
    settings = between.member.settings.model_copy(update=changes)
    return running(between.member.database, lambda one: ReturningStage(between.member.database, settings, one))


def test_the_owner_learns_who_confirmed_it_and_is_asked_to_withdraw_what_was_recovered(between: Between) -> None:
    alert = between.alert()
    with returning_of(between):
        confirm_alert(CHEN, between.member.database, alert.alert_id, Look("AAA0001", state="VA"))
        wait_until(lambda: len(between.heard()) == 1, SECONDS)
        assert between.alarms() == []
        close_alert(CHEN, between.member.database, alert.alert_id, AlertOutcome.RECOVERED)
        wait_until(lambda: len(between.heard()) == 2, SECONDS)
        wait_until(between.alarms, SECONDS)
    last, first = between.heard()
    assert (first.member_id, first.person, first.standing, first.number) == (NEIGHBOR, "d.chen", "confirmed", 1)
    assert first.words.startswith("confirmed by d.chen")
    assert (last.standing, last.outcome, last.entry_id) == ("closed", "recovered", entries(1)[0].entry_id)
    # Neither the plate nor the place, and nothing but ids, words and who said them.
    (alarm,) = between.alarms()
    assert alarm.subject == f"stolen {last.entry_id}"
    assert "d.chen" in alarm.message
    assert "recovered" in alarm.message
    assert "AAA0001" not in alarm.message
    # Both sides have it in writing.
    given = between.log(between.member.database)
    assert [(row.outcome, row.plate, row.members[0]["id"]) for row in given] == [("given", "AAA0001", OWNER)] * 2
    assert [row.outcome for row in between.log(between.owner)] == ["received"] * 2
    taken = [row for row in audit_entries(between.owner) if row.action == Action.TAKE_DISPOSITION]
    assert [(row.actor.name, row.actor.agency_id) for row in taken] == [("d.chen", NEIGHBOR)] * 2
    # It is seen beside the entry, and once that is withdrawn nobody is asked any more.
    withdraw_entries(LEE, between.owner, between.settings, WantedEntries(hotlist_id="stolen"), [last.entry_id], "back")
    wait_until(lambda: not between.alarms(), SECONDS)
    assert len(view_heard(LEE, between.owner, 9, entry_id=last.entry_id).dispositions) == 2


def test_a_stale_entry_raises_a_notice_that_ends_when_the_member_says_otherwise(between: Between) -> None:
    alert = between.alert(2, "AAA0002")
    with returning_of(between):
        reject_alert(CHEN, between.member.database, alert.alert_id, Rejection.STALE_ENTRY)
        wait_until(between.alarms, SECONDS)
        reject_alert(CHEN, between.member.database, alert.alert_id, Rejection.NOT_LOCATED, supersedes=1)
        wait_until(lambda: not between.alarms(), SECONDS)
    assert [(one.number, one.rejection) for one in between.heard()] == [(2, "not_located"), (1, "stale_entry")]


def test_what_is_forged_replayed_or_about_others_entries_is_refused_with_the_reason(between: Between) -> None:
    secret = sample_entry(9, "SEX0009", "private", valid_from=None, valid_until=None)
    put(between.owner, [*entries(1, 2)])
    fine = between.said()
    later = between.said(2, alert_id=fine.alert_id, kind=DispositionKind.OUTCOME, outcome=AlertOutcome.ARREST)
    wrong = {
        "names agency": between.said(agency_id=THIRD),
        "names agreement": between.said(agreement_id="another"),
        "names version 7": between.said(agreement_version=7),
        "its id is not that of this alert": between.said().model_copy(update={"disposition_id": uuid4()}),
        "does not say who said it, by name": between.said(by="4711 -"),
        "which is yet to come": between.said(at=datetime.now(UTC) + timedelta(hours=2)),
        "days ago": between.said(at=datetime.now(UTC) - timedelta(days=90)),
        "was never given under": between.said(hotlist_id="private", entry_id=secret.entry_id),
        "has and had no entry": between.said(entry_id=uuid4()),
        "does not say why": between.said(kind=DispositionKind.REJECTED),
        "says something else": later.model_copy(update={"outcome": AlertOutcome.RECOVERED}),
    }
    nonsense = [Message(uuid4(), "x", body, ()) for body in (b"\xff{no", b"{}", b"[" * 70_000, b"null", b"\x00")]
    between.send(
        *(returned_message(one) for one in (fine, later, fine, later)),
        *nonsense,
        *(returned_message(one) for one in wrong.values()),
    )
    wait_until(lambda: len(between.refused()) == len(wrong) + len(nonsense), SECONDS)
    # The same again is the same, and refused ones are kept once.
    between.send(*(returned_message(one) for one in (fine, *wrong.values())))
    wait_until(lambda: sum(one.times for one in between.refused()) == 2 * len(wrong) + len(nonsense), SECONDS)
    assert [one.number for one in between.heard()] == [2, 1]
    reasons = [one.reason for one in between.refused()]
    for expected in wrong:
        assert [reason for reason in reasons if expected in reason], (expected, reasons)
    assert sum("it is no disposition" in reason or "bytes" in reason for reason in reasons) == len(nonsense)
    assert all(len(one.body) <= 64_000 for one in between.refused())
    assert {one.member_id for one in between.refused()} == {NEIGHBOR}
    assert between.alarms() == []


def test_another_member_cannot_speak_of_this_ones_alert(
    between: Between, database: Database, kafka_broker: Broker
) -> None:
    fine = between.said()
    between.send(returned_message(fine))
    wait_until(lambda: len(between.heard()) == 1, SECONDS)
    other = in_force(database, current(id=f"{between.agreement.id}-b", grants=[lists_grant(to=[THIRD])]))
    forged = fine.model_copy(update={"agreement_id": other.id, "agency_id": THIRD, "by": "somebody"})
    theirs = dataclasses.replace(between, agreement=other)
    # The list has to be given there, or that is the reason.
    wait_until(lambda: any(row.agreement_id == other.id for row in disseminations(database, DisseminationFilter(), 99)))
    sender = Sender(kafka_broker.settings, [kafka_broker.server])
    try:
        topic = disposition_topic(theirs.agreement.id, THIRD)
        sender.send(topic, returned_message(forged))
    finally:
        sender.close()
    wait_until(between.refused, SECONDS)
    assert [one.reason for one in between.refused()] == ["it is about an alert of another agency"]
    assert len(between.heard()) == 1


def test_the_end_of_the_agreement_stops_it_on_both_sides(between: Between) -> None:
    alert = between.alert()
    end_agreement(KIM, between.owner, between.agreement.id, "notice of last month")
    between.send(returned_message(between.said()))
    wait_until(between.refused, SECONDS)
    assert "was ended at" in between.refused()[0].reason
    wait_until(lambda: (between.member.run(), HotlistStore(between.member.database).lists() == [])[1], SECONDS)
    with returning_of(between):
        reject_alert(CHEN, between.member.database, alert.alert_id, Rejection.STALE_ENTRY)
        wait_until(lambda: between.log(between.member.database), SECONDS)
    (row,) = between.log(between.member.database)
    assert (row.outcome, row.why) == ("withheld", "the agreement gives list from-portsmouth no more")
    assert between.heard() == []


def test_our_own_law_and_decision_are_asked_before_anything_leaves(between: Between) -> None:
    (neighbor,) = between.member.settings.sharing.neighbors
    silent = neighbor.model_copy(update={"dispositions": False})
    sharing = between.member.settings.sharing
    never = PolicySettings(never_purposes=("stolen_vehicle",))
    cases: list[tuple[dict[str, Any], str]] = [
        ({"sharing": sharing.model_copy(update={"neighbors": ()})}, "no neighbor portsmouth-pd with agreement"),
        ({"sharing": sharing.model_copy(update={"neighbors": (silent,)})}, "it is told nothing"),
        ({"policy": never}, "purpose stolen_vehicle is forbidden"),
        (
            {"sharing": sharing.model_copy(update={"neighbors": (neighbor.model_copy(update={"kind": "private"}),)})},
            "the law does not let it be told",
        ),
    ]
    for number, (changes, expected) in enumerate(cases):
        alert = between.alert(number)
        reject_alert(CHEN, between.member.database, alert.alert_id, Rejection.NOT_LOCATED)
        with returning_of(between, **changes):
            wait_until(lambda: len(between.log(between.member.database)) == number + 1, SECONDS)  # noqa: B023
        row = between.log(between.member.database)[0]
        assert row.outcome == "withheld"
        assert expected in row.why
    assert between.heard() == []
    # What we said of entries of our own goes to nobody.
    own = raised(between.member.database, 20)
    reject_alert(CHEN, between.member.database, own.alert_id, Rejection.NOT_LOCATED)
    with between.member.database.connection() as connection:
        waiting = connection.execute("select from returned_dispositions where settled_at is null").fetchall()
    assert waiting == []


def test_a_broker_that_is_away_delays_and_loses_nothing(between: Between, monkeypatch: pytest.MonkeyPatch) -> None:
    alert = between.alert()
    (neighbor,) = between.member.settings.sharing.neighbors
    away = neighbor.model_copy(
        update={"kafka": neighbor.kafka.model_copy(update={"bootstrap_servers": ("127.0.0.1:9",)})}
    )
    sharing = between.member.settings.sharing.model_copy(update={"neighbors": (away,)})
    for reason in (Rejection.STALE_ENTRY, Rejection.NOT_LOCATED):
        number = 1 if reason is Rejection.NOT_LOCATED else None
        reject_alert(CHEN, between.member.database, alert.alert_id, reason, supersedes=number)
    settings = between.member.settings.model_copy(update={"sharing": sharing})
    stage = ReturningStage(between.member.database, settings, Leadership(between.member.database))
    with contextlib.closing(_Ending(stage)), pytest.raises(returning.TransientError, match="Portsmouth Police: kafka"):
        stage.step(threading.Event())
    assert between.log(between.member.database) == []
    with returning_of(between):
        wait_until(lambda: len(between.heard()) == 2, SECONDS)
    # After days of that it is given up, which the log says.
    monkeypatch.setattr(returning, "PATIENCE", timedelta(seconds=-1))
    reject_alert(CHEN, between.member.database, alert.alert_id, Rejection.MISREAD, supersedes=2)
    with contextlib.closing(_Ending(stage)):
        stage.step(threading.Event())
    newest = between.log(between.member.database)[0]
    assert newest.outcome == "withheld"
    assert "not sent for" in newest.why


class _Ending:
    def __init__(self, stage: SteppedStage) -> None:
        self.close = stage.end


def test_a_flood_is_counted_and_hides_nothing_that_is_kept(between: Between, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "MOST_REFUSED", 3)
    monkeypatch.setattr(hearing, "MOST_TAKEN", 2)
    between.send(*(Message(uuid4(), "x", b"junk %d" % number, ()) for number in range(10)))
    wait_until(lambda: sum(row.terms.get("messages", 1) for row in between.log(between.owner)) == 10, SECONDS)
    assert len(between.refused()) == 3
    between.send(*(returned_message(between.said()) for _ in range(4)))
    wait_until(lambda: sum(row.terms.get("messages", 1) for row in between.log(between.owner)) == 14, SECONDS)
    assert len(between.heard()) == 2


def test_what_comes_again_and_again_is_written_down_once(between: Between) -> None:
    between.send(*(Message(uuid4(), "x", b"junk", ()) for _ in range(20)), Message(uuid4(), "x", b"other", ()))
    wait_until(lambda: len(between.refused()) == 2, SECONDS)
    assert sorted(row.times for row in between.refused()) == [1, 20]
    assert len([row for row in between.log(between.owner) if row.outcome == "refused"]) == 2


def test_the_commands_show_it(between: Between, tmp_path: Path, database: Database, database_url: str) -> None:
    entry = entries(1)[0]
    confirmed = ReturnedVerdictEvent(standing=Standing.CONFIRMED, confirmed=True, words="confirmed by d.chen")
    between.send(
        returned_message(between.said(kind=DispositionKind.CONFIRMED, verdict=confirmed, by="d.chen [bold]")),
        Message(uuid4(), "x", b"junk", ()),
    )
    wait_until(lambda: between.heard() and between.refused(), SECONDS)
    own = raised(database, 3, entry=HotlistStore(database).active_entries([entry.entry_id])[entry.entry_id])
    config = tmp_path / "owner.toml"
    config.write_text(f'agency_id = "{OWNER}"\ndata_dir = "data"\n[database]\nurl = "{database_url}"\n')

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, [*arguments, "--config", str(config)], env={"PLATEWATCH_DATA_DIR": None})
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    assert '"by":"d.chen [bold]"' in run("agreements", "heard", "--json").replace(": ", ":")
    assert "d.chen" in run("agreements", "heard", between.agreement.id, "--entry", str(entry.entry_id))
    assert "it is no disposition" in run("agreements", "heard", "--refused", "--json")
    shown = run("hotlist", "show", "stolen")
    assert "AAA0001: Suffolk-Pd of Virginia: confirmed by d.chen (d.chen [bold], " in shown
    assert '"said_elsewhere":[{' in run("hotlist", "show", "stolen", "--json").replace(": ", ":")
    assert "the same entry elsewhere: Suffolk-Pd" in run("alerts", "show", str(own.alert_id), "--leave-new")
    HotlistEdits(database).withdraw([entry.entry_id], by="lee", reason="recovered")
