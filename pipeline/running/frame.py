"""The frame of every service: it starts the parts, watches them, has them take another configuration, and ends them."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from pipeline.reloading import Reload
from pipeline.running.part import Part
from pipeline.running.takeover import TakeOver
from pipeline.stages.runner import Runner, any_alive
from pipeline.stages.stage import Stage
from schemas.errors import TransientError
from schemas.settings import CameraSettings, Settings
from services.service_manager import ServiceManager

TICK_SECONDS = 0.2

DRAIN_SECONDS = 15.0
"""How long a finished service waits for the broker to take the last messages; the rest waits where it is stored."""

STOPPED_DRAIN_SECONDS = 2.0
"""The same for one that was asked to end."""

HEALTH_JOIN_SECONDS = 2.0
"""How long the end of a service waits until it is told how it was."""

HURRIED_JOIN_SECONDS = 5.0
"""How long a stopped service waits for a feed, or an image store, whose server does not answer; ending it loses
nothing."""


class HealthTeller(Stage, Protocol):
    """The stage that tells others how a service is, until it has ended."""

    def learn(self) -> None:
        """Ask anew what is known of cameras: others are configured now."""
        ...


class CamerasAdded(Protocol):
    """What knows the cameras that people added besides the configuration."""

    changed: threading.Event
    """Set when others are to be in force."""

    def cameras(self) -> tuple[CameraSettings, ...]:
        """Return all cameras that are to be in force, those of the configuration among them."""
        ...

    def accept(self) -> None:
        """Take note that the configuration that was loaded last is in force."""
        ...


class Frame:
    """Runs a service's parts until it is stopped, or the part whose work it is has nothing left to do.

    Args:
        runner: Runs the stages; its event is the one that `run` gets.
        parts: The parts in the order in which they start, and take another configuration.
        work: The one of them whose end is the service's; None: it goes on until it is stopped.
        telling: Tells how the service is; started last, ended last.
        takeover: The configuration in force.
        manager: Told of when the service is ready, and that it goes on.
        reload: How it is told to take its configuration anew; None: it is not.
        in_words: What it does by a configuration, in a few words.
        added: Says when people added or removed cameras besides the configuration; None: nobody can.
    """

    def __init__(
        self,
        runner: Runner,
        parts: Sequence[Part],
        *,
        work: Part | None,
        telling: HealthTeller,
        takeover: TakeOver,
        manager: ServiceManager,
        reload: Reload | None,
        in_words: Callable[[Settings], str],
        added: CamerasAdded | None = None,
    ) -> None:
        self._runner = runner
        self._parts = parts
        self._work = work
        self._telling = telling
        self._takeover = takeover
        self._manager = manager
        self._reload = reload
        self._in_words = in_words
        self._added = added

    def run(self, stop: threading.Event, on_tick: Callable[[], None] | None = None) -> None:
        """Run until `stop` is set, or the work is done.

        Args:
            stop: Set it (from a signal handler) for a clean shutdown.
            on_tick: Called a few times a second from this thread (a live display).

        Raises:
            PlatewatchError: A stage ended with an error, or a part found something, that a person has to look at.
        """
        telling_stop = threading.Event()
        telling: list[threading.Thread] = []
        self._takeover.begin()
        try:
            for part in self._parts:
                part.start()
            # A daemon: a server that does not answer must not keep a stopped service alive.
            telling = self._runner.start([self._telling], telling_stop, daemon=True)
            self._watch(stop, on_tick)
            self._manager.stopping()
            for part in self._parts:
                part.wind_down(is_stopped=stop.is_set())
            if self._work is not None:
                self._runner.join(self._work.threads)
            if not self._runner.has_failed:
                self._drain(stop, on_tick)
        finally:
            stop.set()
            self._end()
            telling_stop.set()
            self._runner.join(telling, HEALTH_JOIN_SECONDS)
        self._runner.check()
        for part in self._parts:
            part.check()

    def _watch(self, stop: threading.Event, on_tick: Callable[[], None] | None) -> None:
        """Wait until the service is to end or its work is done, and tell the service manager meanwhile."""
        is_ready = False
        while not stop.is_set() and (self._work is None or any_alive(self._work.threads)):
            if not is_ready and self._runner.is_under_way:
                is_ready = True
                self._manager.ready(self._in_words(self._takeover.settings))
            if is_ready:
                self._manager.feed(self._runner.silent)
            if on_tick is not None:
                on_tick()
            self._take_anew()
            stop.wait(TICK_SECONDS)

    def _take_anew(self) -> None:
        """Take the configuration anew where that was asked, and write down what changed as soon as that can be done."""
        if self._reload is not None and self._reload.asked.is_set():
            self._reload.asked.clear()
            self._manager.reloading()
            try:
                if self._takeover.take_anew(self._reload.load, self._parts):
                    self._telling.learn()
                    if self._added is not None:
                        self._added.accept()
            finally:
                self._manager.reloaded(self._in_words(self._takeover.settings))
        if self._added is not None and self._added.changed.is_set():
            self._added.changed.clear()
            if self._takeover.take_cameras(self._added.cameras, self._parts):
                self._telling.learn()
        self._takeover.write_down()

    def _drain(self, stop: threading.Event, on_tick: Callable[[], None] | None) -> None:
        """Give what hands on a moment to do so with what came last."""
        deadline = time.monotonic() + (STOPPED_DRAIN_SECONDS if stop.is_set() else DRAIN_SECONDS)
        threads = [thread for part in self._parts for thread in part.draining_threads]
        with contextlib.suppress(TransientError):
            for part in self._parts:
                part.begin_drain()
            while any_alive(threads) and self._is_something_left() and time.monotonic() < deadline:
                if on_tick is not None:
                    on_tick()
                time.sleep(0.05)

    def _is_something_left(self) -> bool:
        return any(part.is_something_left() for part in self._parts)

    def _end(self) -> None:
        for part in self._parts:
            part.stop()
        hurried = [thread for part in self._parts for thread in part.hurried_threads]
        self._runner.join(hurried, HURRIED_JOIN_SECONDS)
        self._runner.join([thread for part in self._parts for thread in part.threads])
        for part in self._parts:
            part.close()
