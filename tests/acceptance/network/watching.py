"""Observes whom a command talks to, with whatever this machine lets a test use."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

Method = Literal["strace", "preloaded library and audit hook", "audit hook"]

_HERE = Path(__file__).parent
_ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
_PACKET = re.compile(r"socket\((AF_PACKET|AF_VSOCK|AF_BLUETOOTH)")

_HOOK = """
import os, sys

def _note(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if host:
        with open(os.environ["NETWORK_WATCH"], "a") as file:
            file.write((host.decode() if isinstance(host, bytes) else str(host)) + "\\n")

sys.addaudithook(_note)
"""


def methods(folder: Path) -> list[Method]:
    """Return how a command can be observed here, the most thorough first.

    strace sees every system call of every process. A preloaded library sees what goes through libc, which is all but a
    statically linked program like dbmate; a child that is given no environment escapes it. Python's audit hook sees
    Python alone.
    """
    found: list[Method] = []
    if shutil.which("strace") and _works(["strace", "-f", "-qq", "-o", os.devnull, "true"]):
        found.append("strace")
    if _works(_compiler(folder)):
        found.append("preloaded library and audit hook")
    return [*found, "audit hook"]


def observed(
    method: Method, command: Sequence[str], folder: Path, environment: dict[str, str]
) -> tuple[subprocess.CompletedProcess[str], set[str]]:
    """Run a command to its end, with a umask that takes nothing.

    Args:
        method: One of `methods`.
        command: The program and its arguments.
        folder: For what the observer writes; the library of `methods` is there.
        environment: All of the command's environment.

    Returns:
        How it ended, and the addresses and names beyond this machine that it, or a process of its, turned to.
    """
    log = folder / "network.log"
    log.unlink(missing_ok=True)
    watching = dict(environment)
    line = list(command)
    if method == "strace":
        line = ["strace", "-f", "-qq", "--seccomp-bpf", "-s", "0", "-e", "trace=network", "-o", str(log), *line]
    else:
        hook = folder / "hook"
        hook.mkdir(exist_ok=True)
        (hook / "sitecustomize.py").write_text(_HOOK)
        log.touch(0o666)
        log.chmod(0o666)
        watching |= {"NETWORK_WATCH": str(log), "PYTHONPATH": str(hook)}
        if method != "audit hook":
            watching["LD_PRELOAD"] = str(_library(folder))
    ended = subprocess.run(line, env=watching, capture_output=True, text=True, timeout=240, umask=0, check=False)
    text = log.read_text(errors="replace")
    if method == "strace":
        hosts = {first or second for first, second in _ADDRESS.findall(text)} | set(_PACKET.findall(text))
    else:
        hosts = set(text.split())
    return ended, {host for host in hosts if not _stays_here(host)}


def _stays_here(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # The machine's own name is looked up in the machine's own files where it stands there, as it should.
        return host in ("localhost", socket.gethostname())
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or (mapped is not None and mapped.is_loopback)


def _library(folder: Path) -> Path:
    return folder / "preloaded.so"


def _compiler(folder: Path) -> list[str]:
    return ["cc", "-shared", "-fPIC", "-o", str(_library(folder)), str(_HERE / "preloaded.c"), "-ldl"]


def _works(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


TALKER = [
    sys.executable,
    "-c",
    "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.connect(('192.0.2.1', 9)); s.close()",
]
"""Turns to an address of a documentation network; connecting a datagram socket sends nothing."""
