"""Writing tables anew: deleted rows lie in a table's files, in the log of changes and in statistics until then."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from psycopg import sql

from schemas.errors import TransientError
from storage import statements
from storage.database import Connection, Database
from storage.errors import translated
from storage.sql import load_queries

log = logging.getLogger(__name__)

_SQL = load_queries("remains/remains")
WITHOUT_PLATES = (
    *("schema_migrations", "audit_retention", "hotlist_revision", "historical_progress", "stops"),
    *("audit_seals", "audit_checkpoints", "audit_segments", "audit_unsealed"),
)
STATISTICS = ("pg_catalog.pg_statistic", "pg_catalog.pg_statistic_ext_data")
"""The commonest values of every column, plates among them, as ANALYZE found them once."""
SWITCHES = 2
"""The log of changes is read from the checkpoint before the last one on: after two, what was before is not needed."""
CLEARS_STATISTICS = 180000
"""The first server version with pg_clear_attribute_stats."""
LOCK_SECONDS = 10.0


def rewrite(
    database: Database,
    cutoff: datetime,
    *,
    largest_bytes: int | None = None,
    lock_seconds: float = LOCK_SECONDS,
    stop: threading.Event | None = None,
) -> tuple[list[str], list[str]]:
    """Write every table anew from which rows with plates were deleted, and let go of the log of changes.

    A table that is written anew is locked meanwhile: a day of 140,000 reads (96 MB) for some five seconds.

    Args:
        database: The open embedded database; only its owner may do this.
        cutoff: Up to when reads have ended, aware.
        largest_bytes: Larger tables are only vacuumed, which lets their space be used again but leaves its bytes; None:
            none is too large.
        lock_seconds: How long to wait for whoever uses a table, and others behind us.
        stop: Set it to end early; what was not reached stays as it is.

    Returns:
        The tables that were written anew, and those that were not: too large, or in use for too long.

    Raises:
        ConfigurationError: The server is not the embedded one.
        DatabaseUnavailable: The server went away.
    """
    done: list[str] = []
    left: list[str] = []
    values = {"without": list(WITHOUT_PLATES), "day": f"reads_{cutoff:%Y%m%d}"}
    with database.as_owner() as connection:
        connection.execute("select set_config('lock_timeout', %s, false)", [f"{int(lock_seconds * 1000)}ms"])
        for name, size in statements.all(connection, _SQL["tables"], values):
            if stop is not None and stop.is_set():
                return done, left
            is_small = largest_bytes is None or size <= largest_bytes
            (done if is_small and _vacuum(database, connection, name, full=True) else left).append(name)
            if name in left:
                _vacuum(database, connection, name, full=False)
        for name in statements.scalars(connection, _SQL["wholes"], kind=str):
            connection.execute(sql.SQL("analyze {}").format(_place(name)))
        _forget_statistics_of_empty(connection)
        for name in STATISTICS:
            _vacuum(database, connection, name, full=True)
        for _ in range(SWITCHES):
            connection.execute(_SQL["switch_wal"])
            connection.execute(_SQL["checkpoint"])
    return done, left


def _forget_statistics_of_empty(connection: Connection) -> None:
    """Clear what is known of the values of tables without rows: ANALYZE leaves it as it was when there were some.

    A server before PostgreSQL 18 has no way that an owner may take; there it stays until rows come.
    """
    if connection.info.server_version < CLEARS_STATISTICS:
        return
    for name in statements.scalars(connection, _SQL["with_statistics"], kind=str):
        has_rows = sql.SQL("select exists (select from {})").format(_place(name)).as_bytes(connection)
        if not statements.scalar(connection, has_rows, kind=bool):
            connection.execute(_SQL["clear_statistics"], {"table": name})


def _vacuum(database: Database, connection: Connection, name: str, *, full: bool) -> bool:
    """Vacuum a table; return whether it was free for long enough."""
    options = sql.SQL("full, analyze" if full else "analyze")
    if name in STATISTICS:
        options = sql.SQL("full")
    try:
        with translated(database.where):
            connection.execute(sql.SQL("vacuum ({}) {}").format(options, _place(name)))
    except TransientError as error:
        log.debug("table %s is not written anew: %s", name, error)
        return False
    return True


def _place(name: str) -> sql.Composed:
    """Return a table's name, as PostgreSQL wrote it, for a statement."""
    return sql.SQL(".").join(sql.Identifier(part) for part in name.replace('"', "").split("."))
