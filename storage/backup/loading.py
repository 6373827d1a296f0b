"""A backup's rows into a database in which nothing is: the schema as it was, then the rows, all of them or none."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date
from graphlib import TopologicalSorter
from typing import Any

import psycopg
from psycopg import sql

from schemas.errors import ConfigurationError, InvalidInput
from storage.backup.manifest import Form, Manifest, StoredTable
from storage.backup.tables import Part, copying, name_of
from storage.database import Connection
from storage.errors import translated
from storage.migrate import migrate, migrate_to
from storage.sql import load_queries

_SQL = load_queries("backup/loading")
Reading = Callable[[StoredTable], Iterator[bytes]]
"""Yields the text of a table's file."""


def load(owner: str, where: str, manifest: Manifest, read: Reading, *, since_day: date) -> None:
    """Fill a database: its schema becomes the backup's, the rows come in one transaction, then the newest schema.

    Until `finish` is called, nothing but this opens the database: a table says that it is not done.

    Args:
        owner: Connection string of the role that owns the tables, or is to.
        where: The server in words.
        manifest: The backup's.
        read: Gives the text of a table's file.
        since_day: Days of reads before it are left out: they are over.

    Raises:
        ConfigurationError: The database holds something, or the backup is of a newer schema.
        InvalidInput: A file does not fit the schema that the backup names.
        DatabaseUnavailable: The server went away.
    """
    with translated(where), psycopg.connect(owner, autocommit=True) as connection:
        refuse_used(connection, where)
        migrate_to(owner, where, manifest.migrations)
        try:
            with connection.transaction():
                connection.execute(_SQL["begin_marker"])
                _fill(connection, manifest, read, since_day)
        except (psycopg.DataError, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable) as error:
            raise InvalidInput(
                f"the backup's rows do not fit its schema ({error.diag.message_primary or type(error).__name__})"
            ) from error
    migrate(owner, where, is_restoring=True)


def finish(connection: Connection) -> None:
    """Let others open the database."""
    connection.execute(_SQL["end_sign_ins"])
    connection.execute(_SQL["drop_marker"])


def refuse_used(connection: psycopg.Connection[Any], where: str) -> None:
    """Make sure that a database holds nothing.

    Raises:
        ConfigurationError: Somebody has worked with it.
    """
    if not _scalar(connection, _SQL["has_schema"]):
        return
    present = {str(name) for (name,) in connection.execute(_SQL["tables"])}
    for table in sorted(present & {"audit", "search_audit", "reads", "hotlists", "alerts", "cameras"}):
        statement = sql.SQL(_SQL["has_rows"].decode()).format(table=sql.Identifier(table))
        row = connection.execute(statement).fetchone()
        if row is not None and row[0]:
            raise ConfigurationError(
                f"{where}: is in use (its table '{table}' has rows); restore into an empty data directory, or into a "
                "new database"
            )


def _fill(connection: Connection, manifest: Manifest, read: Reading, since_day: date) -> None:
    connection.execute(_SQL["speak_utc"])
    tables = [str(name) for (name,) in connection.execute(_SQL["tables"])]
    unknown = {one.table for one in manifest.tables}.difference(tables)
    if unknown:
        raise InvalidInput(f"the backup has tables that its schema does not know: {', '.join(sorted(unknown))}")
    places = sql.SQL(", ").join(map(sql.Identifier, tables))
    connection.execute(sql.SQL(_SQL["empty"].decode()).format(tables=places))  # what migrations put into them
    _for_each(connection, "pause_triggers", tables)
    by_table: dict[str, list[StoredTable]] = {}
    for one in manifest.tables:
        by_table.setdefault(one.table, []).append(one)
    for table in _in_order(connection, tables):
        for one in by_table.get(table, ()):
            if table != "reads" or date.fromisoformat(one.part or "") >= since_day:
                _fill_part(connection, one, read, manifest.form)
    connection.execute(_SQL["check_keys"])
    _for_each(connection, "resume_triggers", tables)
    _continue_sequences(connection, manifest)


def _for_each(connection: Connection, statement: str, tables: list[str]) -> None:
    for table in tables:
        connection.execute(sql.SQL(_SQL[statement].decode()).format(table=sql.Identifier(table)))


def _fill_part(connection: Connection, part: StoredTable, read: Reading, form: Form) -> None:
    target, values = part.table, {"part": part.part}
    is_list = part.table == "hotlist_entries" and part.part is not None
    if part.table == "reads":
        connection.execute(_SQL["make_day"], values)
    if is_list:
        # Filled before it has indexes, as an import of a list does.
        connection.execute(_SQL["make_list"], values)
        target = str(_scalar(connection, _SQL["list_table"], values))
    columns = sql.SQL(", ").join(map(sql.Identifier, part.columns))
    statement = sql.SQL(_SQL["copy_in" if form == "text" else "copy_csv_in"].decode()).format(
        table=sql.Identifier(target), columns=columns
    )
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for piece in read(part):
                copy.write(piece)
        rows = cursor.rowcount
    if rows != part.rows:
        raise InvalidInput(f"{part.table}: {rows} rows came out of the backup, and its manifest says {part.rows}")
    if is_list:
        connection.execute(_SQL["attach_list"], values)
    if form == "csv":
        _compare(connection, part)


def _compare(connection: Connection, part: StoredTable) -> None:
    """Write the rows anew and compare them with the file, byte for byte.

    Raises:
        InvalidInput: They differ.
    """
    digest = hashlib.sha256()
    statement = copying(Part(part.table, part.columns, part.part), "csv")
    with connection.cursor() as cursor, cursor.copy(statement, {"part": part.part}) as copy:
        for piece in copy:
            digest.update(piece)
    if digest.hexdigest() != part.file.sha256:
        raise InvalidInput(f"{name_of(part)}: what came in is not what the file holds")


def _in_order(connection: Connection, tables: list[str]) -> list[str]:
    """Return tables so that what a row refers to is there before it."""
    order: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(sorted(tables), ()))
    for source, target in connection.execute(_SQL["needs"]):
        if source in tables and target in tables:
            order.add(source, target)
    if "hotlist_entries" in tables:
        order.add("hotlist_entries", "hotlists")  # a list's table is named by its row
    return list(order.static_order())


def _continue_sequences(connection: Connection, manifest: Manifest) -> None:
    given = dict(manifest.sequences)
    for table, column, sequence in connection.execute(_SQL["owned_sequences"]).fetchall():
        statement = sql.SQL(_SQL["continue_after_rows"].decode()).format(
            name=sql.Literal(f'"{sequence}"'), column=sql.Identifier(column), table=sql.Identifier(table)
        )
        connection.execute(statement, {"value": given.pop(sequence, None)})
    for sequence, value in given.items():
        connection.execute(_SQL["continue_after"], {"sequence": sequence, "value": value})


def _scalar(connection: psycopg.Connection[Any], statement: bytes, values: dict[str, Any] | None = None) -> Any:
    row = connection.execute(statement, values).fetchone()
    return None if row is None else row[0]
