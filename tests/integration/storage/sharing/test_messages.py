"""Messages to other agencies in the outbox: taken while their agreement stands as it did, and what of them is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from schemas.events import Alert
from schemas.messages import Message
from storage.database import Database
from storage.sharing.deliveries import (
    Deliveries,
    SharedMessage,
    StaleMessage,
    find_alert,
    withhold,
    withhold_all,
)
from storage.sharing.list_offers import ListOffers
from storage.sharing.read_offers import ReadOffers, SharedRead
from tests.integration.alerts.records import ReadRecord, Records, outbox_of
from tests.integration.kafka.outbox_samples import raise_alerts
from tests.integration.storage.samples import activate, sample_read
from tests.integration.storage.sharing.rows import (
    HOUR,
    MEMBERS,
    NOW,
    TERMS,
    Waiting,
    agree,
    log,
    outbox,
    put,
    release,
)

KINDS = ("alert", "list", "read")


def standing_and_not(database: Database, kind: str) -> tuple[list[Waiting], list[Waiting]]:
    """Messages whose agreement stands as it did, and for each way in which one does not, one."""
    agree(database, "stands", version=2)
    agree(database, "ended", ended=-HOUR / 2)
    agree(database, "over", ends=-HOUR / 2)
    agree(database, "not-yet", starts=HOUR / 2)
    fine = [put(database, "first", "stands", release(kind, version=2))]
    gone = [
        put(database, "ended", "ended", release(kind)),
        put(database, "over", "over", release(kind)),
        put(database, "not-yet", "not-yet", release(kind)),
        put(database, "an older version", "stands", release(kind)),
        put(database, "a newer version", "stands", release(kind, version=3)),
        put(database, "an attestation is over", "stands", release(kind, version=2, until=(NOW - HOUR / 2).isoformat())),
    ]
    fine.append(put(database, "last", "stands", release(kind, version=2)))
    put(database, "sent", "ended", release(kind), sent=True)
    return fine, gone


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_stands_is_taken_and_an_agency_s_own_always(database: Database, kind: str) -> None:
    own = put(database, "own", None, None)
    fine, _ = standing_and_not(database, kind)
    with outbox_of(database) as messages:
        assert [row.key for row in messages.take(99)] == [own.name, *(one.name for one in fine)]
        assert [row.key for row in messages.take(99, under_way=[own.outbox_id])] == [one.name for one in fine]
        assert [row.key for row in messages.take(2, under_way=[own.outbox_id, 99])] == [one.name for one in fine]
        assert [row.key for row in messages.take(2)] == ["own", "first"]
        first = messages.take(2)[1]
    assert (first.captured_at, first.keep_days, first.payload) == (NOW - HOUR, 7.0, b"first")


def test_what_does_not_stand_is_found_each_kind_by_who_decides_about_it_anew(database: Database) -> None:
    _, alerts = standing_and_not(database, "alert")
    lists = [put(database, f"list of {one.name}", "ended", release("list")) for one in alerts[:2]]
    put(database, "a list that stands", "stands", release("list", version=2))
    for agreement in ("stands", "ended"):
        put(database, "a list that was sent", agreement, release("list", version=2), sent=True)
    read = put(database, "read", "over", release("read", read_id=str(uuid4())))
    put(database, "own", None, None)
    with Deliveries.begin(database) as offered:
        assert [one.outbox_id for one in offered.stale(99)] == [one.outbox_id for one in alerts]
        assert [one.outbox_id for one in offered.stale(2)] == [one.outbox_id for one in alerts[:2]]
        found = offered.stale(1)[0]
        assert (found.agreement_id, found.alert_id, found.payload) == ("ended", None, None)
    with ListOffers.begin(database) as offers:
        assert offers.waiting() == 3
        assert offers.withhold_stale("it was ended") == 2
        assert offers.waiting() == 1
    assert log(database) == [("withheld", "list", "ended", 1, MEMBERS, None, None, TERMS, "it was ended", 2)]
    assert [name for name, payload, _ in outbox(database) if not payload] == [one.name for one in lists]
    with ReadOffers.begin(database) as reads:
        assert reads.waiting() == 1
        assert reads.offer_again() == 1
        assert reads.waiting() == 0
    assert read.name not in [name for name, _, _ in outbox(database)]


def test_reads_that_wait_under_other_terms_are_offered_once_more(database: Database) -> None:
    read, other = uuid4(), uuid4()

    def of(one: UUID) -> dict[str, object]:
        return release("read", version=2, read_id=str(one))

    standing_and_not(database, "alert")
    # One read that two agreements had, and one that one had.
    put(database, "a", "ended", of(read))
    put(database, "b", "over", of(read))
    put(database, "c", "over", of(other))
    put(database, "d", "stands", of(uuid4()))
    put(database, "e", "over", of(uuid4()), sent=True)
    with ReadOffers.begin(database) as reads:
        assert reads.offer_again() == 2
        assert reads.waiting() == 1
    with database.connection() as connection:
        rows = connection.execute("select read_id, captured_at from read_offers").fetchall()
    assert sorted(rows) == sorted([(read, NOW - HOUR), (other, NOW - HOUR)])
    with ReadOffers.begin(database) as reads:
        assert reads.offer_again() == 0
        assert reads.take(10) == []  # both have ended meanwhile
        assert reads.forget() == 0


def test_reads_are_taken_in_the_order_in_which_they_were_offered_and_none_that_was_revised_since(
    database: Database,
) -> None:
    reads = [sample_read(number) for number in range(4)]
    Records(database).write([ReadRecord(read) for read in reads])
    with database.connection() as connection:
        for number, later in ((2, 0), (0, 0), (1, 1), (3, 0), (1, 0)):
            connection.execute(
                "insert into read_offers (read_id, captured_at) values (%s, %s)",
                (reads[number].read_id, reads[number].captured_at + HOUR * later),
            )
        connection.execute("update read_offers set read_id = read_id where read_id = %s", (reads[2].read_id,))

    def taken(limit: int) -> list[UUID]:
        with ReadOffers.begin(database) as offers:
            return [read.read_id for read in offers.take(limit)]

    assert taken(2) == [reads[2].read_id, reads[0].read_id]
    assert taken(9) == [reads[3].read_id, reads[1].read_id]
    assert taken(9) == []
    with database.connection() as connection:
        connection.execute("insert into read_offers (read_id, captured_at) select read_id, captured_at from reads")
    with ReadOffers.begin(database) as offers:
        assert (offers.forget(), offers.forget()) == (4, 0)


def test_what_went_out_is_written_down_whole_and_what_need_not_be_kept_is_gone(database: Database) -> None:
    agree(database, "stands")
    agree(database, "other", version=3)
    own = put(database, "own", None, None)
    alert = put(database, "alert", "stands", release())
    began = put(database, "first part", "stands", release("list", is_first=True, results=40))
    part = put(database, "second part", "stands", release("list", is_first=False, results=40))
    ids = [uuid4() for _ in range(4)]
    moments = [NOW - HOUR * hours for hours in (2, 5, 3, 4)]
    reads = [
        put(
            database,
            f"read {number}",
            "other" if number == 3 else "stands",
            release(
                "read",
                read_id=str(ids[number]),
                revision=number,
                captured_at=moments[number].isoformat(),
                version=3 if number == 3 else 1,
            ),
        )
        for number in range(4)
    ]
    left = put(database, "not sent", "stands", release())
    marked = [one.outbox_id for one in (own, alert, began, part, *reads)]
    with outbox_of(database) as messages:
        messages.mark_sent(marked)
        messages.mark_sent(marked)  # the answer was lost
    assert outbox(database) == [("own", b"", True), ("alert", b"", True), ("not sent", b"not sent", False)]
    why = "category stolen_vehicle"
    rows = sorted(log(database), key=lambda row: (row[1], row[2]))
    assert rows[:2] == [
        ("given", "alert", "stands", 1, MEMBERS, alert.item_id, "alert", TERMS, why, None),
        ("given", "list", "stands", 1, MEMBERS, began.item_id, None, TERMS, why, 40),
    ]

    def span(begin: datetime, end: datetime) -> dict[str, object]:
        return TERMS | {"from": begin.isoformat(), "until": end.isoformat()}

    assert rows[2:] == [
        ("given", "reads", "other", 3, MEMBERS, None, None, span(moments[3], moments[3]), why, 1),
        ("given", "reads", "stands", 1, MEMBERS, None, None, span(moments[1], moments[0]), why, 3),
    ]
    with database.connection() as connection:
        named = connection.execute(
            "select read_id, given.agreement_id, given.revision, captured_at, log.agreement_id, log.results "
            "from shared_reads as given inner join disseminations as log using (dissemination_id) order by revision"
        ).fetchall()
    assert named == [
        (ids[0], "stands", 0, moments[0], "stands", 3),
        (ids[1], "stands", 1, moments[1], "stands", 3),
        (ids[2], "stands", 2, moments[2], "stands", 3),
        (ids[3], "other", 3, moments[3], "other", 1),
    ]
    assert left.outbox_id not in marked


def test_what_is_withheld_is_closed_and_written_down_and_nothing_else(database: Database) -> None:
    agree(database, "stands")
    agree(database, "other", version=3)
    alert = put(database, "alert", "stands", release())
    lists = [put(database, f"part {count}", "stands", release("list", count=count)) for count in (30, 12)]
    reads = [put(database, f"read {number}", "stands", release("read")) for number in range(3)]
    elsewhere = put(database, "elsewhere", "other", release("read", version=3))
    sent = put(database, "sent", "stands", release(), sent=True)
    left = put(database, "left", "stands", release())
    wanted = [one.outbox_id for one in (alert, *lists, *reads, elsewhere, sent)]
    with database.transaction() as connection:
        withhold(connection, wanted, "the agreement was ended")
        withhold(connection, wanted, "once more")
    why = "the agreement was ended"
    assert sorted(log(database), key=lambda row: (row[1], row[2])) == [
        ("withheld", "alert", "stands", 1, MEMBERS, alert.item_id, "alert", TERMS, why, None),
        ("withheld", "list", "stands", 1, MEMBERS, None, None, TERMS, why, 42),
        ("withheld", "reads", "other", 3, MEMBERS, None, None, TERMS, why, 1),
        ("withheld", "reads", "stands", 1, MEMBERS, None, None, TERMS, why, 3),
    ]
    assert [(name, closed) for name, payload, closed in outbox(database) if payload] == [
        ("sent", True),
        ("left", False),
    ]
    with Deliveries.begin(database) as offered:
        # What takes an alert back goes where it went, or is about to go, and not where it was withheld.
        assert offered.was_released(alert.item_id) == set()
        assert offered.was_released(left.item_id) == offered.was_released(sent.item_id) == {"stands"}
    with database.transaction() as connection:
        assert withhold_all(connection, "other", why) == 0
        assert withhold_all(connection, "stands", why) == 1
    assert log(database)[-1][5] == left.item_id


def test_alerts_are_offered_in_their_order_each_with_the_layout_of_its_list_as_it_is_now(database: Database) -> None:
    for name, layout in (("ncic", "csv"), ("ncic", "vigilant"), ("other", "flock")):
        activate(database, [], hotlist_id=name, layout=layout)
    with Deliveries.begin(database) as offered:
        assert (offered.progress(), offered.newest(), offered.after(0, 10)) == (0, 0, [])
    alerts = raise_alerts(database, "own", ["AAA111", "BBB222", "CCC333"])
    with database.connection() as connection:
        connection.execute(
            "update alerts set payload = jsonb_set(payload, '{hotlist,hotlist_id}', '\"gone\"') where alert_id = %s",
            (alerts[2].alert_id,),
        )
    with Deliveries.begin(database) as offered:
        found = offered.after(0, 10)
        assert [(one.alert_id, one.layout) for one in found] == [
            (alerts[0].alert_id, "vigilant"),
            (alerts[1].alert_id, "vigilant"),
            (alerts[2].alert_id, None),  # the list is not there any more: nobody knows what it was
        ]
        assert [Alert.model_validate(one.payload) for one in found[:2]] == alerts[:2]
        numbers = [one.alert_number or 0 for one in found]
        assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
        assert offered.after(numbers[0], 10) == found[1:]
        assert offered.after(numbers[0], 1) == found[1:2]
        assert offered.newest() == numbers[2]
        offered.advance(numbers[1])
    with Deliveries.begin(database) as offered:
        assert offered.progress() == numbers[1]
    assert [find_alert(database, one.alert_id) for one in alerts] == found
    assert find_alert(database, uuid4()) is None


def test_a_message_is_put_there_once_and_exchanged_for_what_may_go_now(database: Database) -> None:
    activate(database, [], hotlist_id="ncic", layout="vigilant")
    (alert,) = raise_alerts(database, "own", ["AAA111"])
    agree(database, "stands")

    def shared(item_id: UUID, word: str) -> SharedMessage:
        message = Message(item_id, f"{word} key", word.encode(), (("said", word),))
        return SharedMessage(message, "shared", "stands", release(version=len(word)))

    def rows() -> list[tuple[object, ...]]:
        with database.connection() as connection:
            return connection.execute(
                "select alert_id, topic, key, headers, payload, agreement_id, release, sent_at from outbox "
                "where agreement_id is not null order by outbox_id"
            ).fetchall()

    def row(item_id: UUID, word: str, key: str) -> tuple[object, ...]:
        return (item_id, "shared", key, [["said", word]], word.encode(), "stands", release(version=len(word)), None)

    other = uuid4()
    with Deliveries.begin(database) as offered:
        offered.send([])
        assert not offered.has_written
        offered.send([shared(alert.alert_id, "first"), shared(other, "second")])
        assert offered.has_written
        offered.send([shared(alert.alert_id, "again and again")])
    kept = row(other, "second", "second key")
    assert rows() == [row(alert.alert_id, "first", "first key"), kept]
    with Deliveries.begin(database) as offered:
        stale = offered.stale(9)
        waiting = find_alert(database, alert.alert_id)
        assert waiting is not None
        assert stale == [
            StaleMessage(
                stale[0].outbox_id, "stands", waiting.alert_number, alert.alert_id, waiting.payload, "vigilant"
            ),
            StaleMessage(stale[1].outbox_id, "stands", None, None, None, None),  # its alert has ended
        ]
        offered.renew(stale[0].outbox_id, shared(alert.alert_id, "x"))
        assert offered.has_written
    assert rows() == [row(alert.alert_id, "x", "first key"), kept]
    with Deliveries.begin(database) as offered:
        assert [one.outbox_id for one in offered.stale(9)] == [stale[1].outbox_id]
        assert offered.was_released(alert.alert_id) == {"stands"}  # not the agency's own
        assert offered.was_released(uuid4()) == set()
        offered.withhold([], "nothing")
        offered.withhold([stale[0].outbox_id], "it was ended")
        assert offered.was_released(alert.alert_id) == set()


def test_a_read_s_revision_is_given_to_an_agreement_once(database: Database) -> None:
    agree(database, "stands")
    agree(database, "other")
    read = uuid4()
    with database.connection() as connection:
        connection.execute(
            "insert into shared_reads (read_id, agreement_id, revision, captured_at, dissemination_id) "
            "values (%s, 'stands', 1, now(), 1)",
            (read,),
        )

    def shared(number: int, agreement: str, revision: int, one: UUID = read) -> SharedRead:
        message = Message(UUID(int=number), f"{agreement} {revision}", b"read", (("a", "b"),))
        return SharedRead(message, f"topic of {agreement}", agreement, release("read"), one, revision, NOW - HOUR)

    with ReadOffers.begin(database) as reads:
        offered = [
            shared(1, "stands", 1),
            shared(2, "stands", 2),
            shared(3, "other", 1),
            shared(4, "stands", 1, uuid4()),
        ]
        reads.send(offered)
        reads.send(offered[1:2])
    assert [name for name, _, _ in outbox(database)] == ["stands 2", "other 1", "stands 1"]
    with outbox_of(database) as messages:
        row = messages.take(1)[0]
    assert (row.topic, row.headers, row.payload) == ("topic of stands", (("a", "b"),), b"read")
    assert row.captured_at is not None
    assert abs(row.captured_at - (NOW - HOUR)) < timedelta(seconds=1)
