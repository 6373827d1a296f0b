"""Processes that are struck: killed ones are started again, and how each ended is judged."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.chaos.installation.commands import Person
from benchmarks.chaos.installation.faults import Diary, Hung
from benchmarks.chaos.installation.keeper import Keeper
from benchmarks.chaos.installation.site import Site

ORDERLY = "import signal, sys; signal.signal(15, lambda *_: sys.exit(0)); print('up', flush=True); signal.pause()"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site whose commands are Python code."""
    monkeypatch.setattr(Site, "command", lambda _, *arguments: [sys.executable, "-c", *arguments])
    return Site(tmp_path / "site", tmp_path / "clip.mp4")


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_command_is_started_again_and_an_orderly_end_is_no_fault(site: Site, tmp_path: Path) -> None:
    diary, lines, ends = Diary(tmp_path / "diary"), [], []
    keeper = Keeper(site, diary, "run", ORDERLY, on_line=lines.append, on_end=ends.append)
    keeper.start()
    wait_until(lambda: len(lines) == 1)
    assert keeper.strike(signal.SIGKILL)
    wait_until(lambda: len(lines) == 2)
    keeper.end()
    assert (lines, ends, keeper.starts, diary.faults) == (["up\n"] * 2, [True, False], 2, [])


@pytest.mark.parametrize(("code", "is_fault"), [(75, False), (1, True), (70, True), (0, True)])
def test_only_a_temporary_failure_may_end_it_by_itself(site: Site, tmp_path: Path, code: int, is_fault: bool) -> None:
    diary = Diary(tmp_path / "diary")
    keeper = Keeper(site, diary, "run", f"import sys; sys.stderr.write('why'); sys.exit({code})")
    keeper.start()
    wait_until(lambda: keeper.starts == 2)
    keeper.end()
    faults = {f"run ended with exit code {code} after nothing: why"} if is_fault else set()
    # The one that is started last may be told to end before it ends by itself.
    assert faults == {fault for fault in diary.faults if "nothing" in fault}
    assert keeper.gave_up == 0 if is_fault else keeper.gave_up > 0


def test_a_command_is_given_again_until_it_is_done(site: Site, tmp_path: Path) -> None:
    person = Person(site, Diary(tmp_path / "diary"), 60)
    tried = str(tmp_path / "tried")
    once = f"import pathlib, sys; p = pathlib.Path({tried!r}); sys.exit(0 if p.exists() else p.touch() or 75)"
    person.give("import", once)
    assert [attempt.code for attempt in person.attempts] == [75, 0]


def test_a_command_that_fails_for_good_is_a_fault_and_ends_the_wait(site: Site, tmp_path: Path) -> None:
    diary = Diary(tmp_path / "diary")
    with pytest.raises(Hung, match="fails on and on: no such file"):
        Person(site, diary, 0.0).give("import", "import sys; sys.exit('no such file')")
    assert "exit code 1" in diary.faults[0]


def test_a_refusal_counts_as_done_only_after_an_attempt_whose_answer_was_lost(site: Site, tmp_path: Path) -> None:
    diary = Diary(tmp_path / "diary")
    once = (
        f"import os, pathlib, sys; p = pathlib.Path({str(tmp_path / 'tried')!r}); "
        "p.exists() and sys.exit('no active entry fits'); p.touch(); os.kill(os.getpid(), 9)"
    )
    person = Person(site, diary, 60)
    person.give("withdraw", once, done_already="no active entry fits")
    assert ([attempt.code for attempt in person.attempts], diary.faults) == ([-9, 1], [])
    with pytest.raises(Hung):
        Person(site, diary, 0.0).give("withdraw", once, done_already="no active entry fits")
