"""What an entry would raise, said before it is added: texts that would alert, and the false alerts to be expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from matcher.preview import Preview, Previewer, Surroundings
from operations.hotlists.withdrawing import WantedEntries, fitting_entries
from policy.decisions import open_policy
from policy.traffic import matching_settings
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.settings import Settings
from schemas.types import HotlistEntry
from storage.audit.writer import write_audit
from storage.cameras.states import CameraHours
from storage.database import Database
from storage.hotlists.history import HotlistHistory

COUNTED = timedelta(days=7)
"""Over so long reads are counted."""
LEAST_COUNTED = timedelta(hours=6)
"""Of a shorter time nothing is said of a day."""
PER = 10_000


@dataclass(frozen=True, slots=True)
class EntryTrial:
    """What an entry would raise here.

    `reads_a_day` is how many reads passed a day lately, or None where that is not known yet. `notifies` says whether
    its category raises alerts by law, and `reason` why. `listed` are entries of the same plate that are in force.
    """

    entry: HotlistEntry
    preview: Preview
    reads_a_day: float | None
    notifies: bool
    reason: str
    listed: tuple[HotlistEntry, ...]

    @property
    def false_alerts_a_day(self) -> float | None:
        """How many false alerts a day are to be expected at most; None where the reads of a day are not known."""
        if not self.notifies:
            return 0.0
        return None if self.reads_a_day is None else self.reads_a_day * self.preview.most_false_alerts / PER


def try_entry(actor: Actor, database: Database, settings: Settings, entry: HotlistEntry) -> EntryTrial:
    """Return what an entry would raise, and change nothing; that it was asked stands in the audit.

    Args:
        actor: Who asks.
        database: An open database.
        settings: The configuration.
        entry: The entry, from `single_entry`.

    Raises:
        InvalidInput: Its plate cannot be matched.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    details = {
        "hotlist": entry.hotlist_id,
        "plate": entry.plate,
        "state": entry.jurisdiction,
        "category": entry.category.value,
    }
    record = AuditRecord(actor, Action.TRY_ENTRY, details, case_number=entry.case_number)
    history = HotlistHistory(database)
    around = Surroundings(history.count_by_state(), history.partial_plates())
    preview = Previewer(matching_settings(settings), around).preview(entry)
    listed = tuple(fitting_entries(database, WantedEntries(plate=entry.plate)))
    policy = open_policy(settings)
    write_audit(database, record, len(preview.texts))
    return EntryTrial(
        entry,
        preview,
        _reads_a_day(database),
        policy.may_notify(entry.category),
        policy.notify_reason(entry.category),
        listed,
    )


def _reads_a_day(database: Database) -> float | None:
    now = datetime.now(UTC)
    counted = [
        (hour, reads)
        for hours in CameraHours(database).between(now - COUNTED, now).values()
        for hour, reads in hours.items()
    ]
    if not counted:
        return None
    span = now - min(hour for hour, _ in counted)
    return sum(reads for _, reads in counted) / (span / timedelta(days=1)) if span >= LEAST_COUNTED else None
