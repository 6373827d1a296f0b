"""What every strike is made of: signals, and waiting for what is to be struck."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from benchmarks.chaos.installation.keeper import Keeper
from benchmarks.chaos.schedule import Kind, Strike

Blow = Callable[[Strike], bool]
"""Carries a strike out; returns whether there was anything to strike."""
Targets = Mapping[Kind, Blow]

_T = TypeVar("_T")
_LOOK_SECONDS = 15.0
"""What is struck may just be starting again; it is waited for."""


def ending(how: signal.Signals, *keepers: Keeper) -> Blow:
    """Return a blow that ends one of some processes."""
    return lambda strike: eventually(lambda: chosen(strike, keepers).strike(how))


def pausing(*pids: Callable[[], int | None]) -> Blow:
    """Return a blow that stops one of some processes for a while."""

    def pause(strike: Strike) -> bool:
        pid = chosen(strike, pids)()
        return pid is not None and for_a_while(paused(pid), strike.seconds)

    return pause


def chosen(strike: Strike, among: Sequence[_T]) -> _T:
    """Return that of several which a strike is for."""
    return among[int(strike.choice * len(among))]


@contextlib.contextmanager
def paused(pid: int) -> Iterator[None]:
    """Have a process stand still."""
    send(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        send(pid, signal.SIGCONT)


def for_a_while(what: contextlib.AbstractContextManager[None], seconds: float) -> bool:
    """Have something hold for so many seconds."""
    with what:
        time.sleep(seconds)
    return True


def send(pid: int | None, how: signal.Signals) -> bool:
    """Send a signal; return whether there is such a process."""
    if pid is None:
        return False
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return False
    return True


def eventually(strike: Callable[[], bool], seconds: float = _LOOK_SECONDS) -> bool:
    """Try until it works, or the time is over."""
    deadline = time.monotonic() + seconds
    while not strike():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
