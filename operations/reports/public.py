"""The numbers that everybody may know, counted once a day: nobody who is not signed in makes the database work."""

from __future__ import annotations

import threading
from datetime import date, datetime

from operations.actors import service_actor
from operations.reports.filing import FiledReport, file_report
from operations.reports.periods import whole_weeks
from policy.decisions import effective_retention
from schemas.settings import Settings
from storage.database import Database

REPORT = "transparency"


class PublicNumbers:
    """The report of the last whole weeks.

    The span moves once a week, so that nobody learns by subtracting one day's numbers from the next one's what the
    hiding of small numbers keeps to itself.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._counted: tuple[date, FiledReport] | None = None

    def get(self, database: Database, settings: Settings, now: datetime) -> FiledReport:
        """Return the numbers; the first who asks on a day has them counted, which stands in the audit.

        Args:
            database: An open database.
            settings: The configuration.
            now: The present, aware.

        Raises:
            ConfigurationError: The law profile cannot be used.
            DatabaseUnavailable: The server is down.
        """
        today = now.astimezone().date()
        with self._turn:
            if self._counted is None or self._counted[0] != today:
                since, until = whole_weeks(effective_retention(settings).reads, now)
                actor = service_actor("transparency page", settings)
                self._counted = (today, file_report(actor, database, settings, REPORT, since, until, now))
            return self._counted[1]
