"""How a command that failed ends: one line that says why, and an exit code that says whether to try again."""

from __future__ import annotations

import errno
import os
import traceback
from collections.abc import Iterator
from typing import Final

from schemas.errors import PlatewatchError, TransientError

OTHER: Final = 1
"""The configuration or the input does not fit: the same again would fail again."""
INTERNAL: Final = 70
"""An error in Platewatch itself (EX_SOFTWARE)."""
TEMPORARY: Final = 75
"""Something is away or full for now: the same may work later (EX_TEMPFAIL)."""

_OUT_OF_MEMORY = (
    "bad_alloc",
    "bad allocation",
    "cannot allocate memory",
    "failed to allocate",
    "failed to map segment from shared object",
    "insufficient memory",
    "out of memory",
    "can't alloc",
    "can't start new thread",
)
"""How libraries say it, each in its own words and few of them with an error of its own kind."""

_NO_MEMORY_LINE = (
    b"platewatch: out of memory; give this machine or this process more (ulimit -v, MemoryMax), or read fewer cameras "
    b"and shorter lists at a time\n"
)
# Kept ready: there may be no memory left to make it.


def exit_code(error: BaseException) -> int:
    """Return the exit code of a command that ended with an error."""
    return TEMPORARY if isinstance(error, TransientError) or is_out_of_memory(error) else OTHER


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error, or one that led to it, means that there is no memory left."""
    return any(_lacks_memory(one) for one in _causes(error))


def say_out_of_memory() -> None:
    """Say on standard error that memory ran out, with as little of it as possible."""
    os.write(2, _NO_MEMORY_LINE)


def internal_report(error: BaseException) -> str:
    """Return what is said of an error that nobody foresaw, with what its author needs to find it."""
    return (
        "".join(traceback.format_exception(error))
        + "platewatch: this is an error in platewatch; please report it with the lines above"
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _lacks_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    if isinstance(error, OSError):
        # Its text may be a file's name.
        return False
    if isinstance(error, PlatewatchError) or type(error).__module__.startswith("psycopg"):
        # Ours quote others' text; and what a database server lacks is not lacking here.
        return False
    text = str(error).lower()
    return any(words in text for words in _OUT_OF_MEMORY)
