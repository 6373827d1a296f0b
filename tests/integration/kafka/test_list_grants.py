"""Hotlists between two installations: two databases, a real broker, and the normal way of a list into force."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kafka.admin import ACL, ACLFilter, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType
from pydantic import SecretStr

from alerts.asking.wire import Sender
from operations.feeds import given
from operations.feeds.agreement import GivenListFeed
from operations.feeds.feed import ACTOR
from operations.feeds.outcome import FeedOutcome
from operations.sharing.deciding import end_agreement, propose_agreement
from pipeline.alerting.relaying import RelayStage
from pipeline.alerting.sharing import SharingStage
from policy.agreements.agreement import Agreement, shared_lists_topic
from schemas.audit import Action
from schemas.events import SharedEntryEvent, SharedListEvent
from schemas.generate import SHARED_LIST_CE_TYPE
from schemas.messages import Message, cloud_event_headers
from schemas.settings import (
    AlertSettings,
    DatabaseSettings,
    PolicySettings,
    Settings,
)
from schemas.types import Category
from services.kafka.client import open_admin
from storage.access import access
from storage.alerts.outbox import pending
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.lists import HotlistStore
from storage.hotlists.versions import HotlistVersions
from storage.leadership import Leadership
from tests.integration.conftest import TEMPLATE, DatabaseServer
from tests.integration.kafka.conftest import Broker, wait_until
from tests.integration.kafka.given_lists import Member, entries, put
from tests.integration.kafka.rights import give, take
from tests.integration.sharing.samples import KIM, LEE, SETTINGS, current, in_force, lists_grant
from tests.integration.storage.samples import sample_entry
from tests.unit.policy.agreements.samples import OWNER

_numbers = itertools.count(1)


@pytest.fixture
def member_database(database_server: DatabaseServer) -> Iterator[Database]:
    """The other agency's database."""
    name = f"member_{next(_numbers)}"
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
def _stages(database: Database, kafka_broker: Broker, topic: str) -> Iterator[None]:
    """The owner's stages, as a run has them."""
    settings = SETTINGS.model_copy(update={"alerts": AlertSettings(topic=topic)})
    kafka = kafka_broker.settings.model_copy(update={"bootstrap_servers": (kafka_broker.server,)})
    stop, leadership = threading.Event(), Leadership(database)
    stages = [
        SharingStage(database, settings, leadership),
        RelayStage(database, settings, lambda: kafka, leadership),
    ]
    threads = [threading.Thread(target=stage.run, args=(stop,)) for stage in stages]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    for thread in threads:
        thread.join()
    leadership.close()


@pytest.fixture
def agreement(database: Database) -> Agreement:
    return in_force(database, current(id=f"lists-{next(_numbers)}", grants=[lists_grant()]))


@pytest.fixture
def member(member_database: Database, tmp_path: Path, kafka_broker: Broker, agreement: Agreement) -> Iterator[Member]:
    with contextlib.closing(Member(member_database, tmp_path / "member", kafka_broker, agreement.id)) as opened:
        yield opened


@pytest.mark.usefixtures("_stages")
def test_a_list_arrives_changes_and_is_withdrawn(database: Database, member: Member) -> None:
    as_of = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    secret = sample_entry(9, "SEX0009", "stolen", category=Category.SEX_OFFENDER, valid_from=None, valid_until=None)
    put(database, [*entries(1, 2, 3), secret], as_of=as_of)
    member.wait_for("AAA0001", "AAA0002", "AAA0003")
    (summary,) = HotlistStore(member.database).lists()
    assert (summary.layout, summary.as_of, summary.entries, summary.rejected) == ("shared", as_of, 3, 0)
    (received,) = [one for one in HotlistStore(member.database).entries_of(member.feed.name, 9) if one.plate[-1] == "1"]
    assert (received.case_number, received.category) == ("26-1", Category.STOLEN_VEHICLE)
    assert received.entry_id != entries(1)[0].entry_id
    said = dict(received.extra)
    assert said["given_by"] == OWNER
    assert said["given_under"] == member.agreement
    # A change.
    put(database, entries(2, 3, 4))
    member.wait_for("AAA0002", "AAA0003", "AAA0004")
    # A withdrawal, and what it takes back comes again.
    HotlistEdits(database).withdraw([entries(4)[0].entry_id], by="lee", reason="recovered")
    member.wait_for("AAA0002", "AAA0003", seconds=10)
    withdrawal = next(one for one in audit_entries(member.database) if one.action == Action.WITHDRAW)
    assert withdrawal.actor.name == ACTOR
    assert "withdrawn by Portsmouth Police" in str(withdrawal.details["reason"])
    HotlistEdits(database).restore([entries(4)[0].entry_id], by="lee", reason="a mistake")
    member.wait_for("AAA0002", "AAA0003", "AAA0004")


@pytest.mark.usefixtures("_stages")
def test_what_a_person_at_the_member_withdrew_stays_so(database: Database, member: Member) -> None:
    put(database, entries(1, 2))
    member.wait_for("AAA0001", "AAA0002")
    ours = [one.entry_id for one in HotlistStore(member.database).entries_of(member.feed.name, 9) if "1" in one.plate]
    HotlistEdits(member.database).withdraw(ours, by="kim", reason="our own vehicle")
    HotlistEdits(database).withdraw([entries(1)[0].entry_id], by="lee", reason="recovered")
    HotlistEdits(database).restore([entries(1)[0].entry_id], by="lee", reason="a mistake")
    put(database, entries(1, 2, 3))
    member.wait_for("AAA0002", "AAA0003")


@pytest.mark.usefixtures("_stages")
def test_a_member_that_comes_anew_gets_the_whole_list(
    database: Database, member: Member, member_database: Database, tmp_path: Path, kafka_broker: Broker
) -> None:
    put(database, entries(1, 2))
    member.wait_for("AAA0001", "AAA0002")
    put(database, entries(2, 3))
    HotlistEdits(database).withdraw([entries(3)[0].entry_id], by="lee", reason="recovered")
    member.wait_for("AAA0002")
    member.wait_for_outcome(FeedOutcome.NOTHING)
    member.close()
    # Another machine with the same database, whose memory is empty.
    with contextlib.closing(Member(member_database, tmp_path / "other", kafka_broker, member.agreement)) as other:
        versions = len(HotlistVersions(member_database).of_list("from-portsmouth"))
        # It knows that what it receives is what is in force.
        other.wait_for_outcome(FeedOutcome.NOTHING)
        assert other.plates() == ["AAA0002"]
        assert len(HotlistVersions(member_database).of_list("from-portsmouth")) == versions
        put(database, entries(2, 4))
        other.wait_for("AAA0002", "AAA0004")


@pytest.mark.usefixtures("_stages")
def test_the_members_own_law_is_asked_again(
    database: Database, member_database: Database, tmp_path: Path, kafka_broker: Broker, agreement: Agreement
) -> None:
    never = PolicySettings(never_purposes=("stolen_plate",))
    put(database, [*entries(1), *entries(2, category=Category.STOLEN_PLATE)])
    made = Member(member_database, tmp_path / "strict", kafka_broker, agreement.id, policy=never)
    with contextlib.closing(made):
        made.wait_for("AAA0001")
        assert isinstance(made._opened, GivenListFeed)
        assert sum(made._opened._given.left_out.values()) == 1


@pytest.mark.usefixtures("_stages")
def test_a_list_that_shrinks_is_held_for_a_person_and_its_withdrawals_count_at_once(
    database: Database, member: Member
) -> None:
    many = entries(*range(60))
    put(database, many)
    member.wait_for(*(one.plate for one in many))
    put(database, many[:5])
    held = member.wait_for_outcome(FeedOutcome.HELD)
    assert "shrinks from 60 to 5" in held.message
    assert len(member.plates()) == 60
    HotlistEdits(database).withdraw([many[0].entry_id], by="lee", reason="recovered")
    wait_until(lambda: (member.run(), "AAA0000" not in member.plates())[1])
    assert len(member.plates()) == 59


@pytest.mark.usefixtures("_stages")
def test_a_narrower_agreement_narrows_the_list_without_a_person(database: Database, member: Member) -> None:
    plates = [
        sample_entry(n, f"PLT{n:04d}", "stolen", category=Category.STOLEN_PLATE, valid_from=None, valid_until=None)
        for n in range(100, 103)
    ]
    many = entries(*range(60))
    put(database, [*many, *plates])
    member.wait_for(*(one.plate for one in [*many, *plates]))
    narrower = current(id=member.agreement, grants=[lists_grant(categories=["stolen_plate"])])
    assert not propose_agreement(LEE, database, SETTINGS, narrower).is_pending
    member.wait_for(*(one.plate for one in plates), seconds=15)
    newest = HotlistVersions(member.database).of_list(member.feed.name)[0]
    assert "version 2" in str(newest.reason)


@pytest.mark.usefixtures("_stages")
def test_the_end_of_the_agreement_takes_the_list_out_of_force(database: Database, member: Member) -> None:
    put(database, entries(1, 2))
    member.wait_for("AAA0001", "AAA0002")
    end_agreement(KIM, database, member.agreement, "notice of last month")
    ended = member.wait_for_outcome(FeedOutcome.ENDED)
    assert "was ended at" in ended.message
    assert HotlistStore(member.database).lists() == []
    removal = next(one for one in audit_entries(member.database) if one.action == Action.REMOVE)
    assert "was ended at" in str(removal.details["reason"])
    # Its versions are kept, and it stays out of force.
    assert HotlistVersions(member.database).of_list(member.feed.name)
    assert member.run().outcome is FeedOutcome.NOTHING
    put(database, entries(1, 2, 3))
    wait_until(lambda: pending(database) == 0)
    member.run()
    assert HotlistStore(member.database).lists() == []


@pytest.mark.usefixtures("_stages")
def test_who_may_not_read_any_more_does_not_use_the_list_any_more(
    database: Database, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(given, "PATIENCE_SECONDS", 1.0)
    put(database, entries(1))
    member.wait_for("AAA0001")
    pattern = ResourcePattern(ResourceType.TOPIC, shared_lists_topic(member.agreement))
    denied = [
        ACL("User:platewatch", "*", operation, ACLPermissionType.DENY, pattern)
        for operation in (ACLOperation.READ, ACLOperation.DESCRIBE)
    ]
    admin = open_admin(member.broker.settings, [member.broker.server])
    try:
        give(admin, denied)
    finally:
        admin.close()
    assert "does not let us read it any more" in member.wait_for_outcome(FeedOutcome.ENDED).message
    assert HotlistStore(member.database).lists() == []
    # Once it may read again it has the list again, without waiting for the next snapshot.
    admin = open_admin(member.broker.settings, [member.broker.server])
    try:
        take(admin, ACLFilter("User:platewatch", "*", ACLOperation.ANY, ACLPermissionType.DENY, pattern))
    finally:
        admin.close()
    member.wait_for("AAA0001")


def forged(member: Member, edition: int, plate: str, **more: Any) -> SharedListEvent:
    (entry,) = entries(77)
    shared = SharedEntryEvent(entry_id=entry.entry_id, plate=plate, category=entry.category)
    values: dict[str, Any] = {
        "message_id": entry.entry_id,
        "agreement_id": member.agreement,
        "agreement_version": 1,
        "agency_id": OWNER,
        "hotlist_id": "stolen",
        "layout": "csv",
        "kind": "snapshot",
        "edition": edition,
        "total": 1,
        "published_at": datetime.now(UTC),
        "entries": (shared,),
    }
    return SharedListEvent.model_validate(values | more)


def send(member: Member, event: SharedListEvent, *, source: str = OWNER, agreement: str | None = None) -> None:
    headers = cloud_event_headers(
        event.message_id, kind=SHARED_LIST_CE_TYPE, agency_id=source, moment=event.published_at
    )
    terms = (
        ("ce_agreement", agreement or member.agreement),
        ("ce_agreementversion", "1"),
        ("ce_agreementpurposes", "stolen_vehicle,stolen_plate"),
        ("ce_agreementkeepdays", "30"),
    )
    sender = Sender(member.broker.settings, [member.broker.server])
    try:
        message = Message(event.message_id, "stolen", event.model_dump_json().encode(), (*headers, *terms))
        sender.send(shared_lists_topic(member.agreement), message)
        broken = dataclasses.replace(message, payload=b'{"kind": "snapshot"}')
        sender.send(shared_lists_topic(member.agreement), broken)
    finally:
        sender.close()


@pytest.mark.usefixtures("_stages")
def test_what_others_write_and_what_is_old_changes_nothing(
    database: Database, member: Member, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    put(database, entries(1, 2))
    member.wait_for("AAA0001", "AAA0002")
    later = int(datetime.now(UTC).timestamp() * 1_000_000)
    send(member, forged(member, later, "FORGED1"), source="chesapeake-pd")
    send(member, forged(member, later, "FORGED2", agency_id="chesapeake-pd"))
    send(member, forged(member, later, "FORGED3"), agreement="another")
    send(member, forged(member, later, "FORGED4", agreement_version=2))
    send(member, forged(member, later + 10**12, "FUTURE1"))
    send(member, forged(member, 5, "REPLAY1"))
    send(member, forged(member, later, "REPLAY2", kind="change", base=5))
    send(member, forged(member, later, "GAP0001", part=3))
    send(member, forged(member, later - 10**10, "", kind="end", entries=(), total=None, reason="not so"))
    put(database, entries(1, 2, 3))
    member.wait_for("AAA0001", "AAA0002", "AAA0003")
    assert caplog.text.count("is not taken in for list") >= 18
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("operations"))
    for reason in (
        "it comes from chesapeake-pd, portsmouth-pd",
        "it names agreement another",
        "its headers name another version",
        "a time that is yet to come",
        "it is of edition 5, and edition",
        "it changes edition 5, and edition",
        "whose parts before are missing",
        "it is no part of a hotlist (message_id: field required",
    ):
        assert reason in said
    assert "FORGED" not in caplog.text


@pytest.mark.usefixtures("_stages")
def test_an_entry_that_cannot_be_used_is_a_reject_and_costs_no_other(database: Database, member: Member) -> None:
    put(database, [*entries(1, 2), *entries(3)])
    member.wait_for("AAA0001", "AAA0002", "AAA0003")
    odd = sample_entry(4, "A", "stolen", valid_from=None, valid_until=None)
    put(database, [*entries(1, 2, 3), odd])
    wait_until(lambda: (member.run(), HotlistStore(member.database).lists()[0].rejected == 1)[1])
    version = HotlistStore(member.database).lists()[0].version_id
    (reject,) = HotlistStore(member.database).rejects(version)
    assert "1 characters" in reject.reason


def test_a_long_list_takes_little_memory_at_either_end(
    database: Database, member: Member, request: pytest.FixtureRequest
) -> None:
    put(database, entries(0))
    with database.transaction() as connection:
        # As a long list's import leaves them.
        connection.execute(
            "insert into hotlist_entries (entry_id, since_version, hotlist_id, digest, plate, category, extra) "
            "select md5(number::text)::uuid, active_version, hotlist_id, md5(number::text)::uuid, "
            "'B' || lpad(number::text, 6, '0'), 'stolen_vehicle', '[]' "
            "from hotlists, generate_series(1, 39999) as number where hotlist_id = 'stolen'"
        )
    before = resident()
    request.getfixturevalue("_stages")
    # The highest from now on.
    Path("/proc/self/clear_refs").write_text("5")
    wait_until(lambda: member.run().outcome is FeedOutcome.IMPORTED, 200)
    assert HotlistStore(member.database).lists()[0].entries == 40_000
    assert resident("VmHWM") - before < 100_000


def resident(what: str = "VmRSS") -> int:
    """This process's memory in kilobytes."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(what)).split()[1])
