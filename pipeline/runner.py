"""Stages in threads: started, watched, and ended in order."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Sequence

from pipeline.liveness import Pulse, take
from pipeline.retry import Stopped
from pipeline.stage import Stage

log = logging.getLogger(__name__)


class Runner:
    """Runs stages in threads of their own; what one of them raises ends all, and is raised again by `join`.

    Args:
        stop: Set when the run is to end; this sets it, too, when a stage fails.
    """

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._failure: BaseException | None = None
        self._pulses: list[Pulse] = []

    @property
    def is_under_way(self) -> bool:
        """Whether every watched stage has begun to work."""
        return all(pulse.has_begun for pulse in list(self._pulses))

    def silent(self, seconds: float) -> list[str]:
        """Return the names of the watched stages that have shown no life for so long.

        Args:
            seconds: How long.
        """
        return [pulse.name for pulse in list(self._pulses) if pulse.silence > seconds]

    @property
    def has_failed(self) -> bool:
        """Whether a stage ended with an error."""
        return self._failure is not None

    def start(
        self,
        stages: Sequence[Stage],
        stop: threading.Event | None = None,
        *,
        daemon: bool = False,
        watched: bool = False,
    ) -> list[threading.Thread]:
        """Start stages.

        Args:
            stages: The stages.
            stop: What ends them; None: the run's own event.
            daemon: Whether the process may end while they still work.
            watched: Whether a long silence of theirs means that the run hangs: their steps are short.

        Returns:
            Their threads, in order.
        """
        pulses = [Pulse(stage.name) for stage in stages]
        if watched:
            self._pulses += pulses
        threads = [
            threading.Thread(
                target=self._guarded, args=(stage, stop or self._stop, pulse), name=stage.name, daemon=daemon
            )
            for stage, pulse in zip(stages, pulses, strict=True)
        ]
        for thread in threads:
            thread.start()
        return threads

    def join(self, threads: Sequence[threading.Thread], seconds: float | None = None) -> None:
        """Wait until threads have ended.

        Args:
            threads: The threads.
            seconds: For so long altogether; None: however long that takes.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        for thread in threads:
            thread.join(None if deadline is None else max(deadline - time.monotonic(), 0.0))

    def check(self) -> None:
        """Raise what a stage failed with, if one did."""
        if self._failure is not None:
            raise self._failure

    def _guarded(self, stage: Stage, stop: threading.Event, pulse: Pulse) -> None:
        take(pulse)
        try:
            stage.run(stop)
        except Stopped:
            pass
        except BaseException as error:
            log.debug("stage %s failed", stage.name, exc_info=True)
            self._failure = self._failure or error
            self._stop.set()
        finally:
            # One that was exchanged for another is silent from now on, and nothing hangs.
            with contextlib.suppress(ValueError):
                self._pulses.remove(pulse)


def any_alive(threads: Sequence[threading.Thread]) -> bool:
    """Return whether one of some threads has not ended."""
    return any(thread.is_alive() for thread in threads)
