"""Keep Python's garbage collector from walking over millions of entries again and again while they are loaded."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MANY = 50_000
"""Threshold of the youngest generation where thousands of reads are in work at a time: none of them is garbage yet."""

RARELY = 1_000_000
"""Threshold of the oldest generation: not while a list is loaded."""

_lock = threading.Lock()
_depth = 0
_before = gc.get_threshold()


@contextmanager
def long_lived_objects() -> Iterator[None]:
    """Take what is made inside for long-lived.

    A collection of the oldest generation looks at every object and stops every thread meanwhile: seconds with a
    national list, many times while it is loaded. Young garbage is collected as ever. Afterwards whatever lives is set
    apart from collections; it still goes when nothing refers to it, as lists do that were replaced.
    """
    global _depth, _before
    with _lock:
        if _depth == 0:
            _before = gc.get_threshold()
            gc.set_threshold(*_before[:2], RARELY)
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0:
                gc.set_threshold(*_before)
        gc.freeze()


@contextmanager
def many_reads() -> Iterator[None]:
    """Have the collector look seldom: reads refer to nothing that refers to them, and go by themselves.

    With the usual thresholds it takes more of the processor than parsing them does.
    """
    with _lock:
        before = gc.get_threshold()
        gc.set_threshold(MANY, *before[1:])
    try:
        yield
    finally:
        with _lock:
            gc.set_threshold(*before)
