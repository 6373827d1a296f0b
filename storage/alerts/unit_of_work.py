"""One transaction over reads, hits, alerts and their messages, and how it is begun."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.audit import AuditRecord
from schemas.errors import InvalidInput, PlatewatchError, TransientError
from schemas.events import Alert, ConfirmationEvent, DispositionEvent
from schemas.settling import Arrived, OpenAlert, Outcome, RaisedHit, Sighting
from schemas.types import Disposition, Life, PlateRead
from storage.alerts.dispositions import (
    FoundAlert,
    add_disposition,
    dispositions_of,
    find_alert,
    lock_alert,
    note_return,
    save_findings,
)
from storage.alerts.known import newest_messages, open_alerts, open_chains, raised_hits, settled_hits, sightings
from storage.alerts.storms import Limit, storm_of
from storage.alerts.wakeups import WAKE, wake
from storage.alerts.writer import AlertWriter
from storage.audit.writer import write_audit
from storage.cars.answers import settle_answer
from storage.database import Connection, Database
from storage.gathering import Gathering, gathered
from storage.reads.past import ListProgress, set_progress
from storage.reads.records import MAKE_INCOMING, ensure_days, write_reads
from storage.reads.revisions import DayIsGone


class UnitOfWork(AlertWriter):
    """What is known and what is written within one transaction; `alerts.settling` decides in between.

    Args:
        connection: A connection with an open transaction.
        gathering: How its statements travel together once reads are stored in it; None: one by one.
    """

    def __init__(self, connection: Connection, gathering: Gathering | None = None) -> None:
        super().__init__(connection)
        self._gathering = gathering

    def add_reads(self, reads: Sequence[PlateRead]) -> list[Arrived]:
        """Store reads, once; return what each is: new, or which revision of one that was stored before."""
        return write_reads(self._connection, reads, self._gathering) if reads else []

    def settled_hits(self, hit_ids: Sequence[UUID]) -> dict[UUID, Outcome | None]:
        """See `storage.alerts.known.settled_hits`."""
        return settled_hits(self._connection, hit_ids)

    def open_alerts(self, entry_ids: Sequence[UUID], moments: Sequence[datetime], within: timedelta) -> list[OpenAlert]:
        """See `storage.alerts.known.open_alerts`."""
        return open_alerts(self._connection, entry_ids, moments, within)

    def open_chains(self, alert_ids: Sequence[UUID]) -> list[OpenAlert]:
        """See `storage.alerts.known.open_chains`."""
        return open_chains(self._connection, alert_ids)

    def raised_hits(self, read_ids: Sequence[UUID]) -> list[RaisedHit]:
        """See `storage.alerts.known.raised_hits`."""
        return raised_hits(self._connection, read_ids)

    def sightings(
        self, reads: Sequence[PlateRead], within: timedelta, together: Collection[UUID]
    ) -> dict[UUID, list[Sighting]]:
        """See `storage.alerts.known.sightings`."""
        return sightings(self._connection, reads, within, together)

    def newest_messages(self, alert_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        """See `storage.alerts.known.newest_messages`."""
        return newest_messages(self._connection, alert_ids)

    def storm_of(self, camera_id: str, entry_id: UUID, moment: datetime, minimum: int, limit: Limit) -> int | None:
        """See `storage.alerts.storms.storm_of`."""
        return storm_of(self._connection, camera_id, str(entry_id), moment, minimum, limit)

    def alert_to_change(self, wanted: UUID) -> FoundAlert | None:
        """Return a first alert of which nobody else may say anything until the commit; None where it has ended."""
        lock_alert(self._connection, wanted)
        return find_alert(self._connection, wanted)

    def dispositions_of(self, alert_id: UUID) -> list[Disposition]:
        """See `storage.alerts.dispositions.dispositions_of`."""
        return dispositions_of(self._connection, [alert_id]).get(alert_id, [])

    def add_disposition(self, alert_id: UUID, disposition: Disposition) -> None:
        """See `storage.alerts.dispositions.add_disposition`."""
        add_disposition(self._connection, alert_id, disposition)

    def note_return(self, event: DispositionEvent, hotlist_id: str) -> None:
        """See `storage.alerts.dispositions.note_return`."""
        note_return(self._connection, event, hotlist_id)

    def save_findings(self, alert: Alert, life: Life, confirmation: ConfirmationEvent, at: datetime) -> None:
        """See `storage.alerts.dispositions.save_findings`."""
        save_findings(self._connection, alert, life, confirmation, at)

    def write_down(self, audit: AuditRecord | None) -> None:
        """Write the action that the transaction belongs to into the audit."""
        write_audit(self._connection, audit)

    def settle_car_answer(self, answer_id: UUID, number: int) -> None:
        """Note that what was said in a car is a disposition now, by its number."""
        settle_answer(self._connection, answer_id, "taken", number=number)

    def set_progress(self, progress: ListProgress) -> None:
        """Note how far a list's entries were matched with stored reads."""
        set_progress(self._connection, progress)


class Ledger:
    """Begins units of work.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._days: set[date] = set()
        self._days_lock = threading.Lock()

    @contextlib.contextmanager
    def begin(self, reads: Sequence[PlateRead] = ()) -> Iterator[UnitOfWork]:
        """Open a transaction, which is committed at the end of the block: all of it, or nothing.

        Args:
            reads: The reads that will be stored in it; their days' partitions are made before.

        Raises:
            DatabaseUnavailable: Nothing was written, or the answer was lost; write the same again.
            TransientError: Nothing was written; write the same again.
            StorageFull: Nothing was written.
            InvalidInput: A value cannot be stored (a message that is not JSON, a number that is not finite).
        """
        self._ensure_days({read.captured_at.astimezone(UTC).date() for read in reads})
        try:
            if reads:
                with self._database.connection() as connection, gathered(connection, MAKE_INCOMING) as gathering:
                    unit = UnitOfWork(connection, gathering)
                    yield unit
                    if unit.has_written_messages:
                        gathering.afterwards(WAKE)
                return
            with self._database.transaction() as connection:
                unit = UnitOfWork(connection)
                yield unit
        except DayIsGone as error:
            with self._days_lock:
                self._days.clear()
            raise TransientError("retention ended a day while its reads were written; write them again") from error
        except ValueError as error:
            raise InvalidInput(f"a record cannot be stored: {error}") from error
        if unit.has_written_messages:
            # A transaction of its own: one that notifies makes all others wait for its commit that do so, too.
            with contextlib.suppress(PlatewatchError):
                wake(self._database)

    def _ensure_days(self, days: set[date]) -> None:
        with self._days_lock:
            missing = sorted(days - self._days)
        if missing:
            ensure_days(self._database, missing)
            with self._days_lock:
                self._days.update(missing)
