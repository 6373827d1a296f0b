"""Several services on machines of their own, and how they are struck."""

from __future__ import annotations

import contextlib
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from benchmarks.chaos.books import Books, has_read, kept_back, read_books, what_is_left
from benchmarks.chaos.extra import SURGE
from benchmarks.chaos.installation.blows import Targets, ending, eventually, pausing, send
from benchmarks.chaos.installation.faults import Hung
from benchmarks.chaos.installation.installation import Installation
from benchmarks.chaos.installation.keeper import Keeper
from benchmarks.chaos.installation.one_run import backend
from benchmarks.chaos.installation.processes import postmaster
from benchmarks.chaos.installation.site import AGENCY, Site
from benchmarks.chaos.schedule import Kind, Strike
from benchmarks.chaos.several.brokers import broker_targets
from benchmarks.chaos.several.servers import Servers
from benchmarks.chaos.several.topic import ReadsTopic, put_poison
from pipeline.outgoing.places import ITEMS_FILE
from schemas.errors import TransientError
from schemas.settings import load_settings
from storage.database import Database, open_database

_LOOK_SECONDS = 0.3
_ARRIVE_SECONDS = 30.0
"""How long reads are waited for that matchers are to find waiting."""
_BEGUN_SHARE = 0.9
_BATCH_SECONDS = 240.0
_DEAD_SECONDS = 60.0


class Several(Installation):
    """One machine with cameras, two that match, two that publish, three brokers, one database.

    Args:
        folder: Where it goes; made here.
        clip: A video that one camera is.
        patience_seconds: How long anything may take once nothing is struck any more.
    """

    starts_slowly = True

    def __init__(self, folder: Path, clip: Path, patience_seconds: float) -> None:
        site = Site(folder, clip, takes_posts=True)
        site.images.mkdir(mode=0o700)
        super().__init__(site, patience_seconds, _machine(site, "neighbor"), has_partner=True)
        self._servers = Servers(site)
        self._records: Database | None = None
        self._poison: list[str] = []
        self._poisonings = 0
        self._recognize = self._keeper("recognize")
        self._matchers = tuple(self._keeper("matcher", number) for number in (1, 2))
        self._relays = tuple(self._keeper("relay", number) for number in (1, 2))

    @property
    def services(self) -> tuple[Keeper, ...]:
        """See `Installation`."""
        return (*self._relays, *self._matchers, self._recognize)

    @property
    def watched(self) -> Keeper:
        """See `Installation`."""
        return self._matchers[0]

    def targets(self) -> Targets:
        """See `Installation`."""
        site, kill, term = self.site, signal.SIGKILL, signal.SIGTERM
        subscribers = tuple(neighbor.keeper for neighbor in self.neighbors)
        return {
            **broker_targets(self._servers, f"platewatch.alerts.{AGENCY}.v1"),
            Kind.KILL_RECOGNIZE: ending(kill, self._recognize),
            Kind.KILL_MATCHER: ending(kill, *self._matchers),
            Kind.KILL_MATCHER_AT_CHANGE: self._kill_at_change,
            Kind.KILL_RELAY: ending(kill, *self._relays),
            Kind.KILL_SUBSCRIBER: ending(kill, *subscribers),
            Kind.KILL_COMMAND: lambda _: eventually(self.person.strike),
            Kind.KILL_POSTMASTER: lambda _: eventually(lambda: send(postmaster(site), kill)),
            Kind.KILL_BACKEND: lambda strike: eventually(lambda: send(backend(site, strike), kill)),
            Kind.POISON: lambda _: self._poison_topic(),
            Kind.END_RECOGNIZE: ending(term, self._recognize),
            Kind.END_MATCHER: ending(term, *self._matchers),
            Kind.END_RELAY: ending(term, *self._relays),
            Kind.END_SUBSCRIBER: ending(term, *subscribers),
            Kind.PAUSE_RECOGNIZE: pausing(lambda: self._recognize.pid),
            Kind.PAUSE_MATCHER: pausing(*((lambda one=one: one.pid) for one in self._matchers)),
            Kind.PAUSE_RELAY: pausing(*((lambda one=one: one.pid) for one in self._relays)),
            Kind.PAUSE_POSTMASTER: pausing(lambda: postmaster(site)),
        }

    @contextlib.contextmanager
    def up(self) -> Iterator[None]:
        """See `Installation`."""
        with self._servers.up(), open_database(load_settings(self.site.config)) as self._records:
            yield

    def has_read(self, camera_id: str, at: datetime) -> bool:
        """See `Installation`."""
        with contextlib.suppress(TransientError):
            if has_read(self._database, camera_id, at):
                return True
        time.sleep(_LOOK_SECONDS)
        return False

    def surge(self, post: Callable[[], None]) -> None:
        """See `Installation`. They wait for matchers that are away, and one of these is killed while it catches up."""
        for matcher in self._matchers:
            matcher.hold()
        try:
            post()
            waiting = self._arrived()
        finally:
            for matcher in self._matchers:
                matcher.release()
        self.diary.note("reads waited for matchers", number=waiting)
        # Meanwhile lists change.
        threading.Thread(target=self._kill_in_batch, args=(waiting,), daemon=True).start()

    def settle(self) -> None:
        """See `Installation`."""
        self._servers.heal()
        self._recognize.end()
        self.person.give("", "recognize", "--until-done", *_machine(self.site, "recognize"))
        deadline = time.monotonic() + self.patience
        with contextlib.closing(ReadsTopic(self._servers.kafka)) as topic:
            while undone := self._undone(topic):
                if time.monotonic() > deadline:
                    raise Hung(f"still to be done: {undone}")
                time.sleep(_LOOK_SECONDS)
        for keeper in self.services:
            keeper.end()

    def read_books(self) -> Books:
        """See `Installation`."""
        items = self.site.data_dir / "recognize" / ITEMS_FILE
        return read_books(self.site, is_wide=True, edge_items=items)

    def faults(self) -> list[str]:
        """See `Installation`."""
        wanted = set(self._poison) - kept_back(self._database)
        with contextlib.closing(ReadsTopic(self._servers.kafka)) as topic:
            found = topic.dead(lambda found: wanted <= found, _DEAD_SECONDS if wanted else 0.0)
        return [f"poison that is neither in the dead letters nor in the quarantine: {one}" for one in wanted - found]

    def keep_logs(self) -> None:
        """See `Installation`."""
        data = self.site.data_dir
        for path in (data / "postgres" / "server.log", *(data / "brokers").glob("node-*.log")):
            with contextlib.suppress(OSError):
                shutil.copy(path, self.site.folder / f"{path.parent.name}-{path.name}")

    @property
    def _database(self) -> Database:
        assert self._records is not None
        return self._records

    def _keeper(self, service: str, number: int | None = None) -> Keeper:
        name = service if number is None else f"{service}-{number}"
        return Keeper(self.site, self.diary, name, service, *_machine(self.site, name))

    def _undone(self, topic: ReadsTopic) -> str:
        """Return what is left to be done, in words; nothing: empty."""
        waiting = topic.waiting()
        if waiting != 0:
            return f"{'how many is not known' if waiting is None else waiting} reads on the topic"
        try:
            return ", ".join(f"{count} {what}" for what, count in what_is_left(self._database).items())
        except TransientError as error:
            return f"what the database knows ({error})"

    def _arrived(self) -> int:
        """Wait a while until the topic has what was posted; return how much waits there."""
        most, deadline = 0, time.monotonic() + _ARRIVE_SECONDS
        with contextlib.closing(ReadsTopic(self._servers.kafka)) as topic:
            while most < SURGE and time.monotonic() < deadline:
                most = max(most, topic.waiting() or 0)
                time.sleep(_LOOK_SECONDS)
        return most

    def _kill_in_batch(self, waiting: int) -> None:
        deadline = time.monotonic() + _BATCH_SECONDS
        with contextlib.closing(ReadsTopic(self._servers.kafka)) as topic:
            while time.monotonic() < deadline:
                left = topic.waiting()
                if left == 0:
                    break
                if left is not None and left < waiting * _BEGUN_SHARE:
                    hit = any(matcher.strike(signal.SIGKILL) for matcher in self._matchers)
                    self.note_strike(Kind.KILL_MATCHER_IN_BATCH, hit=hit, left=left)
                    return
        self.note_strike(Kind.KILL_MATCHER_IN_BATCH, hit=False)

    def _kill_at_change(self, strike: Strike) -> bool:
        blow = ending(signal.SIGKILL, *self._matchers)
        return eventually(lambda: self.person.is_at_work) and blow(strike)

    def _poison_topic(self) -> bool:
        self._poisonings += 1
        sent = put_poison(self._servers.kafka, self._poisonings)
        self._poison += sent
        return bool(sent)


def _machine(site: Site, name: str) -> tuple[str, ...]:
    """Return the arguments by which a command works on a machine of its own."""
    return ("--data-dir", str(site.data_dir / name))
