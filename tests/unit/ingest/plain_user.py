"""Doing something as a user whom permissions hold back, also where the tests run as root."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def opened_to_others(folder: Path) -> Iterator[None]:
    """Let other users pass through a folder and what is in it."""
    for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        path.chmod(0o755)
    yield


def as_plain_user(work: Callable[[], object], folder: Path) -> str:
    """Do something in a process of a user who is not root, from within a folder, since the way to it may be closed.

    Returns:
        The name of the error that it raises, and its text; "nothing" where it raises none.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        said = "nothing"
        try:
            os.chdir(folder)
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is told
            said = f"{type(error).__name__}: {error}"
        os.write(write, said.encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read) as answer:
        return answer.read()
