"""What the application's role may not do, and who may be which role."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.errors import ConfigurationError, PlatewatchError
from schemas.settings import DatabaseSettings, RetentionSettings, Settings
from services.postgres.roles import APPLICATION, OWNER
from storage.audit.reader import audit_entries
from storage.audit.writer import write_audit
from storage.database import Database, open_database
from storage.reads.search import ReadSearch
from tests.integration.alerts.records import Records
from tests.integration.conftest import DatabaseServer
from tests.integration.storage.samples import activate, sample_entry, sample_record

LEE = Actor("lee", SignIn.LOCAL_USER, "desk", "local")
REFUSED = [
    "update audit set actor = 'nobody'",
    "delete from audit",
    "truncate audit",
    "drop table audit",
    "insert into audit (audit_id, actor, via, origin, agency_id, action) overriding system value"
    " select audit_id, 'nobody', via, origin, agency_id, action from audit"
    " on conflict (audit_id) do update set actor = excluded.actor",
    "alter table audit disable trigger audit_is_append_only",
    "alter table audit rename to other",
    "alter table audit disable trigger audit_is_sealed",
    "delete from audit_seals",
    "update audit_checkpoints set document = '{}'",
    "update audit_segments set purge_document = '{}'",
    "alter table audit add column note text",
    "drop trigger audit_is_append_only on audit",
    "create trigger quiet before insert on audit for each row execute function refuse_audit_change()",
    "create rule quiet as on insert to audit do instead nothing",
    "create function quiet() returns void language sql as 'select'",
    "create or replace function purge_audit(before timestamptz) returns bigint language sql as 'select 1'",
    "alter function purge_audit(timestamptz) reset all",
    "update audit_retention set keep = '0'",
    "delete from audit_retention",
    "delete from schema_migrations",
    "select setval('audit_audit_id_seq', 1)",
    "set session_replication_role = replica",
    "set role platewatch_owner",
    "set session authorization platewatch",
    "grant platewatch_owner to platewatch_application",
    "alter role platewatch_application superuser",
    "alter role platewatch_owner password 'x'",
    "create role other",
    "create schema other",
    "create table other (n integer)",
    "create extension hstore",
    "drop table reads",
    "truncate reads",
    "alter table hotlist_entries set unlogged",
    "create publication other for all tables",
    "copy audit to program 'cat'",
    "copy audit to '/tmp/audit'",
    "select pg_read_file('postgresql.conf')",
    "select * from pg_authid",
    "select pg_switch_wal()",
    "alter system set fsync = off",
    "alter database {database} set search_path = other",
    "vacuum full pg_authid",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_application_cannot(statement: str, database: Database, database_name: str) -> None:
    write_audit(database, AuditRecord(LEE, Action.SEARCH))
    before = audit_entries(database)
    with psycopg.connect(database._way(), autocommit=True) as connection:
        text = statement.replace("{database}", database_name)
        if statement.startswith("vacuum"):  # which refuses by a warning
            notices: list[str] = []
            connection.add_notice_handler(lambda notice: notices.append(str(notice.message_primary)))
            connection.execute(text.encode())
            assert any("permission denied" in notice for notice in notices)
        else:
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.WrongObjectType)):
                connection.execute(text.encode())
    assert audit_entries(database) == before


def test_what_was_written_down_the_application_adds_and_what_the_owner_set_it_reads(owner_url: str) -> None:
    statement = """
        select relname, array_agg(privilege order by privilege)
        from pg_class
        cross join unnest(array['delete', 'insert', 'select', 'truncate', 'update']) as privilege
        where
            relnamespace = 'public'::regnamespace
            and relkind in ('r', 'p')
            and not relispartition
            and has_table_privilege('platewatch_application', oid, privilege)
        group by relname
    """
    append_only = """
        select tgrelid::regclass::text
        from pg_trigger
        where tgfoid::regproc::text like 'refuse_%' and tgenabled = 'O' and (tgtype & 19) = 19
    """  # before each row's update
    with psycopg.connect(owner_url) as connection:
        found: dict[str, list[str]] = dict(connection.execute(statement).fetchall())
        refused = {table for (table,) in connection.execute(append_only)}
    added = {"audit", "audit_checkpoints", "audit_seals", "audit_segments", "disseminations", "dispositions"}
    read = {"audit_retention", "schema_migrations"}
    assert {"reads", "alerts", "outbox", "hotlist_entries", "people"} <= found.keys() - added - read
    for table, privileges in found.items():
        more = [] if table in read else ["insert"] if table in added else ["insert", "delete", "update"]
        assert privileges == sorted(["select", *more]), table
    # Nor does their owner change them by a slip.
    assert refused == {
        *("audit", "audit_checkpoints", "audit_seals", "disseminations", "dispositions", "read_corrections"),
        "read_revisions",
    }


def test_purging_the_audit_spares_what_has_to_be_kept(database: Database) -> None:
    write_audit(database, AuditRecord(LEE, Action.SEARCH))
    with database.connection() as connection:
        for before in ("infinity", "now", "now() + '1 year'::interval"):
            time = f"'{before}'" if "(" not in before else before
            assert connection.execute(f"select purge_audit({time})".encode()).fetchone() == (0,)
        connection.execute("set timezone to 'Pacific/Kiritimati'")
        # What it calls is found where the owner made it, whatever stands before that for the caller.
        connection.execute("create temporary table audit_retention as select interval '0' as keep")
        connection.execute("set search_path to pg_temp, public")
        assert connection.execute("select public.purge_audit('infinity')").fetchone() == (0,)
        connection.execute("reset search_path")
    assert len(audit_entries(database)) == 1


def test_what_functions_of_the_owner_do_is_for_the_application_alone(database: Database, owner_url: str) -> None:
    statement = """
        select
            proname,
            proowner::regrole::text,
            proconfig,
            has_function_privilege('platewatch_application', oid, 'execute'),
            exists (select from aclexplode(proacl) where grantee = 0)
        from pg_proc
        where prosecdef and pronamespace = 'public'::regnamespace
        order by proname
    """
    with psycopg.connect(owner_url) as connection:
        found = connection.execute(statement).fetchall()
    fixed = ["search_path=public, pg_temp"]
    assert {row[0] for row in found} >= {
        "attach_hotlist_partition",
        "drop_reads_partition",
        "ensure_reads_partition",
        "make_hotlist_partition",
        "purge_audit",
    }
    assert [row[1:] for row in found] == [("platewatch_owner", fixed, True, False)] * len(found)


def test_a_later_migration_need_not_grant(database_url: str, owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("create table later (later_id bigint generated always as identity, note text)")
        connection.execute("create sequence later_numbers")
        connection.execute(
            "create function later_count() returns bigint language sql security definer as 'select count(*) from later'"
        )
    for _ in range(2):
        with open_database(_settings(database_url, owner_url)) as database, database.connection() as connection:
            connection.execute("insert into later (note) values ('a')")
            connection.execute("update later set note = 'b'")
            assert connection.execute("select later_count() = count(*), nextval('later_numbers') > 0 from later")
            connection.execute("select nextval('later_numbers')")
    with psycopg.connect(owner_url) as connection:
        row = connection.execute("select proconfig from pg_proc where proname = 'later_count'").fetchone()
    assert row == (["search_path=public, pg_temp"],)


@pytest.fixture
def roles(database_server: DatabaseServer) -> Iterator[dict[str, str]]:
    """Roles of a department's own server, and their passwords."""
    made = {"pw_owner": "o", "pw_app": "a", "Odd \"name'": "n"}
    for name, password in made.items():
        statement = sql.SQL("create role {} login password {}").format(sql.Identifier(name), sql.Literal(password))
        database_server.execute(statement)
    yield made
    database_server.drop("department")
    for name in made:
        database_server.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def _department(server: DatabaseServer, user: str, roles: dict[str, str]) -> str:
    return make_conninfo(server.url("department"), user=user, password=roles[user])


def _settings(url: str, owner_url: str | None = None, **values: Any) -> Settings:
    owner = None if owner_url is None else SecretStr(owner_url)
    return Settings(database=DatabaseSettings(url=SecretStr(url), owner_url=owner), **values)


def _may(server: DatabaseServer, role: str) -> bool:
    with psycopg.connect(server.url("department")) as connection:
        row = connection.execute("select has_table_privilege(%s, 'audit', 'delete')", (role,)).fetchone()
    assert row is not None
    return bool(row[0])


def _works(database: Database) -> None:
    Records(database).write([sample_record(0)])
    assert len(ReadSearch(database).find("*45?7")) == 1
    for entries in ([sample_entry(1), sample_entry(2)], [sample_entry(2)]):
        activate(database, entries)
    write_audit(database, AuditRecord(LEE, Action.SEARCH))


def test_an_external_server_with_two_roles(
    database_server: DatabaseServer, roles: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    database_server.execute(sql.SQL("create database department owner pw_owner"))
    owner = _department(database_server, "pw_owner", roles)
    for user in ("pw_app", "Odd \"name'"):
        url = _department(database_server, user, roles)
        with pytest.raises(ConfigurationError, match=r"owner_url"), open_database(_settings(url)):
            pass
        with open_database(_settings(url, owner)) as database:
            _works(database) if user == "pw_app" else Records(database).write([sample_record(3)])
            assert not database.has_owner
            with pytest.raises(ConfigurationError, match="only the embedded"), database.as_owner():
                pass
        # From now on without the owner, unless the schema has to change.
        with open_database(_settings(url)) as database:
            assert len(audit_entries(database)) == 1
        assert not _may(database_server, user)
    assert caplog.messages == []
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("delete from schema_migrations where version = '0013'")
    older = pytest.raises(ConfigurationError, match=r"older.*'pw_app'.*owner_url naming the role 'pw_owner'")
    with older, open_database(_settings(_department(database_server, "pw_app", roles))):
        pass


def test_grants_that_are_lost_or_too_many_are_renewed(database_server: DatabaseServer, roles: dict[str, str]) -> None:
    database_server.execute(sql.SQL("create database department owner pw_owner"))
    owner, url = (_department(database_server, user, roles) for user in ("pw_owner", "pw_app"))
    with open_database(_settings(url, owner)) as database:
        _works(database)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("grant all on audit to pw_app")
        connection.execute("grant delete on audit to public")
        connection.execute("revoke all on reads from pw_app")
        connection.execute("revoke execute on function purge_audit(timestamptz) from pw_app")
    assert _may(database_server, "pw_app")
    lost = pytest.raises(ConfigurationError, match="permission denied")
    with open_database(_settings(url)) as database, lost:
        ReadSearch(database).find("VNV4527")
    with open_database(_settings(url, owner)) as database:
        assert len(ReadSearch(database).find("VNV4527")) == 1
        with database.connection() as connection:
            assert connection.execute("select purge_audit(now())").fetchone() == (0,)
    assert not _may(database_server, "pw_app")


def test_one_role_that_owns_everything_works_and_is_warned_of(
    database_server: DatabaseServer, roles: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    database_server.execute(sql.SQL("create database department owner pw_owner"))
    alone = _department(database_server, "pw_owner", roles)
    for user, excess in (("pw_owner", "owns the tables"), (None, "is a superuser")):
        url = database_server.url("department") if user is None else alone
        for _ in range(2):
            caplog.clear()
            with open_database(_settings(url)) as database, database.connection() as connection:
                assert connection.execute("select purge_audit(now())").fetchone() == (0,)
            (line,) = caplog.messages
            assert excess in line
            assert "database.owner_url" in line
            assert "\n" not in line
    # An owner that was alone becomes the owner of a pair by two settings.
    with open_database(_settings(_department(database_server, "pw_app", roles), alone)) as database:
        _works(database)
    assert not _may(database_server, "pw_app")


@pytest.mark.parametrize(
    ("statement", "excess"),
    [("grant pw_owner to pw_app", "owns the tables, or may become"), ("alter role pw_app createrole", "CREATEROLE")],
)
def test_an_application_that_can_become_the_owner_is_warned_of(
    statement: str,
    excess: str,
    database_server: DatabaseServer,
    roles: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    database_server.execute(sql.SQL("create database department owner pw_owner"))
    owner, url = (_department(database_server, user, roles) for user in ("pw_owner", "pw_app"))
    with open_database(_settings(url, owner)):
        pass
    database_server.execute(sql.SQL(statement))  # type: ignore[arg-type]
    caplog.clear()
    with open_database(_settings(url)):
        pass
    assert [excess in line for line in caplog.messages] == [True]


def test_an_owner_that_owns_nothing_is_told_who_does(database_server: DatabaseServer, roles: dict[str, str]) -> None:
    database_server.execute(sql.SQL("create database department owner pw_owner"))
    owner, other = (_department(database_server, user, roles) for user in ("pw_owner", "pw_app"))
    with open_database(_settings(owner)):
        pass
    wrong = pytest.raises(ConfigurationError, match=r"belong to the role 'pw_owner'.*reassign owned by pw_owner")
    with wrong, open_database(_settings(owner, other)):
        pass


def test_the_owner_keeps_the_audit_as_long_as_the_settings_say(
    database: Database, database_url: str, owner_url: str
) -> None:
    old = (
        "insert into audit (happened_at, actor, via, origin, agency_id, action)"
        " values (now() - '400 days'::interval, 'kim', 'local_user', 'desk', 'local', 'search')"
    )
    with database.connection() as connection:
        connection.execute(old)
        assert connection.execute("select purge_audit('infinity')").fetchone() == (0,)
    # The application cannot shorten it by its own settings.
    own = _settings(database_url, retention=RetentionSettings(audit_days=365))
    with open_database(own) as shorter, shorter.connection() as connection:
        assert connection.execute("select purge_audit('infinity')").fetchone() == (0,)
    shorter_law = _settings(database_url, owner_url, retention=RetentionSettings(audit_days=365))
    with open_database(shorter_law) as shorter, shorter.connection() as connection:
        row = connection.execute("select keep from audit_retention").fetchone()
        assert row == (timedelta(days=365),)
        assert connection.execute("select purge_audit('infinity')").fetchone() == (1,)


def test_owner_url_belongs_to_a_server_of_ones_own(owner_url: str) -> None:
    settings = Settings(database=DatabaseSettings(owner_url=SecretStr(owner_url)))
    with pytest.raises(ConfigurationError, match=r"database\.url is not"), open_database(settings):
        pass


def test_the_tests_work_as_the_application(database: Database) -> None:
    with database.connection() as connection:
        row = connection.execute("select current_user, current_setting('is_superuser')").fetchone()
        owned = connection.execute("select from pg_class where relowner = current_user::regrole").rowcount
    assert row == (APPLICATION.name, "off")
    assert owned == 0
    assert OWNER.name != APPLICATION.name


def test_many_processes_grant_at_once(database_server: DatabaseServer, roles: dict[str, str]) -> None:
    database_server.execute(sql.SQL("create database department owner pw_owner"))
    owner, url = (_department(database_server, user, roles) for user in ("pw_owner", "pw_app"))
    together = threading.Barrier(4)
    failed: list[BaseException] = []

    def start() -> None:
        together.wait()
        try:
            with open_database(_settings(url, owner)):
                pass
        except PlatewatchError as error:
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert not _may(database_server, "pw_app")
