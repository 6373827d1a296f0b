"""Whoever changes what somebody else is changing waits until that is committed; afterwards it is done all the same."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo

from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.errors import TransientError
from storage import statements
from storage.alerts.deliveries import routing
from storage.alerts.dispositions import lock_alert
from storage.alerts.numbering import number_alerts
from storage.alerts.storms import end_storm
from storage.alerts.unit_of_work import Ledger
from storage.audit.writer import write_unless_repeated
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.versions import HotlistVersions
from storage.preserving.preservations import KeptReads, keep_reads, lock_preservation
from storage.retention import forget_unread_plates
from storage.sharing.agreements import AgreementStore
from storage.sharing.deliveries import Deliveries, withhold_all
from storage.sharing.foreign import ForeignDispositions, Whose
from storage.sharing.list_offers import GivenList, ListOffers
from storage.sharing.questions import is_known
from storage.sharing.read_offers import ReadOffers
from storage.sql import load_queries
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import START, activate, sample_entry, sample_id, sample_read, sample_record

BY = AuditRecord(Actor("lee", SignIn.LOCAL_USER, "desk", "local"), Action.RELEASE_HELD)
MEMBER = Whose("suffolk", 1, {"id": "suffolk-pd", "name": "Suffolk", "ori": "VA0000001"}, "platewatch.said.suffolk")
READ = dataclasses.replace(sample_read(1, "ABC1234"), revision=1, is_final=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one holds (a statement of a file, with its parameters), and what another one does meanwhile."""

    file: str
    held: str
    act: Callable[[Database], object]
    values: dict[str, Any] = field(default_factory=dict)


def _within(database: Database, act: Callable[[Any], object]) -> None:
    with database.transaction() as connection:
        act(connection)


def _route(database: Database) -> None:
    with routing(database) as asked:
        asked.unrouted(10)


def _offer(database: Database) -> None:
    with Deliveries.begin(database) as offered:
        offered.progress()


def _decide(database: Database) -> None:
    with AgreementStore(database).deciding("suffolk", begin=True):
        pass


def _lock_plates(database: Database) -> None:
    with Ledger(database).begin() as unit:
        unit.lock_plates({"ABC1234"})


def _hear(database: Database) -> None:
    _within(database, lambda connection: ForeignDispositions(connection, MEMBER))


def _give(database: Database) -> None:
    with ListOffers.begin(database) as offers:
        offers.states()


def _withhold_lists(database: Database) -> None:
    with ListOffers.begin(database) as offers:
        offers.withhold_stale("ended")


TURNS = {
    "an action that is written once": Turn(
        "audit/audit", "lock_action", lambda on: write_unless_repeated(on, BY, "about"), {"action": BY.action.value}
    ),
    "alerts' numbers": Turn("alerts/numbering", "lock", number_alerts),
    "one plate's alerts": Turn("alerts/writer", "lock_plates", _lock_plates, {"plates": ["ZZZ1", "ABC1234"]}),
    "a read's revisions": Turn(
        "reads/revisions",
        "lock_reads",
        lambda on: Records(on).write([ReadRecord(READ)]),
        {"read_ids": [sample_id("read", 7), READ.read_id]},
    ),
    "asking rules": Turn("alerts/deliveries", "routed_number", _route),
    "what is said of an alert": Turn(
        "alerts/dispositions",
        "lock",
        lambda on: _within(on, lambda connection: lock_alert(connection, sample_id("alert", 0))),
        {"alert_id": sample_id("alert", 0)},
    ),
    "a storm that ends": Turn(
        "alerts/storms",
        "standing",
        lambda on: end_storm(on, 1, by="lee", release=True, audit=BY),
        {"camera": "gate", "entry": "none"},
    ),
    "adding to a list": Turn(
        "hotlists/new_version",
        "lock_list",
        lambda on: HotlistEdits(on).add("ours", [sample_entry(5, hotlist_id="ours")], by="lee", reason="BOLO"),
        {"hotlist_id": "ours"},
    ),
    "withdrawing": Turn(
        "hotlists/edits",
        "lock_withdrawals",
        lambda on: HotlistEdits(on).withdraw([sample_id("ncic", 1)], by="lee", reason="recovered"),
    ),
    "a withdrawal's version": Turn(
        "hotlists/new_version",
        "lock_list",
        lambda on: HotlistEdits(on).withdraw([sample_id("ncic", 2)], by="lee", reason="recovered"),
        {"hotlist_id": "ncic"},
    ),
    "lifting a withdrawal": Turn(
        "hotlists/new_version",
        "lock_list",
        lambda on: HotlistEdits(on).restore([sample_id("ncic", 3)], by="lee", reason="mistake"),
        {"hotlist_id": "ncic"},
    ),
    "going back": Turn(
        "hotlists/new_version",
        "lock_list",
        lambda on: HotlistVersions(on).rollback("ncic", made_by="lee", reason="broken file"),
        {"hotlist_id": "ncic"},
    ),
    "removing a list": Turn(
        "hotlists/new_version", "lock_list", lambda on: HotlistVersions(on).remove("ncic"), {"hotlist_id": "ncic"}
    ),
    "an agreement": Turn("sharing/agreements", "lock", _decide, {"agreement_id": "suffolk"}),
    "offering alerts to neighbors": Turn("sharing/deliveries", "lock_progress", _offer),
    "lists that do not go any more": Turn("sharing/list_offers", "stale_lists", _withhold_lists),
    "withholding what waits": Turn(
        "sharing/deliveries",
        "unsent_of",
        lambda on: _within(on, lambda connection: withhold_all(connection, "suffolk", "ended")),
        {"agreement_id": "suffolk"},
    ),
    "a question": Turn(
        "sharing/questions",
        "lock",
        lambda on: _within(on, lambda connection: is_known(connection, sample_id("query", 1))),
        {"query_id": sample_id("query", 1)},
    ),
    "what a member says": Turn("sharing/foreign", "lock", _hear, {"topic": MEMBER.topic}),
    "how far lists were given": Turn("sharing/list_offers", "states", _give),
    "a request to preserve": Turn(
        "preserving/preservations",
        "lock",
        lambda on: _within(on, lambda connection: lock_preservation(connection, 1)),
        {"preservation_id": 1},
    ),
    "forgetting plates": Turn("retention", "lock_plates", forget_unread_plates),
}


def _prepared(database: Database) -> None:
    """Make the rows that are held."""
    Records(database).write([sample_record(0), sample_record(2)])
    for numbers in ((1, 2, 3, 4), (1, 2, 3)):
        activate(database, [sample_entry(number) for number in numbers])
    HotlistEdits(database).add("ours", [sample_entry(1, hotlist_id="ours")], by="lee", reason="BOLO")
    HotlistEdits(database).withdraw([sample_id("ncic", 3)], by="lee", reason="recovered")
    _decide(database)
    storm = {"kind": "camera", "subject": "gate", "expected": 1.0, "most": 2}
    statements.execute(database, load_queries("alerts/storms")["begin"], storm)
    request = {
        "asked_by": "DA",
        "form": "letter",
        "case_number": "26-1",
        "reason": "trial",
        "law": "",
        "entered_by": "lee",
    }
    with database.transaction() as connection:
        keep_reads(connection, request | {"until_at": datetime(2030, 1, 1, tzinfo=UTC)}, KeptReads(["VNV4527"]))
    with database.as_owner() as connection:
        connection.execute("update alerts set alert_number = null where alert_id = %s", (sample_id("alert", 2),))
        release = '{"kind": "alert", "version": 1, "members": [], "terms": {}}'
        connection.execute(
            "insert into outbox (alert_id, topic, key, headers, payload, agreement_id, release)"
            " values (%s, 'shared', 'ABC1234', '[]', '', 'suffolk', %s)",
            (sample_id("alert", 9), release),
        )
        connection.execute(
            "insert into outbox (alert_id, topic, key, headers, payload, agreement_id, release)"
            " values (%s, 'lists', 'stolen', '[]', '', 'suffolk', %s)",
            (sample_id("list", 1), release.replace("alert", "list")),
        )
    with ListOffers.begin(database) as offers:
        offers.put(GivenList("suffolk", "stolen", 1, "scope", 1, 1, 0, START, START))


@pytest.fixture
def impatient(database: Database, database_url: str) -> Iterator[Database]:
    """The same database for somebody who gives up waiting at once."""
    with contextlib.closing(Database(make_conninfo(database_url, options="-c lock_timeout=50"), "here")) as opened:
        opened.open()
        yield opened


def test_who_comes_second_waits(database: Database, impatient: Database) -> None:
    _prepared(database)
    went_past = []
    for name, turn in TURNS.items():
        with contextlib.suppress(_Undone), database.transaction() as connection:
            connection.execute(load_queries("sharing/standing", turn.file)[turn.held], turn.values)
            try:
                turn.act(impatient)
                went_past.append(name)
            except TransientError as error:
                assert "lock timeout" in str(error), name  # noqa: PT017 - for each of many
            raise _Undone
        turn.act(database)
    assert went_past == []


class _Undone(Exception):
    pass


def test_what_somebody_has_in_hand_is_left_to_them_and_the_rest_goes_on(
    database: Database, impatient: Database
) -> None:
    """Messages that are settled anew while the relay marks some as sent, and reads that two offer at once."""
    _prepared(database)
    reads = [sample_read(number) for number in range(20, 23)]
    Records(database).write([ReadRecord(read) for read in reads])
    with database.connection() as connection:
        for read in reads:
            connection.execute(
                "insert into read_offers (read_id, captured_at) values (%s, %s)", (read.read_id, read.captured_at)
            )
        connection.execute(
            "insert into outbox (alert_id, topic, key, headers, payload, agreement_id, release) "
            "select gen_random_uuid(), topic, 'second', headers, payload, agreement_id, release "
            "from outbox where topic = 'shared'"
        )
    with Deliveries.begin(database) as one, Deliveries.begin(impatient) as other:
        (first,) = one.stale(1)
        (second,) = other.stale(9)
        assert first.outbox_id < second.outbox_id
        with pytest.raises(TransientError):
            statements.execute(
                impatient, b"update outbox set sent_at = now() where outbox_id = %(id)s", {"id": first.outbox_id}
            )
    with ReadOffers.begin(database) as one, ReadOffers.begin(impatient) as other:
        assert [read.read_id for read in one.take(1)] == [reads[0].read_id]
        assert [read.read_id for read in other.take(9)] == [read.read_id for read in reads[1:]]
