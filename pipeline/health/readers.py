"""Readers of which reads are missing: what came of each is counted by the hour, and held against the weeks before."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from alerts.routing.zone import agency_zone
from pipeline.health.board import HealthBoard
from pipeline.health.pattern import REMEMBERED, hour_of, missing_message
from schemas.events import AlarmKind
from schemas.health import ReaderHealth
from schemas.settings import IngestSource, Settings
from storage.cameras.states import CameraHours
from storage.database import Database

log = logging.getLogger(__name__)

ALIVE_FOR = timedelta(minutes=15)
"""Signs of life come every minute, of some readers every ten."""


class ReaderWatch:
    """Counts reads and judges silence. For one thread.

    Args:
        board: Where reads are noted as they are recorded, and alarms raised.
        database: The open database.
    """

    def __init__(self, board: HealthBoard, database: Database) -> None:
        self._board = board
        self._stored = CameraHours(database)
        self._hours: dict[str, dict[datetime, int]] = {}
        self._asked_in: datetime | None = None
        self._missing: set[str] = set()
        self._began_at = datetime.now(UTC)

    def store(self) -> None:
        """Store what came, and ask once an hour what came in the weeks before.

        Raises:
            DatabaseUnavailable: The server is down; nothing is counted twice or forgotten.
        """
        counts = self._board.reads()
        self._stored.add(counts)
        self._board.reads_stored(counts)
        hour = hour_of(datetime.now(UTC))
        if self._asked_in != hour:
            self._hours = self._stored.since(hour - REMEMBERED)
            self._asked_in = hour

    def judge(self, settings: Settings) -> None:
        """Raise and clear the alarm about every reader.

        Args:
            settings: The configuration in force.
        """
        now, read_at, zone = datetime.now(UTC), self._board.read_at(), agency_zone(settings.time_zone)
        for reader, hours in self._hours.items():
            limit = missing_limit(settings, reader)
            if limit is None:
                continue
            # What was before this run began says nothing of the reader: nobody took its reads.
            message = missing_message(hours, read_at.get(reader, self._began_at), now, limit, zone)
            if message is not None:
                message += self._sign_words(settings, reader, now)
                # Once: how many are missing grows all the time.
                if reader not in self._missing:
                    self._board.raised(AlarmKind.READS_MISSING, reader, message)
                    log.warning("reader %s: %s", reader, message)
                self._missing.add(reader)
                continue
            self._missing.discard(reader)
            if self._board.cleared(AlarmKind.READS_MISSING, reader):
                log.info("reader %s: its reads come again", reader)
        self._judge_sources(settings, now)
        for source in settings.ingest.sources:
            for one in self._board.signs.readers(source.id):
                self._judge_reader(source, one, now)

    def _judge_sources(self, settings: Settings, now: datetime) -> None:
        """Raise and clear the alarm about sources that sent nothing for longer than they may."""
        heard = {source.source_id: source.last_message_at for source in self._board.sources()}
        for source in settings.ingest.sources:
            last = max(heard.get(source.id) or self._began_at, self._began_at)
            if not source.silent_minutes or now - last < timedelta(minutes=source.silent_minutes):
                if self._board.cleared(AlarmKind.CAMERA_SILENT, source.id):
                    log.info("source %s: messages come again", source.id)
                continue
            message = (
                f"no message since {last.astimezone(UTC):%Y-%m-%d %H:%M} UTC, and {source.silent_minutes:g} minutes "
                f"are its limit (silent_minutes); look at the reader, and at {_way(source)}"
            )
            if self._board.raised(AlarmKind.CAMERA_SILENT, source.id, message):
                log.warning("source %s: %s", source.id, message)

    def _judge_reader(self, source: IngestSource, reader: ReaderHealth, now: datetime) -> None:
        """Raise and clear the alarms about one reader of a source, by its signs of life and its reads."""
        name = reader.reader_id
        if reader.problem is not None:
            message = f"{reader.problem}, its vendor's system says; look at the reader"
            if self._board.raised(AlarmKind.CAMERA_FAILED, name, message):
                log.warning("reader %s: %s", name, message)
        elif reader.last_sign_at is not None and self._board.cleared(AlarmKind.CAMERA_FAILED, name):
            log.info("reader %s: its vendor's system says that it works again", name)
        if name == source.id:
            return  # of the source as a whole
        last = max(at for at in (reader.last_sign_at, reader.last_read_at) if at is not None)
        if not source.silent_minutes or now - last < timedelta(minutes=source.silent_minutes):
            if self._board.cleared(AlarmKind.CAMERA_SILENT, name):
                log.info("reader %s: it is heard of again", name)
            return
        nothing = "no read" if reader.last_sign_at is None else "neither a read nor a sign of life"
        message = (
            f"{nothing} since {last.astimezone(UTC):%Y-%m-%d %H:%M} UTC, and {source.silent_minutes:g} minutes are the "
            f"limit of source {source.id} (silent_minutes); look at the reader and at the way to it"
        )
        if self._board.raised(AlarmKind.CAMERA_SILENT, name, message):
            log.warning("reader %s: %s", name, message)

    def _sign_words(self, settings: Settings, reader: str, now: datetime) -> str:
        """Say of a reader whose reads are missing whether it is alive, where its vendor sends signs of life."""
        for source in settings.ingest.sources:
            for one in self._board.signs.readers(source.id):
                if one.reader_id == reader and one.last_sign_at is not None:
                    if now - one.last_sign_at < ALIVE_FOR:
                        return "; it is alive, by its signs of life: look at what it sees"
                    return f"; no sign of life of it came since {one.last_sign_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return ""


def _way(source: IngestSource) -> str:
    if source.pull is None:
        return "the URL and token that it was given"
    return "what platewatch ingest check says of it"


def missing_limit(settings: Settings, reader: str) -> float | None:
    """Return how many reads of a reader may be missing, or None where it is none of ours (any more).

    Args:
        settings: The configuration.
        reader: Its name in reads: a camera's id, one of a source's `readers`, or a name that begins with a source's id.
    """
    for camera in settings.cameras:
        if camera.id == reader:
            return camera.missing_reads
    for source in settings.ingest.sources:
        if reader == source.id or any(place.id == reader for place in source.readers.values()):
            return source.missing_reads
    # The longest one: sources may be called gate and gate-north.
    owners = [source for source in settings.ingest.sources if reader.startswith(f"{source.id}-")]
    return max(owners, key=lambda source: len(source.id)).missing_reads if owners else None
