"""What takes longer than an answer may: done beside the pages, and looked at by whoever has begun it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from schemas.errors import HeldForReview, NotPermitted, PlatewatchError, TransientError

log = logging.getLogger(__name__)

AT_A_TIME: Final = 2
"""An import takes memory and both cores; what is more waits."""
MOST_WAITING: Final = 20
MOST_REMEMBERED: Final = 200
PATIENCE_SECONDS: Final = 8.0
"""So long a page waits for the end before it says that the work goes on."""

Progress = Callable[[int, int], None]


@dataclass
class Work:
    """Something that is done, or was.

    `result` is what came of it, `problem` why nothing did, in words; `is_held` says that it waits for a person's look.
    `refusal` is set where whoever began it may not do it.
    """

    key: str
    what: str
    done: int = 0
    total: int = 0
    result: Any = None
    problem: str = ""
    is_held: bool = False
    refusal: NotPermitted | None = None
    has_ended: threading.Event = field(default_factory=threading.Event)

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.has_ended.is_set()

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return min(100 * self.done // self.total, 100) if self.total else 0

    def advance(self, done: int, total: int) -> None:
        """Note how far it is."""
        self.done, self.total = done, total


class Works:
    """The works of a server; what has ended is remembered for a while, and forgotten when the server ends."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="console-work")
        self._lock = threading.Lock()
        self._works: dict[str, Work] = {}

    def begin(self, key: str, what: str, do: Callable[[Progress], Any], wait: float = PATIENCE_SECONDS) -> Work:
        """Begin something, unless it is under way, and wait a moment for its end.

        Args:
            key: What tells it from others.
            what: What it is, in words.
            do: Does it; is given where to say how far it is. What it raises is kept as the work's problem.
            wait: Seconds.

        Raises:
            NotPermitted: Whoever begins it may not; it is said to nobody else.
            TransientError: Too much waits already.
        """
        with self._lock:
            work = self._works.get(key)
            is_ours = work is None or work.is_over
            if work is None or work.is_over:
                if sum(not one.is_over for one in self._works.values()) >= MOST_WAITING:
                    raise TransientError("too many lists are being read just now; try again in a minute")
                work = Work(key, what)
                self._works.pop(key, None)
                self._works[key] = work
                self._forget()
                self._pool.submit(_run, work, do)
        work.has_ended.wait(wait)
        if is_ours and work.refusal is not None:
            self.forget(key)
            raise work.refusal
        return work

    def find(self, key: str) -> Work | None:
        """Return a work that is under way, or ended a while ago; None where there is none."""
        with self._lock:
            return self._works.get(key)

    def forget(self, key: str) -> None:
        """Forget a work that has ended."""
        with self._lock:
            if (work := self._works.get(key)) is not None and work.is_over:
                del self._works[key]

    def _forget(self) -> None:
        for key in [key for key, work in self._works.items() if work.is_over][: -MOST_REMEMBERED or None]:
            del self._works[key]


def _run(work: Work, do: Callable[[Progress], Any]) -> None:
    begun = time.monotonic()
    try:
        work.result = do(work.advance)
    except HeldForReview as error:
        work.problem, work.is_held = str(error), True
    except NotPermitted as error:
        work.problem, work.refusal = str(error), error
    except PlatewatchError as error:
        work.problem = str(error)
    except Exception:
        log.exception("%s failed for an unexpected reason; please report this", work.what)
        work.problem = "it failed for an unexpected reason, which is in the log; please report it"
    finally:
        work.has_ended.set()
        log.debug("%s took %.1f s", work.what, time.monotonic() - begun)
