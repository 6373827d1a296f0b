"""What a service manager is told: that the run is ready, goes on, reloads, ends.

systemd's protocol is lines of text in one datagram to the socket that `NOTIFY_SOCKET` names. What PyPI has for it in
Python is as long as this, and silent about an address that cannot be reached; the rest needs libsystemd.

Source:
    https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html, sd_watchdog_enabled.html
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

log = logging.getLogger(__name__)

FEEDS_PER_INTERVAL: Final = 3
"""A watchdog is fed so often within its interval; systemd asks for twice."""
_MICROSECONDS: Final = 1_000_000


class ServiceManager:
    """The way to the service manager; without one it does nothing.

    Args:
        address: Path of its socket, or `@` and the name of an abstract one; None: there is no manager.
        watchdog_seconds: It ends a service that is silent for so long; None: it does not.
    """

    def __init__(self, address: str | None, watchdog_seconds: float | None = None) -> None:
        self._address = address
        self.watchdog_seconds = watchdog_seconds if address is not None else None
        self._next_feed = 0.0
        self._ready_text = ""
        self._silent: Sequence[str] = ()
        self._unreachable = False

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> ServiceManager:
        """Return the manager that started this process, if one did and wants to be told.

        Args:
            environment: With `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
        """
        interval, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID")
        is_ours = pid is None or pid == str(os.getpid())
        seconds = int(interval) / _MICROSECONDS if interval.isdecimal() and int(interval) and is_ours else None
        return cls(environment.get("NOTIFY_SOCKET") or None, seconds)

    def ready(self, status: str) -> None:
        """Say that the run is ready.

        Args:
            status: Shown by `systemctl status`; no plate text.
        """
        self._ready_text = status
        self._tell("READY=1", f"STATUS={status}")

    def status(self, text: str) -> None:
        """Say what is done just now."""
        self._tell(f"STATUS={text}")

    def reloading(self) -> None:
        """Say that the configuration is read again; `reloaded` follows."""
        # Newer managers ask for the moment, so that they can tell one reload from the next.
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def reloaded(self) -> None:
        """Say that the reload is over."""
        self.ready(self._ready_text)

    def stopping(self) -> None:
        """Say that the run ends."""
        self._tell("STOPPING=1", "STATUS=ending")

    def feed(self, silent: Callable[[float], Sequence[str]]) -> None:
        """Feed the watchdog when it is time, unless a part of the run shows no life; call it often.

        Args:
            silent: Gets a number of seconds; returns the names of what has been silent for longer.
        """
        if self.watchdog_seconds is None or time.monotonic() < self._next_feed:
            return
        self._next_feed = time.monotonic() + self.watchdog_seconds / FEEDS_PER_INTERVAL
        names = silent(self.watchdog_seconds)
        if not names:
            self._tell("WATCHDOG=1")
        elif names != self._silent:
            log.error("no life from %s; unless that changes, the service manager starts us anew", ", ".join(names))
        self._silent = names

    def _tell(self, *lines: str) -> None:
        if self._address is None:
            return
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door:
                door.connect(address)
                door.sendall("\n".join(lines).encode())
        except OSError as error:
            if not self._unreachable:
                log.warning("NOTIFY_SOCKET %s cannot be reached (%s)", self._address, error.strerror or error)
            self._unreachable = True
        else:
            self._unreachable = False
