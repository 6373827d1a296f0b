"""Versions that wait for a person: shown, made active all the same, or given up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hotlists.feeds.inbox import Inbox
from hotlists.feeds.options import feed_options
from hotlists.feeds.uploads import Upload, Uploads
from hotlists.importing.importer import ImportOptions, Progress
from operations.currency import ListCurrency
from operations.hotlists.importing import ListImport, import_list
from operations.hotlists.uploads import import_sent_list
from operations.reasons import check_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import FeedSettings, Settings
from storage.audit.writer import write_audit
from storage.database import Database
from storage.hotlists.history import Hold, HotlistHistory


@dataclass(frozen=True, slots=True)
class HeldVersion:
    """A version that waits, and where its file is: among those that were sent, with its feed, or not here at all."""

    hold: Hold
    upload: Upload | None = None
    feed: FeedSettings | None = None
    path: Path | None = None

    @property
    def is_here(self) -> bool:
        """Whether it can be made active without its file being given again."""
        return self.path is not None

    @property
    def source(self) -> str:
        """Where its file came from, in words."""
        if self.upload is not None:
            return f"sent by {self.upload.note.sent_by}"
        if self.feed is not None:
            return f"by its feed ({self.feed.kind})"
        return "imported by hand; its file is not kept here"


def view_holds(
    actor: Actor, database: Database, settings: Settings, hotlist_id: str | None = None
) -> list[HeldVersion]:
    """Return the versions that wait for a person, by list, the newest first.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration; says where files are.
        hotlist_id: Of this list alone; None: of all.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_VERSIONS, {"hotlist": hotlist_id, "held": True})
    holds = HotlistHistory(database).holds()
    found = [hold for hold in holds if hotlist_id is None or hold.hotlist_id == hotlist_id]
    write_audit(database, record, len(found))
    return [_located(hold, settings) for hold in found]


def force_hold(
    actor: Actor,
    database: Database,
    settings: Settings,
    hold_id: int,
    reason: str,
    *,
    on_progress: Progress | None = None,
) -> ListImport:
    """Make a version active that was held.

    Args:
        actor: Who has looked at it; stands with the version.
        database: An open database.
        settings: The configuration.
        hold_id: The hold's number.
        reason: Why; kept with the version.
        on_progress: Told how far the work is.

    Raises:
        InvalidInput: It does not wait any more, its file is not here, or the reason says nothing.
        DatabaseUnavailable: The server went away; do it again.
    """
    AuditRecord(actor, Action.IMPORT)  # asks before anything is looked up
    held = _find(database, settings, hold_id)
    record = AuditRecord(actor, Action.IMPORT, _details(held.hold) | {"reason": reason})
    check_reason(database, record, reason)
    if held.path is None:
        raise InvalidInput(
            f"the file '{held.hold.file_name}' is not kept on this machine; import it again (platewatch hotlist import "
            f"--source {held.hold.layout} --name {held.hold.hotlist_id} --force REASON FILE)"
        )
    if held.upload is not None:
        done = import_sent_list(actor, database, settings, held.upload, force=reason, on_progress=on_progress)
    else:
        options = _feed_options(held, settings, reason)
        done = import_list(actor, database, settings, held.path, held.hold.layout, options, on_progress=on_progress)
    ListCurrency(settings, database).check()
    return done


def discard_hold(actor: Actor, database: Database, settings: Settings, hold_id: int, reason: str) -> Hold:
    """Give up a version that was held: the active one stays, and the alarm about it ends.

    Args:
        actor: Who has looked at it.
        database: An open database.
        settings: The configuration.
        hold_id: The hold's number.
        reason: Why.

    Raises:
        InvalidInput: It does not wait any more, or the reason says nothing.
        DatabaseUnavailable: The server went away; do it again.
    """
    AuditRecord(actor, Action.DISCARD_LIST)  # asks before anything is looked up
    held = _find(database, settings, hold_id)
    record = AuditRecord(actor, Action.DISCARD_LIST, _details(held.hold) | {"reason": reason})
    check_reason(database, record, reason)
    if not HotlistHistory(database).resolve(hold_id, audit=record):
        raise _gone(hold_id)
    if held.upload is not None:
        Uploads(settings.data_dir).remove(held.upload)
    ListCurrency(settings, database).check()
    return held.hold


def _find(database: Database, settings: Settings, hold_id: int) -> HeldVersion:
    hold = HotlistHistory(database).hold(hold_id)
    if hold is None:
        raise _gone(hold_id)
    return _located(hold, settings)


def _gone(hold_id: int) -> InvalidInput:
    return InvalidInput(f"no version waits under number {hold_id} any more; see platewatch hotlist held")


def _located(hold: Hold, settings: Settings) -> HeldVersion:
    upload = Uploads(settings.data_dir).with_digest(hold.file_sha256)
    if upload is not None and upload.note.layout == hold.layout:
        return HeldVersion(hold, upload=upload, path=upload.path)
    feed = next((feed for feed in settings.hotlists.feeds if feed.name == hold.hotlist_id), None)
    if feed is not None and feed.source == hold.layout:
        path = Inbox(feed, settings.data_dir).held_file(hold.file_sha256)
        if path is not None:
            return HeldVersion(hold, feed=feed, path=path)
    return HeldVersion(hold)


def _feed_options(held: HeldVersion, settings: Settings, reason: str) -> ImportOptions:
    assert held.feed is not None  # noqa: S101 - where its file is says so
    options = feed_options(held.feed, settings.hotlists)
    return ImportOptions(
        hotlist_id=options.hotlist_id,
        default_state=options.default_state,
        parser=options.parser,
        force=reason,
        settings=options.settings,
    )


def _details(hold: Hold) -> dict[str, object]:
    return {"hotlist": hold.hotlist_id, "layout": hold.layout, "file": hold.file_name, "held": hold.hold_id}
