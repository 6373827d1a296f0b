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
    # Sent together: it is done while the relay and the next reads need the processor.
    with database.transaction() as connection, connection.pipeline():
        statements.submit(connection, _SQL["lock"])
        numbered = connection.execute(_SQL["number"])
        statements.submit(connection, _SQL["number_changes"])
        (count,) = numbered.fetchone() or (0,)
    return int(count)
