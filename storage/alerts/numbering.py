"""Alert numbers: given after the commit, they grow in the order in which alerts become visible."""

from __future__ import annotations

from storage import statements
from storage.database import Database
from storage.sql import load_queries

_SQL = load_queries("alerts/numbering")


def number_alerts(database: Database) -> int:
    """Number the alerts, updates and cancels that have no number yet, in the order in which they were written.

    What people said of alerts is numbered beside them, as a change of its alert (`storage.alerts.changes`).
    Whoever follows the numbers misses none: they are given under a lock until commit, which no writer of alerts takes.

    Args:
        database: An open database.

    Returns:
        How many alerts, updates and cancels were numbered.

    Raises:
        DatabaseUnavailable: The server is down; nothing was numbered, or the answer was lost.
    """
    if not statements.scalar(database, _SQL["are_waiting"], kind=bool):
        return 0
    with database.transaction() as connection:
        statements.execute(connection, _SQL["lock"])
        numbered = statements.scalar(connection, _SQL["number"], kind=int) or 0
        statements.execute(connection, _SQL["number_changes"])
    return numbered
