"""What the database's driver says becomes one of our errors: whether it is tried again, refused, or ends the run."""

from __future__ import annotations

import psycopg
import psycopg_pool
import pytest
from psycopg import errors as pg

from schemas.errors import (
    ConfigurationError,
    DatabaseUnavailable,
    InvalidInput,
    PlatewatchError,
    StorageFull,
    TransientError,
)
from storage.errors import is_refusal, translate, translated

GONE = psycopg.OperationalError("server closed the connection\n  unexpectedly")
WRONG = [
    'FATAL: password authentication failed for user "platewatch"',
    'role "platewatch" does not exist',
    'database "platewatch" does not exist',
    "no pg_hba.conf entry for host",
    "fe_sendauth: no password supplied",
    'invalid connection option "hots"',
    'connection is bad: invalid sslmode value: "verify_full"',
    'connection is bad: invalid integer value "ten" for connection option "connect_timeout"',
    'connection is bad: invalid port number: "99999"',
    "connection is bad: could not match 2 port numbers to 3 hosts",
    'connection is bad: weak sslmode "require" may not be used with sslrootcert=system',
    'connection is bad: definition of service "alpr" not found',
    'connection is bad: syntax error in service file "/etc/pg_service.conf", line 3',
    "SSL error: certificate verify failed",
    "server does not support SSL, but SSL was required",
    'role "x" is not permitted to log in',
    'could not read root certificate file "x"',
    'server certificate for "a" does not match host name "b"',
]


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (pg.DiskFull("could not extend file"), StorageFull, "here: the database's disk is full; free some space"),
        *(
            (kind("lost a race"), TransientError, "here: the statement has to be tried again (lost a race)")
            for kind in (pg.SerializationFailure, pg.DeadlockDetected, pg.LockNotAvailable, pg.QueryCanceled)
        ),
        (
            pg.InsufficientPrivilege("permission denied for table reads"),
            ConfigurationError,
            "here: permission denied for table reads; grant this to the role in database.url, or start once with "
            "database.owner_url, which does it (docs/database-roles.md)",
        ),
        (
            psycopg_pool.PoolTimeout("30 s"),
            DatabaseUnavailable,
            "here: no connection in time; the server is down or busy",
        ),
        *(
            (
                psycopg.OperationalError(text),
                ConfigurationError,
                f"here: {text}; correct database.url or database.options",
            )
            for text in WRONG
        ),
        *(
            (error, DatabaseUnavailable, f"here: cannot be reached or ended the connection ({text})")
            for error, text in (
                (GONE, "server closed the connection unexpectedly"),
                (psycopg.InterfaceError("the connection is closed"), "the connection is closed"),
                (pg.ReadOnlySqlTransaction("read-only"), "read-only"),
                (pg.AdminShutdown("shutting down"), "shutting down"),
            )
        ),
        (pg.NumericValueOutOfRange("too large"), InvalidInput, "a value does not fit the database: too large"),
        (pg.CheckViolation("reads_check"), PlatewatchError, "here: the statement failed (reads_check)"),
        (pg.UndefinedTable("no reads"), PlatewatchError, "here: the statement failed (no reads)"),
    ],
)
def test_each_kind_is_told_apart(error: Exception, kind: type[PlatewatchError], said: str) -> None:
    found = translate(error, "here")
    assert (type(found), str(found)) == (kind, said)
    with pytest.raises(kind) as raised, translated("here"):
        raise error
    assert raised.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        *(psycopg.OperationalError(text) for text in WRONG),
        pg.InsufficientPrivilege("permission denied"),
        *(kind("x") for kind in (pg.UndefinedTable, pg.InvalidSchemaName, pg.UndefinedFunction, pg.UndefinedColumn)),
    ],
)
def test_what_worked_before_is_waited_for_when_the_server_refuses_it(error: Exception) -> None:
    found = translate(error, "here", worked_before=True)
    assert type(found) is DatabaseUnavailable
    assert str(found) == f"here: refuses what it granted before ({error})"
    with pytest.raises(DatabaseUnavailable) as raised, translated("here", worked_before=True):
        raise error
    assert is_refusal(raised.value)


def test_a_server_that_is_away_refuses_nothing() -> None:
    for worked_before in (False, True):
        with pytest.raises(DatabaseUnavailable) as raised, translated("here", worked_before=worked_before):
            raise GONE
        assert not is_refusal(raised.value)
    assert not is_refusal(DatabaseUnavailable("no cause"))
    own = DatabaseUnavailable("the password is not at hand")
    own.__cause__ = ConfigurationError("no file")
    assert is_refusal(own)
    assert type(translate(pg.CheckViolation("x"), "here", worked_before=True)) is PlatewatchError


def test_an_error_without_words_is_named_by_its_kind() -> None:
    assert str(translate(psycopg.OperationalError(""), "here")).endswith("(OperationalError)")
