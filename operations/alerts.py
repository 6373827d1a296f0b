"""Looking at the alerts that were raised."""

from __future__ import annotations

from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from storage.alerts.numbering import number_alerts
from storage.alerts.outbox import pending
from storage.alerts.raised import AlertLog, StoredAlert
from storage.audit.writer import write_audit
from storage.database import Database


class AlertView:
    """One look at the alerts: the newest ones, and perhaps on as new ones come.

    Alerts that a run was killed over have no number yet, and get it here; where a run goes on, its stage is faster.

    Args:
        actor: Who looks.
        database: An open database.
        purpose: Why.
        case_number: The case it belongs to.
    """

    def __init__(
        self, actor: Actor, database: Database, *, purpose: str | None = None, case_number: str | None = None
    ) -> None:
        self._record = AuditRecord(actor, Action.VIEW_ALERTS, purpose=purpose, case_number=case_number)
        self._database = database
        self._alerts = AlertLog(database)

    def latest(self, limit: int, *, follow: bool = False) -> list[StoredAlert]:
        """Return the newest alerts, newest first; the look stands in the audit before they are returned.

        Args:
            limit: Most alerts to return.
            follow: Whether `after` will be asked for what comes.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        number_alerts(self._database)
        found = self._alerts.latest(limit)
        write_audit(self._database, self._record, len(found), limit=limit, follow=follow)
        return found

    def after(self, alert_number: int) -> list[StoredAlert]:
        """Return alerts and updates after one, oldest first: part of the look that `latest` wrote down.

        Args:
            alert_number: The last one seen.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        number_alerts(self._database)
        return self._alerts.after(alert_number)


def waiting_messages(database: Database) -> int:
    """Return how many messages wait for the broker; that says nothing about anybody, so nothing is written down.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return pending(database)
