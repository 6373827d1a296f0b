"""The tests' three-broker cluster as a test sees it, whichever test process started it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.settings import KafkaSettings
from services.kafka.client import KafkaError, UserScramCredentialUpsertion, open_admin
from services.private_files import make_private_folder
from tests.integration.cluster.keeper import STATE_FILE, USERS_LOCK, down_file
from tests.integration.cluster.nodes import NODES, START_SECONDS
from tests.integration.cluster.properties import ADMIN, MECHANISM

REPOSITORY = Path(__file__).resolve().parents[3]
WAIT_SECONDS = 60.0
QUICK_OPTIONS = {
    "session_timeout_ms": 6000,
    "heartbeat_interval_ms": 500,
    "metadata_max_age_ms": 1000,
    "fetch_max_wait_ms": 100,
    "reconnect_backoff_max_ms": 200,
}
"""kafka-python's own names, as a configuration would pass them through."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Three brokers that require TLS and a login, let nobody do what no ACL permits, and keep each record three times.

    Args:
        folder: Where its keeper looks for what tests want.
        servers: What clients connect to, by node.
        authority: File with the certificate that signed the brokers'.
        admin_password: Of the super user.
    """

    folder: Path
    servers: tuple[str, ...]
    authority: Path
    admin_password: str = field(repr=False)

    @property
    def root(self) -> Path:
        """The folder of all that share it."""
        return self.folder.parent

    def options(self, user: str = ADMIN, password: str | None = None) -> dict[str, Any]:
        """Return how a user connects, by kafka-python's names; without a password the super user."""
        return {
            "security_protocol": "SASL_SSL",
            "ssl_cafile": str(self.authority),
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": user,
            "sasl_plain_password": self.admin_password if password is None else password,
        }

    def settings(self, user: str = ADMIN, password: str | None = None, **options: Any) -> KafkaSettings:
        """Return the section `kafka` of such a user's configuration."""
        return KafkaSettings(
            bootstrap_servers=self.servers,
            options={**QUICK_OPTIONS, **self.options(user, password), **options},
            delivery_timeout_seconds=5,
        )

    @contextlib.contextmanager
    def admin(self) -> Iterator[Any]:
        """Give the super user's KafkaAdminClient."""
        client = open_admin(self.settings(), self.servers)
        try:
            yield client
        finally:
            client.close()

    def add_user(self, name: str, password: str) -> None:
        """Make a user, or give one another password."""
        with self.admin() as admin:
            admin.alter_user_scram_credentials([UserScramCredentialUpsertion(name, MECHANISM, password)])

    def kill(self, *numbers: int) -> None:
        """Kill nodes, and keep them down; returns once they are dead."""
        for number in numbers:
            down_file(self.folder, number).touch()
        wait_until(lambda: all(self._state()["pids"][str(number)] is None for number in numbers))

    def restart(self, *numbers: int) -> None:
        """Let nodes come back; returns once they take clients, not once they have caught up."""
        for number in numbers:
            down_file(self.folder, number).unlink(missing_ok=True)
        wait_until(lambda: set(numbers) <= set(self._state()["ready"]), START_SECONDS)

    def heal(self) -> None:
        """Bring every node back, and wait until each has caught up with all that it keeps."""
        self.restart(*NODES)
        wait_until(self.is_whole, START_SECONDS)

    def is_whole(self) -> bool:
        """Return whether every partition has all its replicas in sync."""
        try:
            with self.admin() as admin:
                return len(admin.describe_cluster()["brokers"]) == len(NODES) and all(
                    len(partition["isr_nodes"]) == len(partition["replica_nodes"])
                    for topic in admin.describe_topics()
                    for partition in topic["partitions"]
                )
        except KafkaError:
            return False

    def leader_of(self, topic: str, partition: int = 0) -> int:
        """Return the node that leads a partition."""
        with self.admin() as admin:
            (found,) = admin.describe_topics([topic])
        return next(int(one["leader_id"]) for one in found["partitions"] if one["partition_index"] == partition)

    def pid(self, number: int) -> int:
        """Return the process of a node that runs."""
        return int(self._state()["pids"][str(number)])

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads((self.folder / STATE_FILE).read_bytes())
        return state


@contextlib.contextmanager
def shared_cluster(root: Path) -> Iterator[Cluster]:
    """Give the cluster of a folder; it is started when nobody else uses it, and ends with its last user.

    Args:
        root: The same folder for all that share it.
    """
    root.mkdir(exist_ok=True)
    with _locked(root / "start.lock", fcntl.LOCK_EX) as start, _locked(root / USERS_LOCK, fcntl.LOCK_SH):
        # A keeper that was just ending holds that lock alone until it is gone.
        folder = _running(root) or _started(root)
        cluster = _seen(folder)
        fcntl.flock(start, fcntl.LOCK_UN)
        yield cluster


@contextlib.contextmanager
def at_peace(root: Path) -> Iterator[None]:
    """Keep others from killing nodes meanwhile.

    Args:
        root: The cluster's.
    """
    with _locked(root / "strikes.lock", fcntl.LOCK_SH):
        yield


@contextlib.contextmanager
def as_the_owner(root: Path) -> Iterator[None]:
    """Keep others from being the same agency on the cluster meanwhile.

    Args:
        root: The cluster's.
    """
    with _locked(root / "owner.lock", fcntl.LOCK_EX):
        yield


@contextlib.contextmanager
def alone_with(cluster: Cluster) -> Iterator[None]:
    """Have the cluster alone, to kill its nodes; it is whole again afterwards."""
    with _locked(cluster.root / "strikes.lock", fcntl.LOCK_EX):
        try:
            yield
        finally:
            cluster.heal()


def wait_until(condition: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
    """Wait until something holds that another process brings about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def _running(root: Path) -> Path | None:
    """Return the folder of a cluster whose keeper lives, or None."""
    for state in root.glob(f"cluster-*/{STATE_FILE}"):
        keeper = json.loads(state.read_bytes())["keeper"]
        with contextlib.suppress(OSError):
            if str(state.parent) in Path(f"/proc/{keeper}/cmdline").read_text():
                return state.parent
    return None


def _started(root: Path) -> Path:
    """Start a keeper, and wait until its brokers answer."""
    folder = root / f"cluster-{os.getpid()}-{time.monotonic_ns()}"
    make_private_folder(folder)
    log = folder / "keeper.log"
    argv = [sys.executable, "-m", "tests.integration.cluster.keeper", str(root / USERS_LOCK), str(folder)]
    # Not subprocess: it outlives this process where others use the cluster, and nobody here waits for its end.
    keeper = os.posix_spawn(
        sys.executable,
        argv,
        {**os.environ, "PYTHONPATH": str(REPOSITORY)},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    deadline = time.monotonic() + START_SECONDS
    while not (folder / STATE_FILE).exists():
        assert os.waitpid(keeper, os.WNOHANG)[0] == 0, log.read_text()
        assert time.monotonic() < deadline, f"the cluster did not start in time; see {folder}"
        time.sleep(0.05)
    return folder


def _seen(folder: Path) -> Cluster:
    state = json.loads((folder / STATE_FILE).read_bytes())
    return Cluster(folder, tuple(state["servers"]), Path(state["authority"]), state["admin_password"])


@contextlib.contextmanager
def _locked(path: Path, how: int) -> Iterator[int]:
    """Hold a lock that the kernel lets go of however this process ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield descriptor
    finally:
        os.close(descriptor)
