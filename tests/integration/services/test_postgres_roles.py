"""A cluster of an earlier version, where one superuser owned everything, gets an owner and an application."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from schemas.errors import ConfigurationError
from schemas.settings import DatabaseSettings, Settings
from services import postgres, postgres_roles
from services.postgres import EmbeddedPostgres
from services.postgres_roles import APPLICATION, OWNER
from storage.database import open_database
from storage.reads.search import ReadSearch
from tests.integration.alerts.records import Records
from tests.integration.storage.samples import activate, sample_entry, sample_record
from tests.integration.storage.stored_entries import active_entries

SETTINGS = DatabaseSettings(server_settings={"fsync": "off", "shared_buffers": "16MB"})
DUMP = Path(__file__).parents[2] / "data" / "database_0010.sql"


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder that every user may enter, as data directories of a service are."""
    path = Path(tempfile.mkdtemp(prefix="platewatch-pg-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def _old(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a cluster as the version before roles did, with what that version kept in it."""
    with monkeypatch.context() as patched:
        patched.setattr(postgres, "separate_roles", lambda *_, **__: None)
        patched.setattr(EmbeddedPostgres, "connection_string", EmbeddedPostgres.administrator_connection_string)
        with EmbeddedPostgres(data_dir, SETTINGS) as server:
            with psycopg.connect(server.administrator_connection_string) as connection:
                connection.execute(DUMP.read_bytes())
                connection.execute("create schema other")
                connection.execute("create sequence other.numbers")
                connection.execute("create type other.size as enum ('small')")
            patched.undo()
            # As when a process of the earlier version still runs it.
            with pytest.raises(ConfigurationError, match="earlier Platewatch runs this database"):
                EmbeddedPostgres(data_dir, SETTINGS).start()


def test_an_old_cluster_is_moved_over_with_all_that_it_held(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _old(data_dir, monkeypatch)
    settings = Settings(data_dir=data_dir, database=SETTINGS)
    for number in (1, 2):
        with open_database(settings) as database:
            assert [read.plate for read in ReadSearch(database).find("LMT*")] == ["LMT5306"]
            assert Records(database).write([sample_record(number)]).reads == 1
            activate(database, [sample_entry(one) for one in range(number)])
            assert len(list(active_entries(database))) == number + 52
            with database.connection() as connection:
                assert connection.execute("select current_user").fetchone() == (APPLICATION.name,)
                assert connection.execute("select count(*) from audit").fetchone() == (1,)
            with database.as_owner() as connection:
                for statement in ("checkpoint", "select pg_switch_wal()", "vacuum full pg_statistic", "vacuum reads"):
                    connection.execute(statement.encode())
                owners = connection.execute(
                    "select distinct relowner::regrole::text from pg_class"
                    " where oid >= 16384 and relkind in ('r', 'p', 'S', 'i', 'I')"
                    " and relnamespace in ('public'::regnamespace, 'other'::regnamespace)"
                    " union select proowner::regrole::text from pg_proc where prosecdef and oid >= 16384"
                    " union select typowner::regrole::text from pg_type where typname = 'size'"
                ).fetchall()
                assert owners == [(OWNER.name,)]
    for role in (OWNER, APPLICATION):
        assert (data_dir / "postgres" / role.secret).stat().st_mode & 0o777 == 0o600


def test_a_move_that_was_killed_goes_on(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _old(data_dir, monkeypatch)

    class Killed(BaseException):
        pass

    def killed(path: Path, *_: object) -> None:
        if path.name == APPLICATION.secret:
            raise Killed
        keep(path, *_)

    keep = postgres_roles._keep
    with monkeypatch.context() as patched:
        patched.setattr(postgres_roles, "_keep", killed)
        with pytest.raises(Killed):
            EmbeddedPostgres(data_dir, SETTINGS).start()
    with open_database(Settings(data_dir=data_dir, database=SETTINGS)) as database:
        assert [read.plate for read in ReadSearch(database).find("LMT*")] == ["LMT5306"]


def test_lost_secrets_are_made_anew(data_dir: Path) -> None:
    strings = []
    for _ in range(2):
        with EmbeddedPostgres(data_dir, SETTINGS) as server, psycopg.connect(server.connection_string) as connection:
            assert connection.execute("select current_user").fetchone() == (APPLICATION.name,)
            strings.append(server.connection_string)
        (data_dir / "postgres" / OWNER.secret).unlink()
    assert strings[0] != strings[1]
