"""Whether a source that is fetched can be, and what comes of it. Nothing is stored, or taken from the run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.inbox_place import INBOX_FILE
from ingest.pulling.making import puller_of
from ingest.pulling.reader import PullReader
from ingest.pulling.telling import PullState
from ingest.server.reads import vendor_message
from ingest.streams.failures import StreamFailed, shown_address
from ingest.vendors.adapter import Parsed, ReportedRead
from ingest.vendors.registry import adapter_of, with_zone
from schemas.errors import ConfigurationError, InvalidInput
from schemas.settings import HikvisionPlatesPull, IngestSource, PullBase, Settings
from storage.spool.messages import Message
from storage.spool.spool import Spool

CONNECT_SECONDS = 20.0
LOOK_SECONDS = 0.1
MOST_PROBLEMS = 5


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What came of a source while it was watched.

    `plate` is the first that was read, None: none was. `problems` are messages that would be quarantined, each kind of
    problem once; `clock_seconds` is how far the newest read's time was from its arrival.
    """

    address: str
    state: PullState
    seconds: float
    reads: int
    without_plate: int
    pictures: int
    plate: ReportedRead | None
    problems: tuple[str, ...]
    clock_seconds: float | None
    clock_limit: float

    @property
    def doubts(self) -> list[str]:
        """What should be looked at though it is connected, a line each."""
        found = [f"a message could not be understood, and would be quarantined: {one}" for one in self.problems]
        if self.state.refused:
            found.append(f"{self.state.refused} messages were damaged or too large (ingest.max_body_megabytes)")
        if self.clock_seconds is not None and abs(self.clock_seconds) > self.clock_limit:
            off = f"{self.clock_seconds:+.0f} s off"
            found.append(f"its clock, or its zone, is {off}; have it set by NTP, or correct the source's timezone")
        return found


def pulled_source(settings: Settings, source_id: str) -> IngestSource:
    """Return a source that is fetched, as adapters take it.

    Args:
        settings: The configuration.
        source_id: Its id.

    Raises:
        ConfigurationError: There is none of this id, or it posts.
    """
    fetched = [source for source in settings.ingest.sources if source.pull is not None]
    for source in settings.ingest.sources:
        if source.id == source_id and source.pull is not None:
            return with_zone(source, settings.time_zone or "UTC")
        if source.id == source_id:
            raise ConfigurationError(
                f"source '{source_id}' posts its messages; only one that is fetched (pull) can be tried from here"
            )
    known = ", ".join(source.id for source in fetched) or "none is configured"
    raise ConfigurationError(f"there is no source '{source_id}'; sources that are fetched: {known}")


def check_source(
    settings: Settings,
    source: IngestSource,
    *,
    seconds: float,
    on_connected: Callable[[PullState], None] | None = None,
) -> SourceReport:
    """Fetch a source for some seconds, beside whoever else does.

    Args:
        settings: The configuration.
        source: The source, by `pulled_source`.
        seconds: How long.
        on_connected: Told when there is a connection.

    Raises:
        StreamFailed: There is none; why, in one line without secrets.
    """
    with tempfile.TemporaryDirectory(prefix="platewatch-check-") as name:
        folder = Path(name)
        reader = PullReader(
            source,
            lambda: puller_of(source, settings.agency_id, folder, is_trial=True),
            folder,
            int(settings.ingest.max_body_megabytes * 1e6),
        )
        reader.start()
        try:
            _wait_for(reader)
            if on_connected is not None:
                on_connected(reader.state)
            began = time.monotonic()
            while time.monotonic() - began < seconds and not (reader.state.problem and reader.state.connections == 1):
                time.sleep(LOOK_SECONDS)
            state = reader.state
        finally:
            reader.stop()
            reader.join(5.0)
        if state.problem is not None:
            raise StreamFailed(f"{state.problem}, after {state.received} messages")
        return _report(source, state, _stored(folder), time.monotonic() - began)


def _wait_for(reader: PullReader) -> None:
    deadline = time.monotonic() + CONNECT_SECONDS
    while reader.state.connected_at is None:
        if reader.state.problem is not None:
            raise StreamFailed(reader.state.problem)
        if time.monotonic() > deadline:
            raise StreamFailed(f"no connection within {CONNECT_SECONDS:g} s")
        time.sleep(LOOK_SECONDS)


def _stored(folder: Path) -> list[Message]:
    with Spool(folder / INBOX_FILE) as spool:
        return [one.message for one in spool.take(0, 100_000, 1 << 30)]


def _report(source: IngestSource, state: PullState, messages: list[Message], seconds: float) -> SourceReport:
    reads: list[tuple[ReportedRead, Message]] = []
    problems: dict[str, None] = {}
    without_plate = 0
    for message in messages:
        try:
            parsed = _parsed(source, message)
        except InvalidInput as error:
            problems[error.message] = None
            continue
        without_plate += parsed.without_plate
        reads += [(read, message) for read in parsed.reads]
    # A list is fetched after the fact, and says nothing of the clock.
    newest = None if not reads or isinstance(source.pull, HikvisionPlatesPull) else reads[-1]
    clock = None
    if newest is not None and newest[0].captured_at is not None:
        clock = (newest[0].captured_at - newest[1].received_at).total_seconds()
    return SourceReport(
        address=shown_address(source.pull.url.get_secret_value()) if isinstance(source.pull, PullBase) else "",
        state=state,
        seconds=seconds,
        reads=len(reads),
        without_plate=without_plate,
        pictures=sum(bool(read.plate_picture or read.context_picture) for read, _ in reads),
        plate=reads[0][0] if reads else None,
        problems=tuple(problems)[:MOST_PROBLEMS],
        clock_seconds=clock,
        clock_limit=source.clock_off_seconds,
    )


def _parsed(source: IngestSource, message: Message) -> Parsed:
    adapter, asked = adapter_of(source.vendor), vendor_message(message)
    adapter.validate(asked, source)
    return adapter.parse(asked, source)
