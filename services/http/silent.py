"""Ends connections on which nothing moves: where it tells HTTP's versions apart, the server under us waits for ever.

The kernel knows when something was last sent or received on a connection, also before and during the TLS handshake. A
connection is ended by its socket, whoever holds it in this process.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import struct
from pathlib import Path

_DESCRIPTORS = Path("/proc/self/fd")
_INFO = struct.Struct("=44xI4xI")
"""Of the kernel's tcp_info: milliseconds since something was sent, and since something was received."""
_ESTABLISHED = 1


def end_silent(port: int, seconds: float) -> int:
    """End the connections to a port of this process that were silent for so long; return how many.

    Args:
        port: The port that this process listens at.
        seconds: How long nothing was sent and nothing received.
    """
    ended = 0
    for name in _descriptors():
        with contextlib.suppress(OSError, ValueError):
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            # A descriptor of our own to it: the one that is looked at may be closed, and be another's, at any time.
            with socket.socket(fileno=os.dup(int(name))) as connection:
                if _is_silent(connection, port, seconds):
                    connection.shutdown(socket.SHUT_RDWR)
                    ended += 1
    return ended


def _descriptors() -> list[str]:
    try:
        return [entry.name for entry in os.scandir(_DESCRIPTORS)]
    except OSError:
        return []


def _is_silent(connection: socket.socket, port: int, seconds: float) -> bool:
    if connection.family not in (socket.AF_INET, socket.AF_INET6) or connection.type != socket.SOCK_STREAM:
        return False
    if connection.getsockname()[1] != port:
        return False
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO.size)
    if len(info) < _INFO.size or info[0] != _ESTABLISHED:
        return False  # what listens has no peer
    sent, received = _INFO.unpack(info)
    silence: int = min(sent, received)
    return silence > seconds * 1000
