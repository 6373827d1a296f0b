"""What an older copy of the database is told when it comes back: all that ended or went out, and nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from schemas.errors import InvalidInput
from storage.backup import journal as module
from storage.backup.journal import (
    DisabledPerson,
    EndedAgreement,
    Journal,
    Known,
    KnownCar,
    Withdrawn,
    apply_ends,
    known_ends,
    read_journal,
    write_journal,
)
from storage.database import Connection, Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.versions import HotlistVersions
from tests.integration.storage.samples import activate, sample_entry, sample_id

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SEARCH = (
    "insert into saved_searches (name, asked, purpose, case_number, case_key, saved_by, ends_at)"
    " values ('x', '{}', 'theft', '26-7', '26 7', 'lee', '2030-01-01')"
)
OFFER = "insert into read_offers (read_id, captured_at) values (gen_random_uuid(), now())"


@pytest.fixture
def restored(database: Database, owner_url: str) -> Iterator[Database]:
    """The database as a restore has it open: as the tables' owner."""
    with contextlib.closing(Database(owner_url, "here")) as opened:
        opened.open()
        yield opened


def _message(on: Connection, number: int, sent_at: datetime | None, agreement: str | None = None) -> None:
    on.execute(
        "insert into outbox (outbox_id, alert_id, topic, key, headers, payload, sent_at, agreement_id, release)"
        " overriding system value values (%s, gen_random_uuid(), 't', 'k', '[]', 'text', %s, %s, %s)",
        [
            *(number, sent_at, agreement),
            agreement and '{"kind": "alert", "version": 1, "members": [], "terms": {}}',
        ],
    )


def _delivery(on: Connection, number: int, state: str) -> None:
    on.execute(
        "insert into deliveries (delivery_id, delivery_number, rule, unit, channel, with_plate, alert_id, first_alert,"
        " planned_at, due_at, state, settled_at) overriding system value values (gen_random_uuid(), %s, 'r', '', 'log',"
        " false, gen_random_uuid(), gen_random_uuid(), now(), now(), %s, %s)",
        [number, state, None if state == "waiting" else NOON],
    )


def _car(on: Connection, name: str, token_at: datetime, revoked_at: datetime | None = None) -> None:
    on.execute(
        "insert into cars (car_id, name, camera_ids, token_sha256, added_by, token_at, revoked_at, revoked_by)"
        " values (%s, '', %s, sha256('old'), 'lee', %s, %s, %s)",
        [name, [f"{name}-front"], token_at, revoked_at, revoked_at and "ann"],
    )


def _person(on: Connection, name: str, disabled_at: datetime | None = None) -> None:
    on.execute(
        "insert into people (name, agency_id, roles, added_by, disabled_at, disabled_by, disabled_reason)"
        " values (%s, 'local', '{officer}', 'root', %s, %s, %s)",
        [name, disabled_at, disabled_at and "ann", disabled_at and "left"],
    )


def _agreement(on: Connection, name: str, ended_at: datetime | None = None) -> None:
    on.execute(
        "insert into agreements (agreement_id, ended_at, ended_by, end_reason) values (%s, %s, %s, %s)",
        [name, ended_at, ended_at and "ann", ended_at and "over"],
    )


def rows(database: Database, statement: str) -> list[Any]:
    with database.connection() as on:
        return [row[0] if len(row) == 1 else row for row in on.execute(statement.encode())]


def test_the_journal_has_all_that_has_ended_or_gone_out(database: Database) -> None:
    assert known_ends(database) == Known(saved_searches=())
    for name in ("ncic", "zone", "alpha"):
        activate(database, [sample_entry(number, hotlist_id=name) for number in (1, 2)], hotlist_id=name)
    for number in (2, 1):
        HotlistEdits(database).withdraw([sample_id("ncic", number)], by="lee", reason=f"recovered {number}")
    for name in ("zone", "alpha"):
        HotlistVersions(database).remove(name)
    with database.as_owner() as on:
        for name, ended in (("suffolk", NOON), ("norfolk", None), ("gotham", NOON + HOUR)):
            _agreement(on, name, ended)
        for name, ended in (("lee", NOON), ("kim", None), ("ann", NOON + HOUR)):
            _person(on, name, ended)
        for name, revoked in (("unit-7", None), ("unit-1", NOON + HOUR)):
            _car(on, name, NOON, revoked)
        for number, sent in ((7, None), (3, None), (5, NOON), (9, NOON)):
            _message(on, number, sent)
        for number, state in ((4, "waiting"), (2, "waiting"), (3, "sent"), (6, "dead")):
            _delivery(on, number, state)
        for _ in range(2):
            on.execute(SEARCH.encode())
            on.execute(OFFER.encode())
        for number in (1, 2):
            on.execute(
                "insert into alerts (alert_id, hit_id, captured_at, tier, payload, alert_number)"
                " values (gen_random_uuid(), gen_random_uuid(), now(), 'exact', '{\"type\": \"alert\"}', %s)",
                [number * 10],
            )
        on.execute("update sharing_progress set alert_number = 17")
        on.execute("update alert_routing set routed_number = 18")
    digests = dict(rows(database, "select entry_id, digest from hotlist_withdrawals"))
    times = dict(rows(database, "select entry_id, withdrawn_at from hotlist_withdrawals"))
    entries = [sample_id("ncic", number) for number in (2, 1)]
    expected = Known(
        withdrawn=tuple(
            Withdrawn(
                entry_id=entry,
                hotlist_id="ncic",
                digest=digests[entry],
                withdrawn_at=times[entry],
                withdrawn_by="lee",
                reason=f"recovered {number}",
            )
            for entry, number in zip(entries, (2, 1), strict=True)
        ),
        removed_lists=("alpha", "zone"),
        ended_agreements=(
            EndedAgreement(agreement_id="gotham", ended_at=NOON + HOUR, ended_by="ann", reason="over"),
            EndedAgreement(agreement_id="suffolk", ended_at=NOON, ended_by="ann", reason="over"),
        ),
        disabled_people=(
            DisabledPerson(name="lee", disabled_at=NOON, disabled_by="ann", reason="left"),
            DisabledPerson(name="ann", disabled_at=NOON + HOUR, disabled_by="ann", reason="left"),
        ),
        cars=(
            KnownCar(car_id="unit-1", token_at=NOON, revoked_at=NOON + HOUR, revoked_by="ann"),
            KnownCar(car_id="unit-7", token_at=NOON),
        ),
        saved_searches=(1, 2),
        alert_number=20,
        outbox_id=9,
        outbox_waiting=(3, 7),
        shared_number=17,
        routed_number=18,
        offers_waiting=(1, 2),
        delivery_number=6,
        deliveries_waiting=(2, 4),
    )
    assert known_ends(database) == expected


def told(**known: Any) -> Journal:
    return Journal(agency_id="local", written_at=NOON, reads_before=NOON, known=Known(**known))


def test_people_cars_and_agreements_stay_ended_and_what_the_copy_knows_stays(
    database: Database, restored: Database
) -> None:
    with database.as_owner() as on:
        for name, ended in (("suffolk", None), ("norfolk", None), ("gotham", NOON - HOUR)):
            _agreement(on, name, ended)
        for number, agreement in ((1, "suffolk"), (2, "norfolk"), (3, "gotham")):
            _message(on, number, None, agreement)
        for name, ended in (("lee", None), ("kim", None), ("ann", NOON - HOUR)):
            _person(on, name, ended)
        for name, token_at, revoked in (
            *(("same", NOON, None), ("newer", NOON, None), ("older", NOON + HOUR, None)),
            *(("revoked", NOON, None), ("was", NOON, NOON - HOUR), ("other", NOON, None)),
        ):
            _car(on, name, token_at, revoked)
    done = apply_ends(
        restored,
        told(
            outbox_waiting=(1, 2, 3),
            outbox_id=3,
            ended_agreements=[
                EndedAgreement(agreement_id=name, ended_at=NOON, ended_by="lee", reason="ended since")
                for name in ("suffolk", "gotham", "none")
            ],
            disabled_people=[
                DisabledPerson(name=name, disabled_at=NOON, disabled_by="root", reason="gone")
                for name in ("lee", "ann", "nobody")
            ],
            cars=[
                KnownCar(car_id="same", token_at=NOON),
                KnownCar(car_id="newer", token_at=NOON + HOUR),
                KnownCar(car_id="older", token_at=NOON),
                KnownCar(car_id="revoked", token_at=NOON, revoked_at=NOON, revoked_by="lee"),
                KnownCar(car_id="was", token_at=NOON, revoked_at=NOON, revoked_by="lee"),
            ],
        ),
    )
    assert (done["agreements ended"], done["people disabled"], done["cars refused"]) == (1, 1, 2)
    assert rows(database, "select agreement_id, ended_at, ended_by, end_reason from agreements order by 1") == [
        ("gotham", NOON - HOUR, "ann", "over"),
        ("norfolk", None, None, None),
        ("suffolk", NOON, "lee", "ended since"),
    ]
    # What waits for them is withheld, and said to be; what waits for the other stays.
    assert rows(database, "select outbox_id from outbox where sent_at is null order by 1") == [2]
    assert rows(database, "select agreement_id, why from disseminations order by 1") == [
        (name, "the agreement was ended before a backup was restored") for name in ("gotham", "suffolk")
    ]
    assert rows(database, "select name, disabled_at, disabled_by, disabled_reason from people order by name") == [
        ("ann", NOON - HOUR, "ann", "left"),
        ("kim", None, None, None),
        ("lee", NOON, "root", "gone"),
    ]
    cars = "select car_id, token_sha256 = sha256('old'), revoked_at, revoked_by from cars order by car_id"
    assert rows(database, cars) == [
        ("newer", False, None, None),
        ("older", True, None, None),
        ("other", True, None, None),
        ("revoked", True, NOON, "lee"),
        ("same", True, None, None),
        ("was", True, NOON - HOUR, "ann"),
    ]


def test_lists_and_entries_stay_out_of_force(database: Database, restored: Database) -> None:
    for name in ("ncic", "zone"):
        activate(database, [sample_entry(number, hotlist_id=name) for number in (1, 2, 3)], hotlist_id=name)
    HotlistEdits(database).withdraw([sample_id("ncic", 1)], by="kim", reason="here")
    since = [
        Withdrawn(
            entry_id=sample_id("ncic", number),
            hotlist_id="ncic",
            digest=UUID(int=number),
            withdrawn_at=NOON,
            withdrawn_by="lee",
            reason="since",
        )
        for number in (1, 2)
    ]
    done = apply_ends(restored, told(withdrawn=since, removed_lists=("zone", "none")))
    assert (done["entries withdrawn"], done["lists removed"]) == (1, 1)
    ids = {sample_id("ncic", number): number for number in (1, 2)}
    found = rows(
        database, "select entry_id, digest, withdrawn_at = '2026-11-20 12:00Z', reason from hotlist_withdrawals"
    )
    assert {ids[row[0]]: row[2:] for row in found} == {1: (False, "here"), 2: (True, "since")}
    assert rows(database, "select hotlist_id from hotlists where active_version is not null") == ["ncic"]
    assert apply_ends(restored, told(removed_lists=("zone",)))["lists removed"] == 0


def test_what_went_out_does_not_go_out_again(database: Database, restored: Database) -> None:
    with database.as_owner() as on:
        for number, sent in ((1, NOON - HOUR), (2, None), (3, None), (4, None), (5, None)):
            _message(on, number, sent)
        for number, state in ((1, "dead"), (2, "waiting"), (3, "waiting"), (4, "waiting"), (5, "waiting")):
            _delivery(on, number, state)
        for _ in range(3):
            on.execute(SEARCH.encode())
            on.execute(OFFER.encode())
        on.execute("update sharing_progress set alert_number = 5")
        on.execute("update alert_routing set routed_number = 50")
    journal = told(
        **{"outbox_id": 4, "outbox_waiting": (3,), "delivery_number": 4, "deliveries_waiting": (3,)},
        **{"shared_number": 9, "routed_number": 9, "offers_waiting": (2,), "alert_number": 77},
    )
    done = apply_ends(restored, journal)
    assert (done["messages sent"], done["deliveries made"], "saved searches removed" in done) == (2, 2, False)
    assert rows(database, "select outbox_id, sent_at, payload from outbox order by 1") == [
        (1, NOON - HOUR, b"text"),
        (2, NOON, b""),
        (3, None, b"text"),
        (4, NOON, b""),
        (5, None, b"text"),
    ]
    assert rows(database, "select delivery_number, state, settled_at from deliveries order by 1") == [
        (1, "dead", NOON),
        (2, "sent", NOON),
        (3, "waiting", None),
        (4, "sent", NOON),
        (5, "waiting", None),
    ]
    assert rows(database, "select alert_number from sharing_progress") == [9]
    assert rows(database, "select routed_number from alert_routing") == [50]
    assert rows(database, "select offer_id from read_offers") == [2]
    assert rows(database, "select search_id from saved_searches order by 1") == [1, 2, 3]
    assert rows(restored, "select last_value from alert_numbers") == [77]
    again = apply_ends(restored, told(saved_searches=(1, 3, 9), shared_number=2, alert_number=3))
    assert again["saved searches removed"] == 1
    assert rows(database, "select search_id from saved_searches order by 1") == [1, 3]
    assert rows(database, "select alert_number from sharing_progress") == [9]
    assert apply_ends(restored, told(saved_searches=()))["saved searches removed"] == 2


def test_a_journal_is_read_as_it_was_written_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "backup" / "journal.json"
    journal = told(saved_searches=(1,), cars=[KnownCar(car_id="unit-7", token_at=NOON)])
    write_journal(path, journal)
    assert read_journal(path) == journal
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    monkeypatch.setattr(module, "_MOST_BYTES", path.stat().st_size)
    assert read_journal(path) == journal
    monkeypatch.setattr(module, "_MOST_BYTES", path.stat().st_size - 1)
    with pytest.raises(InvalidInput, match="too large"):
        read_journal(path)
    path.write_text('{"format": 2}')
    with pytest.raises(InvalidInput, match="no journal"):
        read_journal(path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_journal(tmp_path / "none")
