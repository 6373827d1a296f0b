"""Ending what is over now, with its bytes, and looking for them afterwards."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.inbox_place import INBOX_FILE
from operations.audit.sealing import seal_audit
from operations.backup.ends import note_ends
from operations.hotlists.uploading import folders_of_uploads, forget_left
from operations.hotlists.uploads import prune_sent_lists, sent_lists_folder
from operations.proving import write_proof
from policy.decisions import effective_retention
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput, TransientError
from schemas.settings import Settings
from services.kafka.segments import overdue_segments
from services.remains import Searched, Sought, search_files, texts_in_files
from storage.audit.writer import write_audit
from storage.database import Database
from storage.reads.images import ImageStore
from storage.remains.messages import plates_in
from storage.remains.rewriting import rewrite
from storage.remains.samples import expiring_message_texts, expiring_pictures, expiring_texts, held_texts
from storage.retention import RetentionOutcome, enforce_retention, forget_unread_plates
from storage.spool.spool import Spool

MOST_TEXTS = 5000
MOST_PICTURES = 20
MESSAGES_AT_ONCE = 100
LOCK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class PurgeOutcome:
    """What a purge came to.

    `ended` counts the records, `waited` messages that nobody had processed for so long. `rewritten` are tables of which
    no deleted row is left in the files, `left` those that were in use; both are empty where the server is not ours.
    `sought` and `searched` are there where it was looked for what ended; `held` counts plates that are kept for another
    reason and so were not looked for. `in_broker` are files of the local broker with alerts that are over; `proof` is
    the signed file that says all of this.
    """

    ended: RetentionOutcome
    waited: int = 0
    rewritten: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    sought: Sought | None = None
    held: int = 0
    searched: Searched | None = None
    in_broker: tuple[Path, ...] = ()
    proof: Path | None = None
    seconds: float = field(default=0.0, compare=False)

    def document(self) -> dict[str, Any]:
        """Return it in numbers, and names of files: what was looked for is in none of them."""
        ended = self.ended
        document: dict[str, Any] = {
            "reads": ended.reads,
            "hits": ended.hits,
            "alerts": ended.alerts,
            "pictures": ended.pictures,
            "audited": ended.audited,
            "messages": ended.messages + self.waited,
            "rewritten": list(self.rewritten),
            "left": list(self.left),
        }
        if self.searched is not None and self.sought is not None:
            document["searched"] = {
                "files": self.searched.files,
                "bytes": self.searched.bytes,
                "plates": len(self.sought.texts),
                "held_plates": self.held,
                "picture_probes": len(self.sought.probes),
                "found": {str(path): count for path, count in self.searched.found.items()},
                "unread": [str(path) for path in self.searched.unread],
                "in_broker": [str(path) for path in self.in_broker],
            }
        return document


def purge(actor: Actor, database: Database, settings: Settings, *, prove: bool = False) -> PurgeOutcome:
    """End what is too old now, and write anew whatever holds its bytes still; the audit says so before it begins.

    Args:
        actor: Who does it.
        database: An open database; where it is not the embedded one, its files are its administrator's.
        settings: The configuration.
        prove: Look for what ended in every byte of the data directory afterwards, and sign what came of it.

    Raises:
        DatabaseUnavailable: The server went away; do it again.
        TransientError: A table is in use for too long, or the image store does not answer; do it again.
    """
    begun = datetime.now(UTC)
    retention = effective_retention(settings)
    cutoff = begun - retention.reads
    images = ImageStore(settings)
    write_audit(database, AuditRecord(actor, Action.PURGE, {"prove": prove}))
    texts = expiring_texts(database, cutoff, MOST_TEXTS) if prove else set()
    texts |= expiring_message_texts(database, cutoff, MOST_TEXTS) if prove else set()
    texts |= {plate for body in _inbox(settings, before=cutoff) for plate in plates_in(body)} if prove else set()
    pictures = _pictures(database, images, cutoff) if prove else []
    ended = enforce_retention(database, retention, delete_images=images.delete, now=begun)
    forget_unread_plates(database)
    prune_sent_lists(settings, begun)
    forget_left(settings.data_dir)
    rewritten, left = rewrite(database, cutoff, lock_seconds=LOCK_SECONDS) if database.has_owner else ([], [])
    waited = _end_inbox(settings, cutoff)
    note_ends(database, settings)
    if not prove:
        return PurgeOutcome(ended, waited, tuple(rewritten), tuple(left), seconds=_since(begun))
    held = held_texts(database, texts, _inbox(settings))
    held |= texts_in_files([sent_lists_folder(settings), *folders_of_uploads(settings.data_dir)], texts - held)
    sought = Sought.of(texts - held, pictures)
    searched = search_files(settings.local_folders, sought)
    in_broker = tuple(overdue_segments(settings.data_dir, cutoff, without=[settings.alarm_topic]))
    outcome = PurgeOutcome(
        ended, waited, tuple(rewritten), tuple(left), sought, len(held), searched, in_broker, seconds=_since(begun)
    )
    seal_audit(database, settings)
    return dataclasses.replace(outcome, proof=write_proof(database, settings, begun, outcome.document()))


def _inbox(settings: Settings, before: datetime | None = None) -> Iterator[bytes]:
    """Yield the bodies of messages that wait to be processed, or of those that came before a time."""
    path = settings.data_dir / INBOX_FILE
    if not path.exists():
        return
    last = 0
    with Spool(path, durable=False) as spool:
        while taken := spool.take(last, MESSAGES_AT_ONCE):
            last = taken[-1].number
            yield from (one.message.body for one in taken if before is None or one.message.received_at < before)


def _end_inbox(settings: Settings, cutoff: datetime) -> int:
    """End messages that wait for longer than reads may be kept, and the bytes of all that were deleted."""
    path = settings.data_dir / INBOX_FILE
    if not path.exists():
        return 0
    with Spool(path) as spool:
        ended = spool.end(cutoff)
        spool.compact()
    return ended


def _pictures(database: Database, images: ImageStore, cutoff: datetime) -> list[bytes]:
    found = []
    for key in expiring_pictures(database, cutoff, MOST_PICTURES):
        with contextlib.suppress(InvalidInput, TransientError):
            found.append(images.load(key))
    return found


def _since(moment: datetime) -> float:
    return (datetime.now(UTC) - moment).total_seconds()
