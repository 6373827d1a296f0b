"""The local broker's ports: chosen once, kept in its folder, and chosen anew when somebody else has taken them."""

from __future__ import annotations

import json
import logging
import socket
import time
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

from services.private_files import write_private

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
WAIT_SECONDS = 1.0
_FILE_NAME = "ports.json"


@dataclass(frozen=True, slots=True)
class Ports:
    """TCP ports of the local broker, both on loopback."""

    broker: int
    controller: int

    @property
    def bootstrap_server(self) -> str:
        """What clients connect to, `127.0.0.1:PORT`."""
        return f"{HOST}:{self.broker}"


def kept_ports(folder: Path) -> Ports | None:
    """Return the ports of the last start of the broker in this folder, or None when there was none."""
    try:
        kept: dict[str, int] = json.loads((folder / _FILE_NAME).read_text("utf-8"))
        return Ports(int(kept["broker"]), int(kept["controller"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def choose_ports(folder: Path, *, keep: bool) -> Ports:
    """Return the ports to start with, and keep them for the next start.

    Args:
        folder: The broker's folder.
        keep: Take those of the last start if they are free.
    """
    kept = kept_ports(folder)
    deadline = time.monotonic() + WAIT_SECONDS
    while keep and kept is not None:
        if _is_free(kept.broker) and _is_free(kept.controller):
            return kept
        if time.monotonic() > deadline:
            log.warning("local broker's ports are taken, choosing others", extra={"ports": list(astuple(kept))})
            break
        time.sleep(0.05)  # a broker that is just ending gives its ports back last
    ports = _free_ports()
    part = folder / f"{_FILE_NAME}.part"
    write_private(part, json.dumps(asdict(ports)).encode())
    part.replace(folder / _FILE_NAME)
    return ports


def accepts(port: int) -> bool:
    """Return whether somebody listens at a port on loopback."""
    try:
        socket.create_connection((HOST, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the broker itself does it: connections of the last run in TIME_WAIT do not occupy the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _free_ports() -> Ports:
    with socket.socket() as first, socket.socket() as second:
        first.bind((HOST, 0))
        second.bind((HOST, 0))
        return Ports(first.getsockname()[1], second.getsockname()[1])
