"""Carrying strikes out."""

from __future__ import annotations

import collections
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from benchmarks.chaos.disk import Disk
from benchmarks.chaos.installation.commands import Person
from benchmarks.chaos.installation.faults import Diary
from benchmarks.chaos.installation.keeper import Keeper
from benchmarks.chaos.installation.processes import backends, broker, postmaster
from benchmarks.chaos.installation.site import Site
from benchmarks.chaos.schedule import Kind, Strike

_LOOK_SECONDS = 15.0
"""What is struck may just be starting again; it is waited for."""
_FULL_SECONDS = 3.0


class Striker(threading.Thread):
    """Carries a schedule out.

    Args:
        site: The installation.
        diary: What was struck when.
        schedule: The strikes, by time.
        run: Keeps `platewatch run`.
        subscriber: Keeps `platewatch subscribe`.
        person: Who gives commands.
        disk: The data directory's.
    """

    def __init__(
        self,
        site: Site,
        diary: Diary,
        schedule: Sequence[Strike],
        *,
        run: Keeper,
        subscriber: Keeper,
        person: Person,
        disk: Disk,
    ) -> None:
        super().__init__(name="striker", daemon=True)
        self.done: collections.Counter[Kind] = collections.Counter()
        self.missed: collections.Counter[Kind] = collections.Counter()
        """What was not there to be struck, or can not be struck on this machine."""
        self._site, self._diary, self._schedule = site, diary, schedule
        self._run, self._subscriber, self._person, self._disk = run, subscriber, person, disk

    def run(self) -> None:
        """Strike until the schedule's end."""
        began = time.monotonic()
        for strike in self._schedule:
            time.sleep(max(began + strike.at - time.monotonic(), 0.0))
            hit = self._strike(strike)
            (self.done if hit else self.missed)[strike.kind] += 1
            self._diary.note("strike" if hit else "missed", kind=strike.kind, planned=strike.at, seconds=strike.seconds)
        self._diary.note("the last strike is done")

    def _strike(self, strike: Strike) -> bool:
        match strike.kind:
            case Kind.KILL_RUN:
                return _eventually(lambda: self._run.strike(signal.SIGKILL))
            case Kind.END_RUN:
                return _eventually(lambda: self._run.strike(signal.SIGTERM))
            case Kind.KILL_SUBSCRIBER:
                return _eventually(lambda: self._subscriber.strike(signal.SIGKILL))
            case Kind.END_SUBSCRIBER:
                return _eventually(lambda: self._subscriber.strike(signal.SIGTERM))
            case Kind.KILL_COMMAND:
                return _eventually(self._person.strike)
            case Kind.KILL_POSTMASTER:
                return _eventually(lambda: _send(postmaster(self._site), signal.SIGKILL))
            case Kind.KILL_BROKER:
                return _eventually(lambda: _send(broker(self._site), signal.SIGKILL))
            case Kind.KILL_BACKEND:
                return _eventually(lambda: _send(self._backend(strike), signal.SIGKILL))
            case Kind.READ_ONLY_IMAGES:
                return self._disk.can_be_read_only and _for_a_while(self._read_only(), strike.seconds)
            case Kind.FULL_DISK:
                return self._disk.is_mounted and _for_a_while(self._full(), min(strike.seconds, _FULL_SECONDS))
            case _:
                return self._pause(strike)

    def _pause(self, strike: Strike) -> bool:
        found = {
            Kind.PAUSE_RUN: lambda: self._run.pid,
            Kind.PAUSE_SUBSCRIBER: lambda: self._subscriber.pid,
            Kind.PAUSE_POSTMASTER: lambda: postmaster(self._site),
            Kind.PAUSE_BROKER: lambda: broker(self._site),
        }[strike.kind]()
        return found is not None and _for_a_while(_paused(found), strike.seconds)

    def _backend(self, strike: Strike) -> int | None:
        found = backends(self._site)
        return found[int(strike.choice * len(found))] if found else None

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


@contextlib.contextmanager
def _paused(pid: int) -> Iterator[None]:
    _send(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        _send(pid, signal.SIGCONT)


def _for_a_while(what: contextlib.AbstractContextManager[None], seconds: float) -> bool:
    with what:
        time.sleep(seconds)
    return True


def _send(pid: int | None, how: signal.Signals) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return False
    return True


def _eventually(strike: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _LOOK_SECONDS
    while not strike():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
