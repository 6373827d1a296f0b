"""What the tests of operations share: who acts, and an audit that fails."""

from __future__ import annotations

from schemas.actor import Actor, SignIn
from schemas.audit import Action
from storage.audit.reader import AuditEntry, audit_entries
from storage.database import Database

LEE = Actor("lee", SignIn.LOCAL_USER, "desk-7, /dev/pts/1", "portsmouth-pd")


def only_row(database: Database, action: Action) -> AuditEntry:
    """The one row of the audit, by Lee."""
    (row,) = audit_entries(database)
    assert (row.actor, row.action) == (LEE, action)
    return row


def without_audit(database: Database) -> dict[str, str]:
    """What the tables of lists, alerts and alarms hold, by table; what a failed action must not have changed."""
    tables = (
        *("hotlists", "hotlist_versions", "hotlist_entries", "hotlist_withdrawals", "hotlist_holds", "hotlist_rejects"),
        *("hits", "alerts", "outbox", "alarms", "historical_progress"),
    )
    found = {}
    with database.connection() as connection:
        for table in tables:
            statement = f"select coalesce(string_agg(row::text, ';' order by row::text), '') from {table} as row"
            (found[table],) = connection.execute(statement.encode()).fetchone() or ("",)
    return found


def close_audit(database: Database) -> None:
    """Make every row of the audit fail when it is written."""
    with database.as_owner() as connection:
        connection.execute("alter table audit add constraint closed check (false) not valid")


def fail_after_audit(database: Database) -> None:
    """Make every transaction that has written an audit row fail at its end, after all else was done."""
    with database.as_owner() as connection:
        connection.execute(
            "create function fail_late() returns trigger language plpgsql as "
            "$$ begin raise check_violation using message = 'failed late'; end $$"
        )
        connection.execute(
            "create constraint trigger fail_late after insert on audit deferrable initially deferred "
            "for each row execute function fail_late()"
        )
