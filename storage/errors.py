"""psycopg's errors as Platewatch's own."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import psycopg
import psycopg_pool
from psycopg import errors as pg

from schemas.errors import (
    ConfigurationError,
    DatabaseUnavailable,
    InvalidInput,
    PlatewatchError,
    StorageFull,
    TransientError,
)

_WRONG_SETTING = re.compile(
    r"authentication failed|is not permitted to log in|role .* does not exist|database .* does not exist"
    r"|no pg_hba\.conf entry|no password supplied|invalid connection option|permission denied"
    r"|certificate verify failed|server does not support SSL|does not match host name|root certificate file"
    r"|could not (read|load) .*certificate|private key file"
    r"|invalid \S+ value|invalid port number|could not match \d+ (port numbers|host names)|weak sslmode"
    r"|definition of service .* not found|service file",
    re.IGNORECASE,
)
_SCHEMA_AWAY = (pg.UndefinedTable, pg.InvalidSchemaName, pg.UndefinedFunction, pg.UndefinedColumn)
_TRY_AGAIN = (pg.SerializationFailure, pg.DeadlockDetected, pg.LockNotAvailable, pg.QueryCanceled)


@contextlib.contextmanager
def translated(where: str, *, worked_before: bool = False) -> Iterator[None]:
    """Raise psycopg's errors as Platewatch's, `from` the cause.

    Args:
        where: The server in words, without its password.
        worked_before: As in `translate`.

    Raises:
        DatabaseUnavailable: It cannot be reached, ended the connection or is read-only.
        StorageFull: Its disk is full.
        TransientError: The statement lost a race; it may be tried again.
        InvalidInput: A value does not fit its column.
        ConfigurationError: It refuses this user or this database.
    """
    try:
        yield
    except (psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed) as error:
        raise translate(error, where, worked_before=worked_before) from error


def translate(error: Exception, where: str, *, worked_before: bool = False) -> PlatewatchError:
    """Return the Platewatch error for one of psycopg's; the message is one line and holds no data of the statement.

    Args:
        error: psycopg's.
        where: The server in words, without its password.
        worked_before: Whether the same connection string and tables were good before. Then a refusal is somebody's work
            on the server (a new password, a database that is moved or restored) and over when that is done.
    """
    reason = _one_line(error)
    if worked_before and _is_refusal(error, reason):
        return DatabaseUnavailable(f"{where}: refuses what it granted before ({reason})")
    if isinstance(error, pg.DiskFull):
        return StorageFull(f"{where}: the database's disk is full; free some space")
    if isinstance(error, _TRY_AGAIN):
        return TransientError(f"{where}: the statement has to be tried again ({reason})")
    if isinstance(error, pg.InsufficientPrivilege):
        return ConfigurationError(
            f"{where}: {reason}; grant this to the role in database.url, or start once with "
            "database.owner_url, which does it (docs/database-roles.md)"
        )
    if isinstance(error, psycopg_pool.PoolTimeout):
        return DatabaseUnavailable(f"{where}: no connection in time; the server is down or busy")
    if isinstance(error, psycopg.OperationalError) and _WRONG_SETTING.search(reason):
        return ConfigurationError(f"{where}: {reason}; correct database.url or database.options")
    if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError, pg.ReadOnlySqlTransaction)):
        return DatabaseUnavailable(f"{where}: cannot be reached or ended the connection ({reason})")
    if isinstance(error, psycopg.DataError):
        return InvalidInput(f"a value does not fit the database: {reason}")
    return PlatewatchError(f"{where}: the statement failed ({reason})")


def is_refusal(error: DatabaseUnavailable) -> bool:
    """Return whether a server that is there refuses what it granted before, or its password is not at hand."""
    cause = error.__cause__
    return isinstance(cause, PlatewatchError) or (cause is not None and _is_refusal(cause, _one_line(cause)))


def _is_refusal(error: BaseException, reason: str) -> bool:
    if isinstance(error, (pg.InsufficientPrivilege, *_SCHEMA_AWAY)):
        return True
    return isinstance(error, psycopg.OperationalError) and _WRONG_SETTING.search(reason) is not None


def _one_line(error: BaseException) -> str:
    # Only the primary message: DETAIL and CONTEXT lines may hold plates, which must not reach a log.
    text = getattr(getattr(error, "diag", None), "message_primary", None) or str(error)
    return " ".join(text.split()) or type(error).__name__
