"""Stages that come and go while a run goes on, each with an end of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.runner import Runner, any_alive
from pipeline.stage import Stage

log = logging.getLogger(__name__)

END_SECONDS = 8.0
"""How long one that goes is waited for."""


@dataclass(frozen=True, slots=True)
class _Member:
    stage: Stage
    stop: threading.Event
    thread: threading.Thread


class StageGroup:
    """Some stages of a run, by name. For one thread.

    Args:
        runner: Runs them.
        daemon: Whether the process may end while they still work.
        watched: Whether a long silence of theirs means that the run hangs.
    """

    def __init__(self, runner: Runner, *, daemon: bool = False, watched: bool = False) -> None:
        self._runner = runner
        self._daemon = daemon
        self._watched = watched
        self._members: dict[str, _Member] = {}

    @property
    def threads(self) -> list[threading.Thread]:
        """The threads of those that were started and not ended."""
        return [member.thread for member in self._members.values()]

    @property
    def is_alive(self) -> bool:
        """Whether one of them works."""
        return any_alive(self.threads)

    @property
    def stages(self) -> list[Stage]:
        """The stages that were started and not ended."""
        return [member.stage for member in self._members.values()]

    def start(self, stages: Iterable[Stage]) -> None:
        """Start stages."""
        for stage in stages:
            stop = threading.Event()
            (thread,) = self._runner.start([stage], stop, daemon=self._daemon, watched=self._watched)
            self._members[stage.name] = _Member(stage, stop, thread)

    def end(self, names: Iterable[str], seconds: float = END_SECONDS) -> None:
        """End some stages and forget them.

        Args:
            names: Their names; those that are not here do not matter.
            seconds: How long to wait for them; one that hangs is left to itself.
        """
        going = [self._members.pop(name) for name in list(names) if name in self._members]
        for member in going:
            member.stop.set()
        self._runner.join([member.thread for member in going], seconds)
        for member in going:
            if member.thread.is_alive():
                log.warning("%s does not end within %.0f s; it is left to itself", member.stage.name, seconds)

    def stop(self) -> None:
        """Tell all of them to end, without waiting."""
        for member in self._members.values():
            member.stop.set()
