"""Open alerts whose entry does not stand any more are found and taken back."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from alerts.settling.cancel import cancel_alerts
from schemas.settings import Settings
from storage.alerts.numbering import number_alerts
from storage.alerts.stale import stale_alerts
from storage.alerts.unit_of_work import Ledger
from storage.database import Database

log = logging.getLogger(__name__)


def cancel_stale_alerts(database: Database, settings: Settings) -> int:
    """Cancel the open alerts whose entry does not stand any more; call it after every change of a hotlist.

    Args:
        database: An open database.
        settings: The configuration; `alerts.open_hours` counts here.

    Returns:
        How many alerts were canceled now. Others may have canceled more at the same time; none is canceled twice.

    Raises:
        DatabaseUnavailable: The server went away; what was canceled stays so.
    """
    now = datetime.now(UTC)
    stale = stale_alerts(database, now - timedelta(hours=settings.alerts.open_hours), now)
    count = cancel_alerts(Ledger(database), stale, now)
    if count:
        number_alerts(database)
        log.info("%d alerts were canceled", count)
    return count
