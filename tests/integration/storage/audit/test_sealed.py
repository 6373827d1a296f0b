"""The chain as it is stored: whole documents, their order part by part, and months that are closed and dropped."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from services.signing import SigningKey, SigningKeys
from storage.audit import sealed, sealing
from storage.audit.chain import GENESIS, digest_of, link_of, moment_text
from storage.audit.sealed import checkpoints, last_checkpoint, one_moment, seals, segments, waiting, without_seal
from storage.audit.sealing import SealedPart, drop_over, holds_checkpoint, seal_rows
from storage.audit.writer import write_audit
from storage.database import Database

LEE = Actor("lee", SignIn.LOCAL_USER, "desk", "local")
NOVEMBER = datetime(2026, 11, 30, 23, 59, 59, 999999, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return SigningKeys(tmp_path).current()


def write(database: Database, rows: int) -> None:
    for number in range(rows):
        write_audit(database, AuditRecord(LEE, Action.SEARCH, {"pattern": f"QXZ{number}"}, "theft", "26-1"), number)


def seal(database: Database, key: SigningKey, now: datetime = NOVEMBER, ended: datetime = LONG_AGO) -> SealedPart:
    return seal_rows(database, key, "here", now, may_have_ended=ended)


def test_rows_are_sealed_part_by_part_and_read_as_one_chain(
    database: Database, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(sealed, "AT_ONCE", 2)
    write(database, 5)
    parts = [seal(database, key) for _ in range(4)]
    assert [(part.rows, part.is_more) for part in parts] == [(2, True), (2, True), (1, False), (0, False)]
    assert parts[3].head is None
    with one_moment(database) as connection:
        chain, signed = list(seals(connection)), list(checkpoints(connection))
        assert last_checkpoint(connection) == signed[-1]
        assert (waiting(connection), without_seal(connection, 9), segments(connection)) == (0, [], [])
    assert [one.position for one in chain] == [1, 2, 3, 4, 5]
    link = GENESIS
    for seal_of_row in chain:
        assert seal_of_row.line is not None
        assert json.loads(seal_of_row.line)["results"] == seal_of_row.position - 1
        assert (seal_of_row.segment, seal_of_row.digest) == ("2026-11", digest_of(seal_of_row.line))
        link = link_of(link, seal_of_row.digest, seal_of_row.happened_at)
        assert seal_of_row.link == link
    for number, (part, checkpoint) in enumerate(zip(parts, signed, strict=False), start=1):
        position = min(2 * number, 5)
        assert part.head == json.loads(checkpoint.document)
        assert part.head == {
            "format": "platewatch audit checkpoint 1",
            "installation": "here",
            "number": number,
            "segment": "2026-11",
            "position": position,
            "link": chain[position - 1].link.hex(),
            "sealed_at": "2026-11-30T23:59:59.999999Z",
            "is_complete": number == 3,
            "ended_before": None,
        }
        assert (checkpoint.number, checkpoint.segment, checkpoint.position) == (number, "2026-11", position)
        assert key.public.verifies(checkpoint.signature, checkpoint.document.encode())
        assert (checkpoint.key_id, holds_checkpoint(database, {"document": checkpoint.document})) == (key.key_id, True)
    assert len(signed) == 3
    assert not holds_checkpoint(database, {"document": signed[0].document.replace("2026-11", "2026-10")})


def documents(database: Database) -> list[dict[str, Any]]:
    with one_moment(database) as connection:
        found = segments(connection)
    assert [json.loads(one.document)["segment"] for one in found] == [one.segment for one in found]
    return [json.loads(one.document) for one in found]


def test_a_month_is_closed_with_the_first_rows_of_the_next_also_one_without_any(
    database: Database, key: SigningKey
) -> None:
    write(database, 3)
    seal(database, key)
    write(database, 2)
    seal(database, key)
    assert seal(database, key).head is None
    assert documents(database) == []
    # Without a row: the month has begun.
    begun = seal(database, key, DECEMBER)
    assert begun.rows == 0
    assert begun.head is not None
    assert (begun.head["number"], begun.head["segment"], begun.head["position"]) == (3, "2026-12", 5)
    # A clock that is set back opens none again.
    write(database, 1)
    back = seal(database, key, NOVEMBER).head
    assert back is not None
    assert (back["segment"], back["position"]) == ("2026-12", 6)
    seal(database, key, DECEMBER + timedelta(days=31))
    seal(database, key, DECEMBER + timedelta(days=62))
    with one_moment(database) as connection:
        links = [one.link.hex() for one in seals(connection)]
    with database.as_owner() as connection:  # a row that is written again lies behind the others
        connection.execute("alter table audit_segments disable trigger user")
        connection.execute("update audit_segments set key_id = key_id where segment = '2026-11'")
    same = {"format": "platewatch audit segment 1", "installation": "here"}
    assert documents(database) == [
        same
        | {"segment": "2026-11", "first": 1, "last": 5, "rows": 5, "head": GENESIS.hex(), "tail": links[4]}
        | {"first_checkpoint": 1, "last_checkpoint": 2},
        same
        | {"segment": "2026-12", "first": 6, "last": 6, "rows": 1, "head": links[4], "tail": links[5]}
        | {"first_checkpoint": 3, "last_checkpoint": 4},
        same
        | {"segment": "2027-01", "first": 7, "last": 6, "rows": 0, "head": links[5], "tail": links[5]}
        | {"first_checkpoint": 5, "last_checkpoint": 5},
    ]


def test_that_rows_have_ended_is_believed_up_to_what_the_law_says(database: Database, key: SigningKey) -> None:
    moment = datetime(2024, 5, 1, tzinfo=UTC)

    def ended(at: datetime | None, may: datetime) -> str | None:
        with database.as_owner() as connection:
            connection.execute("update audit_retention set ended_before = %s", [at])
        write(database, 1)
        head = seal(database, key, ended=may).head
        assert head is not None
        return str(head["ended_before"]) if head["ended_before"] else None

    tick = timedelta(microseconds=1)
    assert ended(None, moment) is None
    assert ended(moment, moment - tick) is None
    assert ended(moment, moment) == moment_text(moment)
    assert ended(moment + tick, moment) == moment_text(moment)
    assert ended(moment - tick, moment) == moment_text(moment)
    assert ended(moment + tick, moment + tick) == moment_text(moment + tick)
    # That more has ended is signed though no row waits.
    with database.as_owner() as connection:
        connection.execute("update audit_retention set ended_before = %s", [moment + 2 * tick])
    found = seal(database, key, ended=moment + 2 * tick)
    assert (found.rows, found.head and found.head["ended_before"]) == (0, moment_text(moment + 2 * tick))


def test_rows_that_ended_before_they_were_sealed_are_forgotten(database: Database, key: SigningKey) -> None:
    write(database, 3)
    with database.as_owner() as connection:
        connection.execute("delete from audit where results = 1")
        assert waiting(connection) == 3
    assert seal(database, key).rows == 2
    with one_moment(database) as connection:
        assert waiting(connection) == 0
        assert [json.loads(one.line or b"{}")["results"] for one in seals(connection)] == [0, 2]
    with database.as_owner() as connection:
        connection.execute("alter table audit disable trigger user")
    write(database, 3)
    with one_moment(database) as connection:
        unsealed = without_seal(connection, 10)
        assert (len(unsealed), without_seal(connection, 2)) == (3, sorted(unsealed)[:2])


def test_closed_months_are_dropped_once_all_their_rows_are_over(database: Database, key: SigningKey) -> None:
    write(database, 4)
    seal(database, key)
    seal(database, key, DECEMBER)
    with one_moment(database) as connection:
        (closed,) = segments(connection)
        last = list(seals(connection))[-1]
        heads = [{"document": one.document} for one in checkpoints(connection)]
    over = last.happened_at + timedelta(microseconds=1)
    with database.as_owner() as connection:
        connection.execute("update audit_retention set keep = '-1 days'")
        connection.execute("delete from audit where audit_id <> %s", [last.audit_id])
    assert drop_over(database, key, over, "the law", DECEMBER) == []  # a row is still there
    with database.as_owner() as connection:
        connection.execute("delete from audit")
    assert drop_over(database, key, last.happened_at, "the law", DECEMBER) == []
    assert drop_over(database, key, over, "the law", DECEMBER) == ["2026-11"]
    assert drop_over(database, key, over, "the law", DECEMBER) == []
    with one_moment(database) as connection:
        (found,) = segments(connection)
        assert list(seals(connection)) == []
        assert [one.number for one in checkpoints(connection)] == [2]
    assert (found.document, found.signature) == (closed.document, closed.signature)
    assert found.purge_document is not None
    assert found.purge_signature is not None
    assert key.public.verifies(found.purge_signature, found.purge_document.encode())
    assert json.loads(found.purge_document) == {
        "format": "platewatch audit segment purged 1",
        "installation": "here",
        "segment": "2026-11",
        "rows": 4,
        "tail": last.link.hex(),
        "before": moment_text(over),
        "purged_at": moment_text(DECEMBER),
        "reason": "the law",
    }
    # What was signed as the end in that month counts as known; what nobody signed does not.
    assert [holds_checkpoint(database, head) for head in heads] == [True, True]
    assert not holds_checkpoint(database, {"document": '{"number": 3}'})


@pytest.mark.parametrize(
    "document",
    [
        *("junk", "[]", '{"number": 2, "segment": "2026-11", "position": 4, "link": "00"}'),
        f'{{"number": 2, "segment": 7, "position": 4, "link": "{"0" * 64}"}}',
    ],
)
def test_where_somebody_put_something_else_in_place_of_the_end_the_chain_goes_on_from_its_seals(
    database: Database, key: SigningKey, document: str
) -> None:
    def overwrite(document: str) -> None:
        with database.as_owner() as connection:
            for table in ("audit_checkpoints", "audit_seals"):
                connection.execute(f"alter table {table} disable trigger user".encode())
            connection.execute("update audit_seals set audit_id = audit_id where position = 1")
            connection.execute("update audit_checkpoints set document = %s where number = 2", [document])

    for _ in range(2):
        write(database, 2)
        seal(database, key)
    with one_moment(database) as connection:
        last = list(seals(connection))[-1]
    overwrite(document)
    write(database, 1)
    head = seal(database, key).head
    assert head is not None
    with one_moment(database) as connection:
        (*_, new) = seals(connection)
        assert last_checkpoint(connection) == list(checkpoints(connection))[-1]
    assert (head["number"], head["position"], head["segment"]) == (3, 5, "2026-11")
    assert new.link == link_of(last.link, new.digest, new.happened_at)
    assert head["link"] == new.link.hex()
