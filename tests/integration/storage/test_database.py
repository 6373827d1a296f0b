"""Opening the database, and losing it."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from schemas.errors import ConfigurationError, DatabaseUnavailable, InvalidInput, StorageFull, TransientError
from schemas.settings import DatabaseSettings, Settings
from services.postgres.server import EmbeddedPostgres
from storage.database import Database, open_database
from storage.hotlists.lists import HotlistStore
from storage.migrate import migrate
from storage.reads.search import ReadSearch
from tests.integration.alerts.records import Records
from tests.integration.conftest import FAST, DatabaseServer
from tests.integration.storage.samples import activate, sample_entry, sample_record
from tests.integration.storage.stored_entries import active_entries

INSTALLED = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if int(path.parent.name) >= 15]


def _settings(url: str, **values: Any) -> Settings:
    return Settings(database=DatabaseSettings(url=SecretStr(url), **values))


def test_a_server_that_is_down_is_one_line_with_its_host_and_no_password() -> None:
    settings = _settings("postgresql://pw:s3cret@127.0.0.1:9/plates", timeout_seconds=0.2)
    with pytest.raises(DatabaseUnavailable) as caught, open_database(settings):
        pass
    message = str(caught.value)
    assert "database 'plates' at 127.0.0.1:9" in message
    assert "s3cret" not in message
    assert "\n" not in message


def test_wrong_settings_are_named_without_the_password(database_server: DatabaseServer) -> None:
    for wrong in ({"password": "s3cret"}, {"dbname": "no_such_database"}, {"user": "stranger"}):
        settings = _settings(make_conninfo(database_server.connection_string, **wrong))
        with pytest.raises(ConfigurationError, match=r"correct database\.url") as caught, open_database(settings):
            pass
        assert "s3cret" not in str(caught.value)
    for url in ("host='s3cret", "s3cret", "passwort=s3cret"):
        settings = _settings(url)
        with pytest.raises(ConfigurationError, match=r"postgresql://user:pass") as caught, open_database(settings):
            pass
        assert "s3cret" not in str(caught.value)


def test_options_pass_through(database_url: str) -> None:
    settings = _settings(database_url, options={"application_name": "gate-box"})
    with open_database(settings) as database, database.connection() as connection:
        assert connection.execute("select current_setting('application_name')").fetchone() == ("gate-box",)


def test_errors_of_the_server_are_ours(database: Database) -> None:
    raised = {"53100": StorageFull, "57P01": DatabaseUnavailable, "40001": TransientError, "22023": InvalidInput}
    for state, expected in raised.items():
        with pytest.raises(expected), database.connection() as connection:
            connection.execute(f"do $$ begin raise exception sqlstate '{state}'; end $$".encode())


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03", "57014"])
def test_a_lost_race_is_said_as_one_and_not_as_a_server_that_is_away(database: Database, state: str) -> None:
    with (
        pytest.raises(TransientError, match="the statement has to be tried again"),
        database.connection() as connection,
    ):
        connection.execute(f"do $$ begin raise exception sqlstate '{state}'; end $$".encode())


def _fail_after_a_change(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("update hotlist_revision set revision = 99")
        connection.execute("do $$ begin raise insufficient_privilege; end $$")


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(ConfigurationError):
        _fail_after_a_change(database)
    assert HotlistStore(database).revision() == 0


def test_the_server_goes_away_and_comes_back(tmp_path: Path) -> None:
    settings = DatabaseSettings(server_settings=FAST, timeout_seconds=1)
    with EmbeddedPostgres(tmp_path, settings) as server:
        url = server.owner_connection_string
        with open_database(_settings(url, timeout_seconds=1.0)) as database:
            records = Records(database)
            assert records.write([sample_record(0)]).reads == 1
            server.stop()
            with pytest.raises(DatabaseUnavailable):
                records.write([sample_record(1)])
            started = time.monotonic()
            with pytest.raises(DatabaseUnavailable, match="down or busy"):
                records.write([sample_record(1)])
            assert time.monotonic() - started < 30
            server.start()
            with database.connection():  # the way back takes less than the time to wait for a connection
                pass
            assert records.write([sample_record(0), sample_record(1)]).reads == 1


def test_sessions_ended_by_the_server_are_replaced_unseen(database: Database) -> None:
    with database.connection() as connection, database.connection() as other:
        connection.execute("select 1")
        other.execute("select 1")
    with psycopg.connect(database._way(), autocommit=True) as administrator:
        administrator.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    assert Records(database).write([sample_record(0)]).reads == 1


def test_every_installed_postgresql_version_works(tmp_path: Path) -> None:
    for number, bin_dir in enumerate(INSTALLED or [None]):
        _works_with(tmp_path / str(number), bin_dir)


def _works_with(data_dir: Path, bin_dir: Path | None) -> None:
    settings = Settings(data_dir=data_dir, database=DatabaseSettings(bin_dir=bin_dir, server_settings=FAST))
    with open_database(settings) as database:
        with database.connection() as connection:
            version = connection.info.server_version // 10000
        assert bin_dir is None or version == int(bin_dir.parent.name)
        assert Records(database).write([sample_record(number) for number in range(30)]).alerts == 30
        assert len(ReadSearch(database).find("VN?452*")) == 30
        entries = [sample_entry(1), sample_entry(2)]
        activate(database, entries)
        assert sorted(entry.plate for entry in active_entries(database)) == ["VNV4527", "VNV4527"]


def test_a_server_without_the_trigram_extension_still_searches(empty_url: str) -> None:
    """As a managed server where the extension is not on offer: the rest of the schema comes without it."""
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("create role plain login password 'x'")
        try:
            connection.execute("grant create on schema public to plain")
            connection.execute("grant temporary on database empty to plain")
            migrate(make_conninfo(empty_url, user="plain", password="x"), "test")
            with open_database(_settings(make_conninfo(empty_url, user="plain", password="x"))) as database:
                Records(database).write([sample_record(0)])
                assert len(ReadSearch(database).find("*45?7")) == 1
            rows = connection.execute("select from pg_extension where extname = 'pg_trgm'")
            assert rows.rowcount == 0
        finally:
            connection.execute("drop owned by plain cascade")
            connection.execute("drop role plain")


def test_the_embedded_database_opens_by_itself(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database=DatabaseSettings(server_settings=FAST))
    for expected in (1, 0):
        with open_database(settings) as database:
            assert Records(database).write([sample_record(0)]).reads == expected
            assert re.fullmatch(r"embedded database in /.+", database.where)
