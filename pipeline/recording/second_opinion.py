"""A second reader in a thread of its own: asked before an alert, answered in time or not at all."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from recognition.reading.second_reader import SecondReader
from recognition.reading.text_networks import available
from recognition.states.reader import StateReader
from schemas.errors import ConfigurationError, PlatewatchError
from schemas.settings import AlertSettings
from schemas.types import Box, PlateRead, SecondReading
from services.extras import install_line

log = logging.getLogger(__name__)

QUEUE_LENGTH = 16
"""Plates that may wait for the second reader; more would be too late in any case."""

CLOSING_SECONDS = 5.0
"""How long the end of a run waits for a reading that is under way."""


class Reader(Protocol):
    """What reads a plate again; `recognition.reading.second_reader.SecondReader` is one."""

    def load(self) -> None:
        """Load what the reading needs."""
        ...

    def read(self, picture: bytes, box: Box | None, read: PlateRead) -> SecondReading | None:
        """Read the plate at `box` in `picture` again, or return None where nothing is legible."""
        ...


@dataclass(slots=True, eq=False)
class Opinion:
    """A second reading that was asked for: there at some time, or given up at its deadline (monotonic seconds).

    `picture` is that of the plate, where it had to be fetched for it.
    """

    deadline: float
    reading: SecondReading | None = None
    picture: bytes | None = None
    _answered: threading.Event = field(default_factory=threading.Event)

    @property
    def settled(self) -> bool:
        """Whether it is there, or will not be waited for any longer."""
        return self._answered.is_set() or self.overdue

    @property
    def overdue(self) -> bool:
        """Whether the deadline has passed."""
        return time.monotonic() >= self.deadline

    def wait(self, seconds: float) -> bool:
        """Wait until it is there; return whether it is."""
        return self._answered.wait(seconds)

    def answer(self, reading: SecondReading | None) -> None:
        """Give the reading, or None where there is none."""
        self.reading = reading
        self._answered.set()


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    picture: bytes
    box: Box | None
    read: PlateRead
    opinion: Opinion


def no_opinion() -> Opinion:
    """Return a second reading that nobody was asked for: there is none."""
    opinion = Opinion(time.monotonic())
    opinion.answer(None)
    return opinion


class SecondOpinions:
    """Reads plates again, one after the other, in a thread of its own. A context: within it, it answers.

    Nobody waits for it in vain: a full queue, a reader that fails and a plate whose time is up are answered with None.

    Args:
        reader: The second reader; it is loaded in the background.
        timeout_seconds: How long an answer is waited for.
        early_seconds: How long it is where the finished pass is still to come.
    """

    def __init__(self, reader: Reader, timeout_seconds: float, early_seconds: float | None = None) -> None:
        self._reader = reader
        self._timeout = timeout_seconds
        self._early = timeout_seconds if early_seconds is None else min(early_seconds, timeout_seconds)
        self._questions: queue.Queue[_Question | None] = queue.Queue(QUEUE_LENGTH)
        self._counts: Counter[str] = Counter()
        self._broken = False
        # A daemon: a reading that never ends must not keep the process from ending.
        self._thread = threading.Thread(target=self._work, name="second-reader", daemon=True)
        self._closed = threading.Event()

    def ask(self, picture: bytes, box: Box | None, read: PlateRead, *, is_early: bool = False) -> Opinion:
        """Ask for a reading of a plate, without waiting for it.

        Args:
            picture: The plate in its best frame with some of what is around it, as JPEG.
            box: The plate, in pixels of the picture; None: all of it.
            read: What the first reader made of it.
            is_early: The finished pass is still to come, so that this need not wait for long.

        Returns:
            The reading to come; settled at once where the reader cannot take it.
        """
        opinion = Opinion(self.deadline(is_early=is_early))
        self.ask_for(opinion, picture, box, read)
        return opinion

    def deadline(self, *, is_early: bool) -> float:
        """Return when an answer to what is asked now comes too late (monotonic seconds)."""
        return time.monotonic() + (self._early if is_early else self._timeout)

    def ask_for(self, opinion: Opinion, picture: bytes, box: Box | None, read: PlateRead) -> None:
        """Ask as `ask` does, for an opinion that is waited for already; it is settled at once where it cannot be had.

        Args:
            opinion: Gets the reading.
            picture: See `ask`.
            box: See `ask`.
            read: See `ask`.
        """
        self._counts["asked"] += 1
        if self._broken:
            opinion.answer(None)
            return
        try:
            self._questions.put_nowait(_Question(picture, box, read, opinion))
        except queue.Full:
            self._counts["too_many"] += 1
            opinion.answer(None)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._closed.set()
        with contextlib.suppress(queue.Full):  # a busy thread looks at `_closed` after each question
            self._questions.put_nowait(None)
        self._thread.join(CLOSING_SECONDS)
        if self._counts["asked"]:
            log.info(
                "second reader: asked %d times; %d agreed, %d contradicted, %d saw no text, %d failed, %d were late, "
                "%d were too many",
                *(
                    self._counts[name]
                    for name in ("asked", "agreed", "contradicted", "nothing", "failed", "late", "too_many")
                ),
            )

    def _work(self) -> None:
        self._broken = not self._load()
        while not self._closed.is_set():
            question = self._questions.get()
            if question is None:
                return
            question.opinion.answer(None if self._broken else self._answer(question))

    def _load(self) -> bool:
        try:
            self._reader.load()
        except PlatewatchError as error:
            log.error("the second reader cannot be used: %s; alerts go out without it", error)
            return False
        except Exception:
            # The edge of a thread that alerts must not depend on.
            log.exception("the second reader cannot be used; alerts go out without it")
            return False
        return True

    def _answer(self, question: _Question) -> SecondReading | None:
        if question.opinion.overdue:
            self._counts["late"] += 1
            return None
        try:
            reading = self._reader.read(question.picture, question.box, question.read)
        except Exception:
            log.exception("the second reader failed on read %s; its alert goes out without it", question.read.read_id)
            self._counts["failed"] += 1
            return None
        if question.opinion.overdue:
            self._counts["late"] += 1
        elif reading is None:
            self._counts["nothing"] += 1
        else:
            self._counts["agreed" if reading.agrees else "contradicted"] += 1
        return reading


def open_second_opinions(settings: AlertSettings) -> SecondOpinions | None:
    """Return the second reader that the configuration asks for, or None.

    Args:
        settings: `second_reader` and its time limits.

    Raises:
        ConfigurationError: It is asked for and not installed.
    """
    if settings.second_reader == "off":
        return None
    if not available():
        if settings.second_reader == "on":
            raise ConfigurationError(
                "alerts.second_reader is 'on' but rapidocr is not installed; install it with: "
                f"{install_line('second-reader')}, or set alerts.second_reader to 'auto' or 'off'"
            )
        log.info("alerts go out without a second reading: rapidocr is not installed")
        return None
    reader = SecondReader(state=StateReader().read)
    return SecondOpinions(reader, settings.second_reader_timeout_seconds, settings.second_reader_early_seconds)
