"""Each change, tried with the tests that run it, in a fork of the process that has run them."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from benchmarks.biting.code import CodeChange, whole
from benchmarks.biting.making import make, modules_of
from benchmarks.biting.statements import Loaded, SqlChange, loaded_from

Change = CodeChange | SqlChange

MOST_TESTS, MOST_SECONDS = 250, 60.0
"""So many tests at most, and of so many seconds, are run for a change, the shortest first."""
NOTICED, SURVIVED, NOT_RUN, NOT_TRIED = "noticed", "survived", "not run", "not tried"
_EXIT_NOTICED, _EXIT_NOT_TRIED = 1, 4


class Trying:
    """A pytest plugin: runs the tests once, sees which line which of them run, and then tries the changes.

    Args:
        changes: What to try.
        say: Told of each change that no test noticed, and of the score.
    """

    def __init__(self, changes: Sequence[Change], say: Callable[[str], None]) -> None:
        self.score: dict[str, int] = defaultdict(int)
        self._changes = changes
        self._say = say
        self._loaded = {change.path: loaded_from(change.path) for change in changes if isinstance(change, SqlChange)}
        modules = [place.module for places in self._loaded.values() for place in places]
        modules += [change.path for change in changes if isinstance(change, CodeChange)]
        self._traced = {whole(path) for path in modules}
        self._runs: dict[tuple[Path, int], set[int]] = defaultdict(set)
        self._seconds: dict[int, float] = {}

    def pytest_collection(self) -> None:
        """Draw fewer examples, and the same ones for each change: conftest.py has the profile."""
        from hypothesis import settings  # not before pytest has made its assertions

        settings.load_profile("mutation")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests, and then the changes in place of pytest's own loop."""
        unfit = {i for i, failed in enumerate(self._traced_run(session)) if failed}
        # What fails when it is run again in a fork, with nothing changed, says nothing.
        fit = sorted(set().union(*self._runs.values()) - unfit)
        unfit |= set(fit) - self._pass_again(session, fit)
        if unfit:
            self._say(f"left out, as they fail by themselves: {[session.items[i].nodeid for i in sorted(unfit)]}")
        for change in self._changes:
            tests = self._tests_of(change, unfit)
            outcome = self._outcome(session, change, tests) if tests else NOT_RUN
            self.score[outcome] += 1
            if outcome in (SURVIVED, NOT_RUN):
                self._say(f"{outcome}: {change} ({len(tests)} tests)")
        tried = self.score[NOTICED] + self.score[SURVIVED]
        self._say(
            f"noticed {self.score[NOTICED]} of {tried} ({self.score[NOTICED] / max(tried, 1):.0%}); not run by these "
            f"tests {self.score[NOT_RUN]}, not tried {self.score[NOT_TRIED]}"
        )
        session._setupstate.teardown_exact(None)
        return True

    def _traced_run(self, session: pytest.Session) -> Iterator[bool]:
        def trace(frame: FrameType, event: str, _: object) -> Any:
            path = whole(frame.f_code.co_filename)
            if path not in self._traced:
                return None
            self._runs[path, frame.f_lineno].add(current)
            return trace

        for current, item in enumerate(session.items):
            began = time.monotonic()
            sys.settrace(trace)
            threading.settrace(trace)
            try:
                failed = _run(item, _following(session, session.items[current + 1 :]))
            finally:
                sys.settrace(None)
                threading.settrace(None)
            self._seconds[current] = time.monotonic() - began
            yield failed

    def _tests_of(self, change: Change, unfit: set[int]) -> list[int]:
        """Return the tests that run a change, the shortest first, as many as may be."""
        found: set[int] = set()
        if isinstance(change, CodeChange):
            path = whole(change.path)
            for line in range(change.first_line, change.last_line + 1):
                found |= self._runs.get((path, line), set())
        else:
            for place in self._loaded[change.path]:
                found |= self._tests_of_statements(place, change)
        chosen: list[int] = []
        for i in sorted(found - unfit, key=self._seconds.__getitem__):
            if len(chosen) < MOST_TESTS and sum(self._seconds[one] for one in chosen) < MOST_SECONDS:
                chosen.append(i)
        return chosen

    def _tests_of_statements(self, place: Loaded, change: SqlChange) -> set[int]:
        path = whole(place.module)
        own = {line: tests for (file, line), tests in self._runs.items() if file == path}
        if not modules_of(place.module):
            return set()
        (module, *_) = modules_of(place.module)
        before = getattr(module, place.variable)
        names = [name for name, text in place.statements(change).items() if before.get(name) != text]
        lines = place.module.read_text(encoding="utf-8").splitlines()
        at = {i + 1 for i, line in enumerate(lines) if any(f'"{name}"' in line for name in names)}
        found = set().union(*(tests for line, tests in own.items() if line in at))
        # A statement whose name stands nowhere, or in a table of the module, is chosen while it runs.
        return found or set().union(*own.values())

    def _pass_again(self, session: pytest.Session, tests: Sequence[int]) -> set[int]:
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:
            with contextlib.suppress(BaseException):
                _quiet()
                for at, i in enumerate(tests):
                    if not _again(session, tests, at):
                        os.write(writing, f"{i}\n".encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            passed = {int(line) for line in told}
        os.waitpid(process, 0)
        return passed

    def _outcome(self, session: pytest.Session, change: Change, tests: Sequence[int]) -> str:
        process = os.fork()
        if process == 0:
            code = _EXIT_NOTICED
            with contextlib.suppress(BaseException):
                os.setpgid(0, 0)
                _quiet()
                if make(change, self._loaded.get(change.path, [])):
                    failed = any(_again(session, tests, at) for at in range(len(tests)))
                    code = _EXIT_NOTICED if failed else 0
                else:
                    code = _EXIT_NOT_TRIED
            with contextlib.suppress(BaseException):
                session._setupstate.teardown_exact(_Nothing(session))  # type: ignore[arg-type]
            os._exit(code)
        code = _end_of(process, time.monotonic() + 20 + 6 * sum(self._seconds[i] for i in tests))
        return {0: SURVIVED, _EXIT_NOT_TRIED: NOT_TRIED}.get(code, NOTICED)


class _Nothing:
    """What comes after the last test: the session's own fixtures stay up."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session

    def listchain(self) -> list[pytest.Session]:
        return [self._session]


def _following(session: pytest.Session, rest: Sequence[pytest.Item]) -> Any:
    return rest[0] if rest else _Nothing(session)


def _run(item: pytest.Item, following: Any) -> bool:
    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _again(session: pytest.Session, tests: Sequence[int], at: int) -> bool:
    item = session.items[tests[at]]
    item._initrequest()  # type: ignore[attr-defined]
    return _run(item, _following(session, [session.items[i] for i in tests[at + 1 :]]))


def _quiet() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _end_of(process: int, deadline: float) -> int:
    """Wait for a fork's end; one that hangs has noticed something, and is killed with all that it started."""
    while time.monotonic() < deadline:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return _EXIT_NOTICED
