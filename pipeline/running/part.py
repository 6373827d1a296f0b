"""What a service is made of: stages that start, take another configuration over, and end together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from pipeline.reloading import Difference
from pipeline.stages.groups import StageGroup
from pipeline.stages.runner import Runner
from pipeline.stages.stage import Stage


class Part:
    """A part of a service; what it does not say is nothing. The frame calls all of it from one thread."""

    @property
    def threads(self) -> Sequence[threading.Thread]:
        """The threads that the end of the service waits for, however long that takes."""
        return ()

    @property
    def hurried_threads(self) -> Sequence[threading.Thread]:
        """Those that it waits for some seconds: a server that does not answer must not hold it up."""
        return ()

    def start(self) -> None:
        """Start the stages."""

    def take_anew(self, change: Difference) -> None:
        """Take another configuration over.

        Args:
            change: What it changes.
        """

    def wind_down(self, *, is_stopped: bool) -> None:
        """Let nothing new in, without waiting.

        Args:
            is_stopped: Whether the service was told to end; else it has nothing left to do.
        """

    def begin_drain(self) -> None:
        """Do at once what is to be handed on before the service ends."""

    @property
    def draining_threads(self) -> Sequence[threading.Thread]:
        """The threads that hand on what is left."""
        return ()

    def is_something_left(self) -> bool:
        """Return whether the service should wait a moment for what is to be handed on."""
        return False

    def stop(self) -> None:
        """Tell the stages to end, without waiting."""

    def close(self) -> None:
        """Let go of what is still held, once every stage was told to end and was waited for."""

    def check(self) -> None:
        """Raise what a person has to look at, once everything has ended."""


class Stages(Part):
    """Stages that no configuration changes while they run.

    Args:
        runner: Runs them.
        stages: The stages.
        at_once: Whether they end as soon as the service is told to; else they go on until everything is handed on.
        daemon: Whether they are hurried at the end, and the process may end while they still work.
        watched: Whether a long silence of theirs means that the service hangs.
        left: Says how much waits for them, which the end of the service waits for a moment.
    """

    def __init__(
        self,
        runner: Runner,
        stages: Sequence[Stage],
        *,
        at_once: bool = True,
        daemon: bool = False,
        watched: bool = False,
        left: Callable[[], int] | None = None,
    ) -> None:
        self._runner = runner
        self._stages = stages
        self._at_once = at_once
        self._daemon = daemon
        self._watched = watched
        self._left = left
        self._group = StageGroup(runner, daemon=daemon, watched=watched)
        self._threads: list[threading.Thread] = []

    @property
    def _all(self) -> list[threading.Thread]:
        return [*self._threads, *self._group.threads]

    @property
    def threads(self) -> Sequence[threading.Thread]:
        """See `Part`."""
        return () if self._daemon else self._all

    @property
    def hurried_threads(self) -> Sequence[threading.Thread]:
        """See `Part`."""
        return self._all if self._daemon else ()

    @property
    def draining_threads(self) -> Sequence[threading.Thread]:
        """See `Part`."""
        return () if self._left is None else self._all

    def start(self) -> None:
        """Start the stages."""
        if self._at_once:
            self._threads = self._runner.start(self._stages, daemon=self._daemon, watched=self._watched)
        else:
            self._group.start(self._stages)

    def is_something_left(self) -> bool:
        """Return whether something waits for them."""
        return self._left is not None and self._left() > 0

    def stop(self) -> None:
        """Tell those to end that do not end with the service's own event."""
        self._group.stop()
