"""Who may do what in the database: the owner changes the schema, the application reads and writes rows.

An application that is the owner works too, as it had to before there were two roles: the audit is then only as safe as
its password, which is said at every start.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from schemas.errors import ConfigurationError
from storage.errors import translated
from storage.migrate import is_current, migrate, taking_turns
from storage.sql import load_queries

log = logging.getLogger(__name__)

_SQL = load_queries("roles")
APPEND_ONLY = ("audit", "audit_checkpoints", "audit_seals", "audit_segments", "disseminations", "dispositions")
"""Tables whose rows the application may add and read, and never change or delete."""
READ_ONLY = ("audit_retention", "schema_migrations")
"""Tables that the application only reads."""
GUIDE = "docs/database-roles.md"


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """A role that connects, and its tables' owner; without tables `schema` and `owner` are empty."""

    name: str
    is_superuser: bool
    makes_roles: bool
    owner: str
    is_owner: bool
    may_make: bool
    schema: str

    @property
    def excess(self) -> str | None:
        """What the role is beyond an application, in words."""
        if self.is_superuser:
            return "is a superuser"
        if self.is_owner:
            return "owns the tables, or may become the role that does"
        return "may make roles and join them (CREATEROLE)" if self.makes_roles else None


def prepare(application: str, owner: str | None, where: str, audit_keep: timedelta) -> None:
    """Bring the schema up to date and let the application at it; an application alone does what it may.

    Args:
        application: Connection string of the role that works with rows.
        owner: Of the role that owns the tables; None: it is not known here.
        where: The server in words, without its password.
        audit_keep: How long rows of the audit are kept; only their owner sets it.

    Raises:
        ConfigurationError: A role or the schema does not fit; says what to do.
        DatabaseUnavailable: The server went away.
    """
    with translated(where), psycopg.connect(application, autocommit=True) as connection:
        role = _facts(connection)
        if owner is not None:
            _prepare_as_owner(owner, role, where, audit_keep)
            if not _scalar(connection, "sees_schema", {}):
                raise ConfigurationError(
                    f"{where}: the role '{role.name}' of database.url does not find the tables that "
                    "database.owner_url's role made; name the same database in both, and set the same search_path for "
                    "both roles"
                )
        elif not is_current(connection, where):
            _migrate_alone(application, role, where)
            role = _facts(connection)
        if role.is_owner:
            _look_after(connection, role.schema, audit_keep)
    if role.excess is not None:
        log.warning(
            "database.url's role '%s' %s, so whoever has its password can change the audit: use a role that owns "
            "nothing there, and name the tables' owner in database.owner_url (%s)",
            role.name,
            role.excess,
            GUIDE,
        )


def _migrate_alone(application: str, role: RoleFacts, where: str) -> None:
    """Change the schema as the application, which may where it owns the tables, or where it may make the first ones."""
    if role.schema and not role.is_owner:
        raise ConfigurationError(
            f"{where}: its schema is older than this Platewatch, and the role '{role.name}' of database.url may not "
            f"change it; start once with database.owner_url naming the role '{role.owner}', which owns the tables "
            f"({GUIDE})"
        )
    if not role.schema and not role.may_make:
        raise ConfigurationError(
            f"{where}: Platewatch's tables are not there, or the role '{role.name}' of database.url does not find "
            "them, and it may not make any; start once with database.owner_url naming the role that is to own them "
            f"({GUIDE})"
        )
    migrate(application, where)


def _prepare_as_owner(owner: str, role: RoleFacts, where: str, audit_keep: timedelta) -> None:
    with psycopg.connect(owner, autocommit=True) as connection:
        own = _facts(connection)
        if own.schema and not own.is_owner:
            raise ConfigurationError(
                f"{where}: the tables belong to the role '{own.owner}', and database.owner_url names '{own.name}'; "
                f"name '{own.owner}' there, or have a superuser run: reassign owned by {own.owner} to {own.name}"
            )
        if not is_current(connection, where):
            migrate(owner, where)
            own = _facts(connection)
        _look_after(connection, own.schema, audit_keep)
        if role.name != own.name and not role.is_superuser:
            _grant(connection, role.name, own.schema, where)


def _look_after(connection: psycopg.Connection[Any], schema: str, audit_keep: timedelta) -> None:
    """Do what only the owner may: fix what functions with its rights look names up in, and how long the audit stays."""
    space = sql.Identifier(schema)
    if _scalars(connection, "loose_definers", {"schema": schema}):
        with taking_turns(connection):
            for name in _scalars(connection, "loose_definers", {"schema": schema}):
                for statement in ("secure_definer", "close_definer"):
                    _execute(connection, statement, name=_as_written(name), schema=space)
    connection.execute(_SQL["keep_audit"], {"keep": audit_keep})


def _grant(connection: psycopg.Connection[Any], role: str, schema: str, where: str) -> None:
    """Make or renew a role's grants, unless they are as they should be."""
    values = {"role": role, "schema": schema, "append_only": list(APPEND_ONLY), "read_only": list(READ_ONLY)}
    if not _scalar(connection, "knows_role", values):
        raise ConfigurationError(
            f"{where}: database.owner_url's server has no role '{role}', which database.url names; name the same "
            "server in both"
        )
    if not _scalars(connection, "differences", values):
        return
    with taking_turns(connection), connection.transaction():
        if _scalars(connection, "differences", values):  # another process may have been first
            _grant_everything(connection, values)
    if left := _scalars(connection, "differences", values):
        log.warning(
            "the role '%s' of database.url has other rights than it should to: %s; look for grants to roles that it is "
            "a member of (%s)",
            role,
            ", ".join(left),
            GUIDE,
        )


def _grant_everything(connection: psycopg.Connection[Any], values: Mapping[str, Any]) -> None:
    schema, role = sql.Identifier(values["schema"]), sql.Identifier(values["role"])
    _execute(connection, "grant_schema", schema=schema, role=role)
    for name in _scalars(connection, "tables", values):
        table = sql.Identifier(values["schema"], name)
        _execute(connection, "close_table", table=table, role=role)
        _execute(connection, "grant_table", privileges=sql.SQL(_privileges(name)), table=table, role=role)
    for name in _scalars(connection, "sequences", values):
        _execute(connection, "grant_sequence", table=sql.Identifier(values["schema"], name), role=role)
    for name in _scalars(connection, "definers", values):
        _execute(connection, "grant_definer", name=_as_written(name), role=role)
    for statement in ("grant_coming_tables", "grant_coming_sequences"):
        _execute(connection, statement, schema=schema, role=role)


def _privileges(table: str) -> Any:
    if table in READ_ONLY:
        return "select"
    return "select, insert" if table in APPEND_ONLY else "select, insert, update, delete"


def _facts(connection: psycopg.Connection[Any]) -> RoleFacts:
    with connection.cursor(row_factory=class_row(RoleFacts)) as cursor:
        found = cursor.execute(_SQL["facts"]).fetchone()
    assert found is not None  # noqa: S101 - whoever connects has a role
    return found


def _scalar(connection: psycopg.Connection[Any], statement: str, values: Mapping[str, Any]) -> bool:
    row = connection.execute(_SQL[statement], values).fetchone()
    return row is not None and bool(row[0])


def _scalars(connection: psycopg.Connection[Any], statement: str, values: Mapping[str, Any]) -> list[str]:
    return [str(name) for (name,) in connection.execute(_SQL[statement], values)]


def _as_written(signature: str) -> sql.SQL:
    """Return a function's signature as PostgreSQL wrote it, quoted where it has to be."""
    return sql.SQL(signature)


def _execute(connection: psycopg.Connection[Any], statement: str, **places: sql.Composable) -> None:
    connection.execute(sql.SQL(_SQL[statement].decode()).format(**places))
