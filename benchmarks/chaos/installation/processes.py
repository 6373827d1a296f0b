"""The processes of one installation, as the system shows them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from benchmarks.chaos.installation.site import Site

_PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def postmaster(site: Site) -> int | None:
    """Return the process id of the embedded PostgreSQL, or None while none runs."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int((site.data_dir / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
        # The file may be left from a crash, and its number another's by now.
        if "postgres" in _command(pid):
            return pid
    return None


def backends(site: Site) -> list[int]:
    """Return the processes that the postmaster made: those that serve connections, and its own workers."""
    parent = postmaster(site)
    return [] if parent is None else sorted(pid for pid in _pids() if _parent(pid) == parent)


def broker(site: Site) -> int | None:
    """Return the process id of the local Kafka, or None while none runs."""
    folder = str(site.data_dir / "kafka")
    found = [pid for pid in _pids() if "java" in (command := _command(pid)).split(" ")[0] and folder in command]
    return min(found, default=None)


def left_behind(site: Site) -> list[str]:
    """Return the command lines of processes that still work in the installation's folder."""
    return [command for pid in _pids() if str(site.folder) in (command := _command(pid)) and pid != os.getpid()]


def resident_mb(pid: int) -> float | None:
    """Return how much memory a process holds, or None when it has ended."""
    try:
        return int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE / 1e6
    except (OSError, IndexError, ValueError):
        return None


def _pids() -> list[int]:
    return [int(path.name) for path in _PROC.iterdir() if path.name.isdigit()]


def _command(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _parent(pid: int) -> int:
    try:
        # The name, in parentheses, may hold blanks itself.
        return int((_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0
