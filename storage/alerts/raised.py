"""The alerts that were raised, for officers: newest first, or one after the other as they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from schemas.types import Tier
from storage.database import Database
from storage.sql import load_queries

_SQL = load_queries("alerts/raised")
FOLLOW_LIMIT = 500


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert and what became of it.

    `alert_number` grows in the order in which alerts become visible; what has none yet is not shown.
    `payload` is the Alert as a JSON object.
    `published` says that the broker has acknowledged it; `dead_letter` is why it refused it for good, or None.
    `canceled` is why the alert was taken back, by an alert of its own, or None. `last_number` is the number of the
    newest update, where that stands for the alert; otherwise the alert's own.
    """

    alert_number: int
    payload: dict[str, Any]
    published: bool
    dead_letter: str | None
    canceled: str | None = None
    last_number: int = 0


class AlertLog:
    """The stored alerts.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, limit: int, tier: Tier | str | None = None, after: int = 0) -> list[StoredAlert]:
        """Return the newest alerts, newest first; the newest update of an alert stands in its place.

        Args:
            limit: Most alerts to return.
            tier: Only alerts of this tier, which an update may have raised.
            after: Only alerts with a larger number.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return self._alerts("latest", {"limit": limit, "tier": tier and str(tier), "after": after})

    def after(self, alert_number: int, limit: int = FOLLOW_LIMIT) -> list[StoredAlert]:
        """Return alerts and updates after one, oldest first: none is missed by asking again from the last one's number.

        Args:
            alert_number: The last one seen; 0: from the beginning.
            limit: Most alerts to return.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return self._alerts("following", {"limit": limit, "after": alert_number})

    def _alerts(self, statement: str, values: dict[str, Any]) -> list[StoredAlert]:
        with self._database.connection() as connection:
            return [StoredAlert(*row) for row in connection.execute(_SQL[statement], values)]
