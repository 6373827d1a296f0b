"""One `platewatch run` with its own PostgreSQL and Kafka."""

from __future__ import annotations

import contextlib
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from benchmarks.chaos.books import Books, read_books
from benchmarks.chaos.disk import Disk
from benchmarks.chaos.installation.blows import Targets, ending, eventually, for_a_while, pausing, send
from benchmarks.chaos.installation.installation import Installation
from benchmarks.chaos.installation.keeper import Keeper
from benchmarks.chaos.installation.processes import backends, broker, postmaster
from benchmarks.chaos.installation.site import Site
from benchmarks.chaos.schedule import Kind, Strike

_FULL_SECONDS = 3.0


class OneRun(Installation):
    """The installation of one machine.

    Args:
        folder: Where it goes; made here.
        clip: A video that one camera is.
        patience_seconds: How long anything may take once nothing is struck any more.
        is_wide: Whether other readers post to it, and a partner gets alerts under an agreement.
    """

    def __init__(self, folder: Path, clip: Path, patience_seconds: float, *, is_wide: bool = False) -> None:
        site = Site(folder, clip, takes_posts=is_wide)
        super().__init__(site, patience_seconds, has_partner=is_wide)
        self._is_wide = is_wide
        self._disk = Disk(site)
        self._run = Keeper(site, self.diary, "run", "run")

    @property
    def services(self) -> tuple[Keeper, ...]:
        """See `Installation`."""
        return (self._run,)

    @property
    def watched(self) -> Keeper:
        """See `Installation`."""
        return self._run

    def targets(self) -> Targets:
        """See `Installation`."""
        site, subscriber = self.site, self.neighbor.keeper
        return {
            Kind.KILL_RUN: ending(signal.SIGKILL, self._run),
            Kind.END_RUN: ending(signal.SIGTERM, self._run),
            Kind.KILL_SUBSCRIBER: ending(signal.SIGKILL, subscriber),
            Kind.END_SUBSCRIBER: ending(signal.SIGTERM, subscriber),
            Kind.KILL_COMMAND: lambda _: eventually(self.person.strike),
            Kind.KILL_POSTMASTER: lambda _: eventually(lambda: send(postmaster(site), signal.SIGKILL)),
            Kind.KILL_BROKER: lambda _: eventually(lambda: send(broker(site), signal.SIGKILL)),
            Kind.KILL_BACKEND: lambda strike: eventually(lambda: send(backend(site, strike), signal.SIGKILL)),
            Kind.READ_ONLY_IMAGES: self._have_images_read_only,
            Kind.FULL_DISK: self._have_disk_full,
            Kind.PAUSE_RUN: pausing(lambda: self._run.pid),
            Kind.PAUSE_SUBSCRIBER: pausing(lambda: subscriber.pid),
            Kind.PAUSE_POSTMASTER: pausing(lambda: postmaster(site)),
            Kind.PAUSE_BROKER: pausing(lambda: broker(site)),
        }

    def up(self) -> contextlib.AbstractContextManager[None]:
        """See `Installation`."""
        return self._disk.mounted()

    def settle(self) -> None:
        """See `Installation`."""
        self._run.end()
        self.person.give("", "run", "--until-done")

    def read_books(self) -> Books:
        """See `Installation`."""
        return read_books(self.site, is_wide=self._is_wide)

    def keep_logs(self) -> None:
        """See `Installation`."""
        for name in ("postgres", "kafka"):
            with contextlib.suppress(OSError):
                shutil.copy(self.site.data_dir / name / "server.log", self.site.folder / f"{name}.log")

    def _have_images_read_only(self, strike: Strike) -> bool:
        return self._disk.can_be_read_only and for_a_while(self._read_only(), strike.seconds)

    def _have_disk_full(self, strike: Strike) -> bool:
        return self._disk.is_mounted and for_a_while(self._full(), min(strike.seconds, _FULL_SECONDS))

    @contextlib.contextmanager
    def _read_only(self) -> Iterator[None]:
        self._disk.set_read_only(True)
        try:
            yield
        finally:
            self._disk.set_read_only(False)

    @contextlib.contextmanager
    def _full(self) -> Iterator[None]:
        try:
            self._disk.fill()
            yield
        finally:
            self._disk.free()


def backend(site: Site, strike: Strike) -> int | None:
    """Return that of the database's processes which a strike is for, or None where there is none."""
    found = backends(site)
    return found[int(strike.choice * len(found))] if found else None
