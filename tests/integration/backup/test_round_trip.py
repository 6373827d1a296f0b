"""A restored copy holds what was there, is as whole as it was, and knows what has ended meanwhile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.inbox_place import INBOX_FILE
from operations.backup.ends import note_ends
from operations.backup.keys import BackupKeys
from operations.backup.making import BackupWish, make_backup
from operations.backup.restoring import restore_backup
from operations.backup.verifying import verify_backup
from operations.cars.cars import add_car, renew_token, revoke_car
from operations.cars.looking import view_cars
from operations.hotlists.withdrawing import WantedEntries, withdraw_entries
from operations.people.accounts import disable_person
from operations.people.entering import enter_by_link, make_entry
from operations.people.sessions import find_session
from operations.reasons import Why
from operations.searches.query import ReadQuery
from operations.searches.saving import end_searches_of_case, save_search
from operations.searches.searching import search_reads
from operations.sharing.deciding import end_agreement
from schemas.audit import Action
from schemas.errors import ConfigurationError, InvalidInput
from schemas.roles import Role
from schemas.settings import BackupSettings, RetentionSettings, Settings
from services.sealing import SealingKey, make_key_file
from storage.alerts.raised import AlertLog
from storage.audit.reader import audit_entries
from storage.backup.folder import UNFINISHED
from storage.database import Database
from storage.reads.images import ImageStore
from storage.spool.spool import Spool
from tests.integration.alerts.records import outbox_of
from tests.integration.backup.site import (
    ADDED_BY_PEOPLE,
    LEE,
    another_database,
    content,
    fill,
    opened,
    passed,
    settings_of,
)
from tests.integration.conftest import DatabaseServer
from tests.integration.pipeline.live_matching import matches, running_matcher
from tests.integration.sharing.samples import current, in_force
from tests.integration.storage.samples import sample_entry
from tests.unit.policy.agreements.samples import alerts_grant

AUDITED = ("audit", "audit_retention", "audit_unsealed")
THE_VAN = ReadQuery(pattern="KPR2001")
WHY = {"purpose": "stolen vehicle", "case_number": "26-7"}


@pytest.fixture
def settings(tmp_path: Path, database_url: str, owner_url: str) -> Settings:
    return settings_of(tmp_path / "data", database_url, owner_url)


def backed_up(database: Database, settings: Settings, folder: Path, **wish: object) -> Path:
    return make_backup(LEE, database, settings, BackupWish(folder, **wish)).path  # type: ignore[arg-type]


def journaling(settings: Settings, path: Path) -> Settings:
    return settings.model_copy(update={"backup": BackupSettings(journal=path)})


@pytest.fixture
def elsewhere(database_server: DatabaseServer, tmp_path: Path) -> Iterator[Settings]:
    with another_database(database_server, tmp_path / "elsewhere") as settings:
        yield settings


def test_a_restored_copy_gives_the_same_answers(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    stored = fill(database, settings)
    backup = backed_up(database, settings, tmp_path / "backups")
    before = content(database, without=AUDITED)
    assert all(before[table] for table in ADDED_BY_PEOPLE)
    audit = audit_entries(database)
    outcome = restore_backup(LEE, elsewhere, backup, ())
    assert (outcome.pictures, outcome.ended.reads, outcome.journal) == (2 * len(stored), 0, None)
    with opened(elsewhere) as copy:
        assert content(copy, without=AUDITED) == before
        (restored, *earlier) = audit_entries(copy)
        assert earlier == audit
        assert (restored.action, restored.actor, restored.details["backup"]) == (
            Action.RESTORE_BACKUP,
            LEE,
            backup.name,
        )
        found = search_reads(LEE, copy, elsewhere, "KPR*", **WHY)  # type: ignore[arg-type]
        assert found == stored
        assert [one.payload for one in AlertLog(copy).after(0)] == [one.payload for one in AlertLog(database).after(0)]
        with running_matcher(copy) as matcher:
            assert matches(matcher, "KPR2001")
            assert not matches(matcher, "KPR2000")  # withdrawn
        for read in stored:
            assert read.plate_image_key is not None
            key = read.plate_image_key
            assert ImageStore(elsewhere).load(key) == ImageStore(settings).load(key)
        # What comes next has new numbers.
        passed(copy, elsewhere, 100, "KPR2003", timedelta(minutes=1))
        assert AlertLog(copy).after(len(stored))[0].alert_number == len(stored) + 1
    model = Path("models") / "reader" / "own.onnx"
    assert (elsewhere.data_dir / model).read_bytes() == (settings.data_dir / model).read_bytes()
    with Spool(elsewhere.data_dir / INBOX_FILE) as spool:
        assert [one.message.body for one in spool.take(0, 10)] == [b'{"plateText": "WAIT123"}']


def test_on_another_machine_with_its_own_server_and_sealed(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    stored = fill(database, settings, reads=3)
    key = make_key_file(tmp_path / "key")
    keys = BackupKeys(key, (key,))
    (tmp_path / "platewatch.toml").write_text('agency_id = "portsmouth-pd"\n')
    backup = backed_up(database, settings, tmp_path / "backups", keys=keys, configuration=tmp_path / "platewatch.toml")
    for path in backup.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
        if path.is_file():
            assert path.suffix == ".sealed"
            assert not any(one in path.read_bytes() for one in (b"KPR2", b"WAIT123", b"portsmouth"))
    elsewhere = settings_of(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match=f"sealed with the key {key.key_id}"):
        restore_backup(LEE, elsewhere, backup, (SealingKey(bytes(32)),))
    assert not elsewhere.data_dir.exists()
    before = content(database, without=AUDITED)
    restore_backup(LEE, elsewhere, tmp_path / "backups", (SealingKey(bytes(32)), key))
    assert sorted(path.name for path in elsewhere.data_dir.iterdir()) == [
        "images",
        "inbox",
        "models",
        "postgres",
        "run.lock",
    ]
    with opened(elsewhere) as copy:
        assert content(copy, without=AUDITED) == before
        assert search_reads(LEE, copy, elsewhere, "KPR*", **WHY) == stored  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="is in use"):
        restore_backup(LEE, elsewhere, tmp_path / "backups", (key,))


def test_what_ended_since_does_not_come_back(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    stored = fill(database, settings)
    with outbox_of(database) as outbox:
        outbox.mark_sent([row.outbox_id for row in outbox.take(2)])
    signed_in = make_entry(LEE, database, settings, "kim", [Role.OFFICER]).rpartition("/")[2]
    cookie = enter_by_link(database, settings, signed_in, "desk").cookie
    make_entry(LEE, database, settings, "sam", [Role.OFFICER])
    tokens = {car: add_car(LEE, database, settings, car, [f"{car}-front"]).token for car in ("one", "two", "three")}
    kept = save_search(LEE, database, settings, "the van", THE_VAN, Why("stolen vehicle", "26-7")).search_id
    save_search(LEE, database, settings, "the other van", THE_VAN, Why("stolen vehicle", "26-8"))
    backup = backed_up(database, settings, tmp_path / "backups")
    # And then: an entry is withdrawn, an agreement is ended, alerts are published and new ones raised.
    gone = sample_entry(1, hotlist_id="regional").entry_id
    withdraw_entries(LEE, database, settings, WantedEntries(entry_id=gone), [gone], "recovered in Norfolk")
    end_agreement(LEE, database, "suffolk", "the council wants it")
    disable_person(LEE, database, "sam", "left the department")
    revoke_car(LEE, database, "one", "the laptop was stolen")
    renew_token(LEE, database, "two")
    end_searches_of_case(LEE, database, "26-8")
    passed(database, settings, 50, "KPR2004", timedelta(minutes=3))
    with outbox_of(database) as outbox:
        waiting = [row.outbox_id for row in outbox.take(100)]
        outbox.mark_sent(waiting[:-1])
    journal = tmp_path / "journal" / "purged.json"
    note_ends(database, journaling(settings, journal))
    assert journal.stat().st_mode & 0o777 == 0o600
    outcome = restore_backup(LEE, elsewhere, backup, (), journal)
    assert outcome.known["entries withdrawn"] == 1
    assert outcome.known["agreements ended"] == 1
    assert outcome.known["people disabled"] == 1
    assert outcome.known["saved searches removed"] == 1
    assert outcome.known["cars refused"] == 2
    assert find_session(database, settings, cookie) is not None
    with opened(elsewhere) as copy:
        assert find_session(copy, elsewhere, cookie) is None  # it may have been ended since
        with running_matcher(copy) as matcher:
            assert not matches(matcher, "KPR2001")
            assert matches(matcher, "KPR2002")
        cars = {car.car_id: car for car in view_cars(LEE, copy)}
        assert {name for name, car in cars.items() if car.revoked_at is not None} == {"one"}
        digests = {name: hashlib.sha256(token.encode()).digest() for name, token in tokens.items()}
        with copy.connection() as connection:
            held = dict(connection.execute("select car_id, token_sha256 from cars").fetchall())
            assert {name for name in held if bytes(held[name]) == digests[name]} == {"one", "three"}
            rows = connection.execute(
                "select name, disabled_by, disabled_reason from people where disabled_at is not null"
            ).fetchall()
            assert rows == [("sam", "lee", "left the department")]
            assert connection.execute("select search_id from saved_searches").fetchall() == [(kept,)]
            ended = connection.execute("select ended_by, end_reason from agreements").fetchall()
        assert ended == [("lee", "the council wants it")]
        with outbox_of(copy) as outbox:
            assert outbox.take(100) == []  # all of the backup's went out before the journal
        passed(copy, elsewhere, 51, "KPR2005", timedelta(minutes=2))
        (newest,) = AlertLog(copy).after(len(stored) + 1)
        assert newest.alert_number > len(stored) + 1  # not a number that another alert had
        with outbox_of(copy) as outbox:
            assert [str(row.alert_id) for row in outbox.take(100)] == [newest.payload["alert_id"]]


def test_what_was_offered_to_others_is_not_offered_again(
    database: Database,
    settings: Settings,
    elsewhere: Settings,
    database_server: DatabaseServer,
    tmp_path: Path,
) -> None:
    reads = alerts_grant(shares="reads", max_days=3650)
    grants = [alerts_grant(max_days=3650), {name: reads[name] for name in reads if name not in ("categories", "tiers")}]
    in_force(database, current(grants=grants), settings)
    first = passed(database, settings, 1, "KPR2000", timedelta(hours=2))
    second = passed(database, settings, 2, "KPR2001", timedelta(hours=1))

    def offers(of: Database) -> list[object]:
        with of.connection() as connection:
            return [read for (read,) in connection.execute("select read_id from read_offers order by offer_id")]

    assert offers(database) == [first.read_id, second.read_id]
    backup = backed_up(database, settings, tmp_path / "backups")
    restore_backup(LEE, elsewhere, backup, ())
    with opened(elsewhere) as copy:
        assert offers(copy) == [first.read_id, second.read_id]  # as they waited, and not once more for being loaded
    with database.as_owner() as connection:  # the first one was offered, and alerts were shared and routed
        connection.execute("delete from read_offers where read_id = %s", [first.read_id])
        connection.execute("update sharing_progress set alert_number = 2")
        connection.execute("update alert_routing set routed_number = 2")
    journal = tmp_path / "purged.json"
    note_ends(database, journaling(settings, journal))
    with another_database(database_server, tmp_path / "third") as third:
        restore_backup(LEE, third, backup, (), journal)
        with opened(third) as copy, copy.connection() as connection:
            assert offers(copy) == [second.read_id]
            row = connection.execute(
                "select (select alert_number from sharing_progress), (select routed_number from alert_routing)"
            ).fetchone()
            assert row == (2, 2)


def test_what_is_over_by_now_is_gone_before_anybody_looks(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    fill(database, settings)  # the oldest passed 151 hours ago
    backup = backed_up(database, settings, tmp_path / "backups")
    shorter = elsewhere.model_copy(update={"retention": RetentionSettings(reads_days=4)})
    outcome = restore_backup(LEE, shorter, backup, ())
    with opened(shorter) as copy:
        assert [read.plate for read in search_reads(LEE, copy, shorter, "KPR*", **WHY)] == [  # type: ignore[arg-type]
            "KPR2000",
            "KPR2001",
            "KPR2002",
            "KPR2003",
        ]
        assert [one.alert_number for one in AlertLog(copy).after(0)] == [1, 2, 3, 4]
        # Two of each of these, and the two of the oldest, which is kept for a case.
        assert outcome.pictures == 10
        assert len(list(ImageStore(shorter).keys())) == 10


def test_a_journal_of_before_or_of_others_is_refused(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    journal = tmp_path / "purged.json"
    note_ends(database, journaling(settings, journal))
    backup = backed_up(database, settings, tmp_path / "backups")
    with pytest.raises(InvalidInput, match="before the backup, and knows nothing"):
        restore_backup(LEE, elsewhere, backup, (), journal)
    told = json.loads(journal.read_text()) | {"agency_id": "suffolk-pd", "written_at": "2999-01-01T00:00:00Z"}
    journal.write_text(json.dumps(told))
    with pytest.raises(InvalidInput, match="of the agency 'suffolk-pd'"):
        restore_backup(LEE, elsewhere, backup, (), journal)
    journal.write_text("{}")
    with pytest.raises(InvalidInput, match="no journal"):
        restore_backup(LEE, elsewhere, backup, (), journal)


def test_pictures_of_the_backup_before_are_shared(database: Database, settings: Settings, tmp_path: Path) -> None:
    (read, *_) = fill(database, settings, reads=2)
    folder = tmp_path / "backups"
    first = backed_up(database, settings, folder)
    added = passed(database, settings, 60, "KPR2001", timedelta(minutes=1))
    assert added.context_image_key is not None
    ImageStore(settings).delete([added.context_image_key])
    outcome = make_backup(LEE, database, settings, BackupWish(folder))
    pictures = outcome.manifest.pictures
    assert pictures is not None
    assert (pictures.count, pictures.linked, pictures.missing) == (5, 4, 1)
    one = f"pictures/{read.plate_image_key}"
    assert (first / one).samefile(outcome.path / one)
    assert verify_backup(folder, ()).problems == ()
    # The earlier one goes, and what they shared stays.
    third = make_backup(LEE, database, settings, BackupWish(folder, keep=1))
    assert [path.name for path in third.removed] == [first.name, outcome.path.name]
    assert verify_backup(folder, ()).problems == ()


def test_backups_of_which_every_read_is_over_are_removed(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    old_name, young_name = (f"{datetime.now(UTC) - timedelta(days=days):%Y%m%dT%H%M%SZ}" for days in (22, 20))
    backed_up(database, settings, folder).rename(folder / young_name)
    backed_up(database, settings, folder).rename(folder / old_name)
    outcome = make_backup(LEE, database, settings, BackupWish(folder))
    assert [path.name for path in outcome.removed] == [old_name]
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == [young_name, outcome.path.name]


def test_damage_is_found_and_nothing_is_restored(
    database: Database, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    fill(database, settings, reads=2)
    backup = backed_up(database, settings, tmp_path / "backups")
    names = [path for path in sorted(backup.rglob("*")) if path.is_file() and path.name != "manifest.json"]
    assert len(names) > 20
    for path in names:
        data = path.read_bytes()
        for damage in (data[:-1], data[:-1] + bytes([data[-1] ^ 1]), None):
            path.unlink()  # never into a file that another backup shares
            if damage is not None:
                path.write_bytes(damage)
            (problem,) = verify_backup(backup, ()).problems
            assert path.relative_to(backup).as_posix() in problem
        with pytest.raises(InvalidInput, match="is damaged and is not restored"):
            restore_backup(LEE, elsewhere, backup, ())
        path.write_bytes(data)
    assert not elsewhere.data_dir.exists()
    (backup / "manifest.json").unlink()
    with pytest.raises(InvalidInput, match="no whole backup"):
        verify_backup(backup, ())
    unfinished = tmp_path / f"{UNFINISHED}x"
    backup.rename(unfinished)
    with pytest.raises(InvalidInput, match="no whole backup"):
        verify_backup(tmp_path, ())
