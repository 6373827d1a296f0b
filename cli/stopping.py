"""How a command that runs on ends: cleanly, at Ctrl-C, SIGTERM, or when its terminal is closed; and what SIGHUP asks of
one that has no terminal."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """Yield an event that SIGINT, SIGTERM and SIGHUP set; a second signal acts as usual.

    SIGHUP is what a closed terminal sends. nohup has it ignored, and then it stays so.
    """
    stop = threading.Event()
    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    if previous[signal.SIGHUP] is signal.SIG_IGN:
        del previous[signal.SIGHUP]

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, previous[signal.Signals(number)])

    for number in previous:
        signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def reload_on_hangup() -> Iterator[threading.Event]:
    """Yield an event that SIGHUP sets where this process has no terminal, as under a service manager.

    Use it within `stop_on_signals`. With a terminal, SIGHUP says that it was closed, and stays what it was.
    """
    asked = threading.Event()
    if has_terminal() or signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        yield asked
        return
    before = signal.signal(signal.SIGHUP, lambda _number, _frame: asked.set())
    try:
        yield asked
    finally:
        signal.signal(signal.SIGHUP, before)


def has_terminal() -> bool:
    """Return whether a terminal controls this process, whatever its input and output are."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True
