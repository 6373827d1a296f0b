"""Become another program: set who it runs as, that it ends with its parent and that its files are its user's alone.

Run as a script by `services.child`, never imported. A script between fork and exec, because code between the two in a
process with threads (`preexec_fn`) can deadlock, and because the process id stays the same through `exec`.

Arguments: a JSON object `{"parent": pid, "signal": number, "user": [uid, gid] | null, "namespace": uid | null}`, then
the program and its arguments.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000


def _system_call(name: str, *arguments: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _enter_namespace(uid: int) -> None:
    """Map our own user to `uid` in a user namespace: same files as before, but not uid 0 in the program's eyes."""
    outside_uid, outside_gid = os.getuid(), os.getgid()
    _system_call("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{uid} {outside_uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{uid} {outside_gid} 1", encoding="ascii")


def _become(user: list[int]) -> None:
    uid, gid = user
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _end_with_parent(parent: int, signal_number: int) -> None:
    """Ask the kernel for a signal when the parent ends. After the change of user: that clears the request."""
    if not sys.platform.startswith("linux"):
        return
    _system_call("prctl", PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def main(arguments: list[str]) -> None:
    """Apply the first argument's orders and execute the rest."""
    orders: dict[str, Any] = json.loads(arguments[0])
    program = arguments[1:]
    try:
        os.umask(0o077)
        if orders["namespace"] is not None:
            _enter_namespace(orders["namespace"])
        if orders["user"] is not None:
            _become(orders["user"])
        _end_with_parent(orders["parent"], orders["signal"])
        os.execv(program[0], program)  # noqa: S606 - argv is fixed by the caller, no shell wanted
    except OSError as error:
        sys.stderr.write(f"cannot execute {program[0]}: {error}\n")
        os._exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
