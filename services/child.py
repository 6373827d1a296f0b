"""One supervised child process."""

from __future__ import annotations

import json
import logging
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ConfigurationError, PlatewatchError, StorageFull, TransientError
from services.private_files import FILE_MODE, close_file, make_private_folder

log = logging.getLogger(__name__)

LAUNCHER = Path(__file__).with_name("launcher.py")
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TZ")
LOG_LIMIT_BYTES = 10_000_000
CITED_LINES = 5
KILLED_MARKS = ("was terminated by signal",)
"""How a server says that a process of its own was killed, which makes it end, too."""
FULL_MARKS = ("No space left on device", "Disk quota exceeded")


class ChildKilled(TransientError):
    """A child was killed while it started, by a person or for want of memory: nothing about it has to be changed."""


@dataclass(frozen=True, slots=True)
class RunAs:
    """Who a child runs as when it must not be root: a system user, or a user namespace that renames root.

    Args:
        user: (uid, gid) to become; None: stay.
        namespace_uid: uid under which our own user appears inside a new user namespace; None: no namespace.
    """

    user: tuple[int, int] | None = None
    namespace_uid: int | None = None


def child_environment(*also: str) -> dict[str, str]:
    """Return what a child needs of our environment, and nothing else of it.

    Ours may hold passwords and tokens, and everybody who may look into a child's process reads its environment.

    Args:
        also: Names of further variables that this child needs.
    """
    return {name: os.environ[name] for name in (*PASSED_ON, *also) if name in os.environ}


def launched(argv: Sequence[str], run_as: RunAs, end_signal: signal.Signals = signal.SIGTERM) -> list[str]:
    """Return the command line that runs `argv` as `run_as` says, and ends it when this thread ends.

    Args:
        argv: Program, absolute, and its arguments.
        run_as: Who it runs as.
        end_signal: What it gets when the thread that starts it ends.
    """
    orders = {
        "parent": os.getpid(),
        "signal": int(end_signal),
        "user": run_as.user,
        "namespace": run_as.namespace_uid,
    }
    return [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(orders), *argv]


class ChildProcess:
    """A server that runs as our child: started, watched until ready, stopped; it ends when we end, even by SIGKILL.

    The end with us is by PR_SET_PDEATHSIG, on Linux only.

    Args:
        name: What to call it in messages, like `PostgreSQL`.
        argv: Program (absolute, or found on PATH) and arguments. Nothing secret: every user sees them.
        log_path: File that takes its standard output and error; appended to, set aside as `.1` above 10 MB.
        cwd: Its working directory; None: ours.
        env: Its whole environment; None: `child_environment()`.
        stop_signal: What asks it to stop, sent by `stop` and when this process ends.
        run_as: Who it runs as; None: as we do.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        log_path: Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        run_as: RunAs | None = None,
    ) -> None:
        self.name = name
        self.log_path = log_path
        self._argv = list(argv)
        self._cwd = cwd
        self._env = dict(env) if env is not None else child_environment()
        self._stop_signal = stop_signal
        self._run_as = run_as or RunAs()
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    def start(self) -> None:
        """Start the process; it is not ready yet.

        Raises:
            ConfigurationError: The program does not exist.
        """
        if self.is_alive:
            raise RuntimeError(f"{self.name} was started already")
        program = shutil.which(self._argv[0])
        if program is None:
            raise ConfigurationError(f"{self.name}: no program {self._argv[0]}; reinstall it or correct its path")
        argv = launched([program, *self._argv[1:]], self._run_as, self._stop_signal)
        self._set_old_log_aside()
        descriptor = os.open(self.log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, FILE_MODE)
        with os.fdopen(descriptor, "ab") as output:
            close_file(descriptor)
            self._log_start = output.tell()
            self._process = _in_lasting_thread(lambda: self._spawn(argv, output.fileno()))
        log.debug("child process started", extra={"child": self.name, "child_pid": self._process.pid})

    def _spawn(self, argv: list[str], output: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=self._cwd,
            env=self._env,
            start_new_session=True,  # a terminal's Ctrl-C is ours to handle, not its
            close_fds=True,
        )

    def _set_old_log_aside(self) -> None:
        make_private_folder(self.log_path.parent)
        if self.log_path.exists() and self.log_path.stat().st_size > LOG_LIMIT_BYTES:
            self.log_path.replace(self.log_path.with_name(self.log_path.name + ".1"))

    @property
    def is_alive(self) -> bool:
        """Whether the process runs now."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Process id while it runs, else None."""
        return self._process.pid if self._process is not None and self.is_alive else None

    def wait_ready(self, ready: Callable[[], bool], timeout_seconds: float, poll: float = 0.02) -> None:
        """Wait until `ready()` says so.

        Args:
            ready: Cheap check, called every `poll` seconds.
            timeout_seconds: How long to wait.
            poll: Seconds between two checks.

        Raises:
            ConfigurationError: The process ended; cites the last lines of its log.
            ChildKilled: It, or a process of its own, was killed.
            StorageFull: It ended for want of space.
            TransientError: It was not ready in time; it still runs. Cites the log, too.
        """
        deadline = time.monotonic() + timeout_seconds
        while not ready():
            if self._process is None or self._process.poll() is not None:
                raise self._ended_early(None if self._process is None else self._process.returncode)
            if time.monotonic() > deadline:
                raise TransientError(f"{self.name} is not ready after {timeout_seconds:g} s{self._cited_log()}")
            time.sleep(poll)

    def _ended_early(self, code: int | None) -> PlatewatchError:
        cited = self._cited_log()
        text = f"{self.name} ended while starting (exit status {code}){cited}"
        if (code is not None and code < 0) or any(mark in cited for mark in KILLED_MARKS):
            return ChildKilled(text)
        if any(mark in cited for mark in FULL_MARKS):
            return StorageFull(text)
        return ConfigurationError(text)

    def _cited_log(self) -> str:
        with self.log_path.open("rb") as output:
            output.seek(self._log_start)
            text = output.read().decode("utf-8", "replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        cited = " | ".join(lines[-CITED_LINES:]) or "it wrote nothing"
        return f"; last lines of {self.log_path}: {cited}"

    def stop(
        self,
        timeout_seconds: float = 30.0,
        *,
        urgent: signal.Signals | None = None,
        patience_seconds: float = 10.0,
    ) -> None:
        """Ask the process to stop and wait for it; kill it as the last resort. Does nothing when it has ended.

        Args:
            timeout_seconds: How long to wait before it is killed.
            urgent: What asks it more urgently in between; None: nothing does.
            patience_seconds: How long to wait before that.
        """
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(self._stop_signal)
        if urgent is not None:
            try:
                process.wait(patience_seconds)
            except subprocess.TimeoutExpired:
                log.warning("child process takes long to stop, asking it again", extra={"child": self.name})
                process.send_signal(urgent)
        try:
            process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            log.warning(
                "child process did not stop in time, killing it",
                extra={"child": self.name, "timeout_seconds": timeout_seconds},
            )
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


_spawn_requests: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
_spawner_started = threading.Lock()


def _serve_spawn_requests() -> None:
    while True:
        _spawn_requests.get()()


def _in_lasting_thread(
    spawn: Callable[[], subprocess.Popen[bytes]],
) -> subprocess.Popen[bytes]:
    """Call `spawn` in a thread that lives as long as the process.

    The kernel's "parent ended" signal fires when the *thread* that made the child ends, so a server started from a
    short-lived worker thread would be stopped with it.
    """
    if threading.current_thread() is threading.main_thread():
        return spawn()
    if _spawner_started.acquire(blocking=False):  # held for ever: one spawner per process
        threading.Thread(target=_serve_spawn_requests, name="child-spawner", daemon=True).start()
    answers: queue.SimpleQueue[subprocess.Popen[bytes] | BaseException] = queue.SimpleQueue()

    def request() -> None:
        try:
            answers.put(spawn())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked
            answers.put(error)

    _spawn_requests.put(request)
    answer = answers.get()
    if isinstance(answer, BaseException):
        raise answer
    return answer
