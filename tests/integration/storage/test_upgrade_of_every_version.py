"""A database of every earlier schema, with rows of its time, comes up to date, and this code works with it."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from operations.backup.making import BackupWish, make_backup
from operations.backup.restoring import restore_backup
from schemas.actor import Actor, SignIn
from schemas.errors import NotPermitted
from schemas.events import Alert
from schemas.roles import Role
from schemas.settings import Settings
from storage.alerts.raised import AlertLog
from storage.audit.reader import audit_entries
from storage.database import Database, open_database
from storage.hotlists.lists import HotlistStore
from storage.migrate import FOLDER, migrate_to
from storage.reads.search import ReadSearch
from storage.roles import APPEND_ONLY, READ_ONLY
from tests.integration.backup.site import LEE, another_database, content, opened, settings_of
from tests.integration.conftest import DatabaseServer
from tests.integration.pipeline.live_matching import matches, running_matcher
from tests.integration.storage.rows_of_versions import fill, id_of, list_of, plate_of

VERSIONS = sorted(path.name.partition("_")[0] for path in FOLDER.glob("*.sql"))
CHAIN = "upgrade_chain"
MAX = Actor("max", SignIn.PASSWORD, "a test", "local", frozenset(Role))
"""Somebody with every role: a backup is made on the command line alone."""
RESTORED = {VERSIONS[0], "0011", "0022"}
"""Of these a backup is made before they are upgraded, and restored: what takes longest."""
MATCHED = {*RESTORED, "0006", VERSIONS[-1]}
"""With the lists of these a matcher is started."""


def test_every_earlier_schema_comes_up_to_date_with_all_that_it_held(
    database_server: DatabaseServer, tmp_path: Path
) -> None:
    """One database grows migration by migration, with rows at each step; a copy of each step is upgraded at once."""
    database_server.create(CHAIN)
    try:
        for count, version in enumerate(VERSIONS, start=1):
            migrate_to(database_server.owner_url(CHAIN), "the chain", VERSIONS[:count])
            with psycopg.connect(database_server.owner_url(CHAIN)) as connection:
                fill(connection, count)
            name = f"upgrade_{version}"
            database_server.create(name, CHAIN)
            try:
                _check(database_server, tmp_path / version, name, count)
            except Exception as error:
                raise AssertionError(f"a database of migration {version}") from error
            finally:
                database_server.drop(name)
    finally:
        database_server.drop(CHAIN)


def _check(server: DatabaseServer, folder: Path, name: str, count: int) -> None:
    settings = settings_of(folder / "data", server.application_url(name), server.owner_url(name))
    backup = None
    if VERSIONS[count - 1] in RESTORED:
        # As the owner: nobody has granted the application anything yet.
        with opened(settings_of(folder / "data", server.owner_url(name))) as old:
            # Who may not is refused also where the schema has no audit yet.
            with pytest.raises(NotPermitted):
                make_backup(MAX, old, settings, BackupWish(folder / "backups", pictures=False))
            assert not (folder / "backups").exists()
            backup = make_backup(LEE, old, settings, BackupWish(folder / "backups", pictures=False)).path
    with open_database(settings) as database:
        _check_rows(database, count)
    with opened(settings) as database:
        _check_roles(server, name)
        if backup is not None:
            _check_restored(server, folder, backup, database, settings)


def _check_rows(database: Database, count: int) -> None:
    for number in range(1, count + 1):
        (read,) = ReadSearch(database).find(plate_of(number))
        assert (read.read_id, read.plate, read.camera_id) == (id_of("read", number), plate_of(number), "gate")
    lists = {one.hotlist_id: one.entries for one in HotlistStore(database).lists()}
    assert lists == {list_of(number): 1 for number in _since("0002", count)}
    for number in _since("0002", count):
        (entry,) = HotlistStore(database).entries_of(list_of(number), 10)
        assert (entry.entry_id, entry.plate) == (id_of("entry", number), plate_of(number))
    alerts = [Alert.model_validate(alert.payload) for alert in AlertLog(database).after(0)]
    assert [alert.entry.plate for alert in alerts] == [plate_of(number) for number in _since("0003", count)]
    searches = {row.details["pattern"] for row in audit_entries(database) if row.action == "search"}
    assert searches == {plate_of(number) for number in _since("0004", count)}
    if VERSIONS[count - 1] not in MATCHED:
        return
    with running_matcher(database) as matcher:
        assert all(matches(matcher, plate_of(number)) for number in _since("0002", count))


def _since(version: str, count: int) -> range:
    """The steps in which rows of a table were added that a migration has made."""
    return range(VERSIONS.index(version) + 1, count + 1)


def _check_roles(server: DatabaseServer, name: str) -> None:
    """The application reads everything, and changes nothing that is only added to or read."""
    with psycopg.connect(server.application_url(name), autocommit=True) as connection:
        tables = connection.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') "
            "and not relispartition"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"select from {table} limit 1".encode())
        for table in (*APPEND_ONLY, *READ_ONLY):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"delete from {table}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table mine ()")


def _check_restored(server: DatabaseServer, folder: Path, backup: Path, upgraded: Database, settings: Settings) -> None:
    """A backup of before gives the same as the upgrade, but for what it writes down of itself."""
    own = ("audit", "audit_retention", "audit_unsealed")
    with another_database(server, folder / "elsewhere") as elsewhere:
        assert elsewhere.agency_id == settings.agency_id
        restore_backup(LEE, elsewhere, backup, ())
        with opened(elsewhere) as copy:
            before, after = content(upgraded, without=own), content(copy, without=own)
            assert {name for name in before if before[name] != after[name]} <= _TIMED


_TIMED = {"ended_pictures"}
"""A restore lets go of pictures that have ended at once."""
