"""A supervised child: it starts, says why it did not, stops when asked, and never outlives its owner."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError, StorageFull, TransientError
from services.child import LAUNCHER, ChildKilled, ChildProcess, RunAs, launched

REPOSITORY = Path(__file__).resolve().parents[3]
SLEEPER = [sys.executable, "-c", "import time\nprint('up', flush=True)\nwhile True: time.sleep(60)"]


def _wait(condition: Callable[[], bool], timeout: float = 10.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "condition did not come true in time"
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # nobody may be left to reap it


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "child.log"


def _says_up(log: Path) -> Callable[[], bool]:
    return lambda: "up" in log.read_text()


def test_starts_is_ready_and_stops(log: Path) -> None:
    child = ChildProcess("sleeper", SLEEPER, log_path=log)
    child.start()
    child.wait_ready(_says_up(log), 10)
    pid = child.pid
    assert child.is_alive
    assert pid is not None
    child.stop(10)
    assert not child.is_alive
    assert not _runs(pid)
    child.stop(10)


def test_a_child_gets_no_password_of_ours_and_keeps_its_files_to_its_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_TOKEN", "secret-1")
    monkeypatch.setenv("PLATEWATCH_KAFKA__OPTIONS", "secret-2")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret-3@proxy")
    monkeypatch.setenv("HOME", "/home/secret-4")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/lib")
    monkeypatch.setenv("TZ", "America/New_York")
    log = tmp_path / "logs" / "child.log"
    code = "import os; open('made', 'w'); os.mkdir('folder'); print(dict(os.environ))"
    before = os.umask(0)
    try:
        child = ChildProcess("teller", [sys.executable, "-c", code], log_path=log, cwd=tmp_path)
        child.start()
    finally:
        os.umask(before)
    _wait(lambda: not child.is_alive)
    said = log.read_text()
    assert all(f"'{name}'" in said for name in ("PATH", "LD_LIBRARY_PATH", "TZ"))
    assert "secret" not in said
    modes = {
        path.name: path.stat().st_mode & 0o777 for path in (log, log.parent, tmp_path / "made", tmp_path / "folder")
    }
    assert modes == {"child.log": 0o600, "logs": 0o700, "made": 0o600, "folder": 0o700}


def test_a_log_that_others_could_read_is_closed(log: Path) -> None:
    log.parent.mkdir()
    log.write_text("before\n")
    log.chmod(0o644)
    child = ChildProcess("mute", [sys.executable, "-c", "pass"], log_path=log)
    child.start()
    child.stop()
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.read_text() == "before\n"


def test_an_early_end_cites_the_last_lines(log: Path) -> None:
    code = (
        "import sys; print('one', 'two', 'three', 'four', 'five', 'could not bind port 5432', sep='\\n'); sys.exit(3)"
    )
    argv = [sys.executable, "-c", code]
    child = ChildProcess("broken server", argv, log_path=log)
    child.start()
    with pytest.raises(
        ConfigurationError, match=r"broken server ended .*exit status 3.*could not bind port 5432"
    ) as raised:
        child.wait_ready(lambda: False, 10)
    assert [word for word in ("one", "two", "five") if word in str(raised.value)] == ["two", "five"]
    child.stop()


def test_lines_of_an_earlier_run_are_not_cited(log: Path) -> None:
    log.parent.mkdir()
    log.write_text("an old complaint\n")
    child = ChildProcess("mute", [sys.executable, "-c", "pass"], log_path=log)
    child.start()
    with pytest.raises(ConfigurationError, match="it wrote nothing"):
        child.wait_ready(lambda: False, 10)
    child.stop()


def test_a_late_server_is_a_transient_error_and_still_runs(log: Path) -> None:
    child = ChildProcess("slow server", SLEEPER, log_path=log)
    child.start()
    with pytest.raises(TransientError, match=r"slow server is not ready after 0.05 s"):
        child.wait_ready(lambda: False, 0.05)
    assert child.is_alive
    child.stop(10)


def test_a_child_that_ignores_the_signal_is_killed(log: Path) -> None:
    code = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\nsignal.pause()"
    child = ChildProcess("stubborn", [sys.executable, "-c", f"while True:\n exec({code!r})"], log_path=log)
    child.start()
    child.wait_ready(_says_up(log), 10)
    pid = child.pid
    assert pid is not None
    child.stop(0.2)
    assert not _runs(pid)


def test_a_missing_program_is_named(log: Path) -> None:
    with pytest.raises(ConfigurationError, match="no program /nowhere/postgres"):
        ChildProcess("PostgreSQL", ["/nowhere/postgres"], log_path=log).start()


def test_survives_the_thread_that_started_it(log: Path) -> None:
    child = ChildProcess("sleeper", SLEEPER, log_path=log)
    thread = threading.Thread(target=child.start)
    thread.start()
    thread.join()
    child.wait_ready(_says_up(log), 10)
    assert child.is_alive
    child.stop(10)


def test_ends_when_its_owner_is_killed(log: Path) -> None:
    code = f"""
import sys, time
from pathlib import Path
from services.child import ChildProcess
log = Path({str(log)!r})
child = ChildProcess("sleeper", {SLEEPER!r}, log_path=log)
child.start()
child.wait_ready(lambda: "up" in log.read_text(), 10)
print(child.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=REPOSITORY) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        assert _runs(pid)
        os.kill(owner.pid, signal.SIGKILL)
    _wait(lambda: not _runs(pid))


def test_a_log_that_has_grown_large_is_set_aside_and_a_small_one_goes_on(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.child.LOG_LIMIT_BYTES", 100)
    log.parent.mkdir()
    for before, aside in (("x" * 100, None), ("y" * 101, "y" * 101)):
        log.write_text(before)
        child = ChildProcess("sleeper", SLEEPER, log_path=log)
        child.start()
        child.wait_ready(_says_up(log), 20)
        child.stop(10)
        old = log.with_name("child.log.1")
        assert (old.read_text() if old.exists() else None) == aside
        assert log.read_text() == ("up\n" if aside else f"{before}up\n")


def test_a_log_that_somebody_has_made_a_link_is_not_followed(log: Path, tmp_path: Path) -> None:
    log.parent.mkdir()
    (tmp_path / "other").write_text("kept")
    log.symlink_to(tmp_path / "other")
    child = ChildProcess("sleeper", SLEEPER, log_path=log)
    with pytest.raises(OSError, match="symbolic links"):
        child.start()
    assert not child.is_alive
    assert (tmp_path / "other").read_text() == "kept"


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", ChildKilled),
        ("print('LOG: startup process (PID 7) was terminated by signal 9: Killed'); raise SystemExit(1)", ChildKilled),
        ("print('FATAL: could not write lock file: No space left on device'); raise SystemExit(1)", StorageFull),
        ("print('FATAL: unrecognized configuration parameter'); raise SystemExit(1)", ConfigurationError),
    ],
)
def test_one_that_was_killed_or_had_no_space_while_it_started_is_no_wrong_setting(
    log: Path, code: str, raised: type[Exception]
) -> None:
    child = ChildProcess("server", [sys.executable, "-c", code], log_path=log)
    child.start()
    with pytest.raises(raised, match="ended while starting") as caught:
        child.wait_ready(lambda: False, 10)
    assert type(caught.value) is raised


def test_one_that_hangs_in_its_end_is_asked_more_urgently(log: Path) -> None:
    # A shell has what it runs in the background ignore SIGINT.
    deaf = "signal.signal(15, signal.SIG_IGN); signal.signal(2, signal.SIG_DFL)"
    code = f"import signal, time\n{deaf}\nprint('up', flush=True)\nwhile True: time.sleep(60)"
    child = ChildProcess("deaf", [sys.executable, "-c", code], log_path=log)
    child.start()
    child.wait_ready(_says_up(log), 60)
    began = time.monotonic()
    child.stop(3600, urgent=signal.SIGINT, patience_seconds=0.1)
    assert not child.is_alive
    assert time.monotonic() - began < 1800  # and not only when it is killed


def test_a_launched_program_ends_at_once_where_its_parent_ended_before(tmp_path: Path) -> None:
    orders = json.dumps({"parent": 1 << 22, "signal": 15, "user": None, "namespace": None})
    program = [sys.executable, "-c", f"open({str(tmp_path / 'ran')!r}, 'w')"]
    ended = subprocess.run([sys.executable, "-I", "-S", str(LAUNCHER), orders, *program], check=False, timeout=60)
    assert (ended.returncode, list(tmp_path.iterdir())) == (1, [])


def test_a_launched_program_that_cannot_be_executed_says_so(tmp_path: Path) -> None:
    (tmp_path / "program").write_text("none")
    argv = launched([str(tmp_path / "program")], RunAs())
    ended = subprocess.run(argv, check=False, timeout=60, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (127, "")
    assert ended.stderr.startswith(f"cannot execute {tmp_path / 'program'}: ")
