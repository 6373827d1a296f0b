"""A real Apache Kafka on this machine, run under our own supervisor; Java and jars come by pip."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from schemas.errors import BrokerUnavailable, PlatewatchError
from schemas.settings import KafkaSettings
from services.child import ChildProcess
from services.data_directory import make_data_directory
from services.kafka.node import START_TIMEOUT_SECONDS, KafkaNode
from services.kafka.ports import kept_ports
from services.owner_lock import OwnerLock

log = logging.getLogger(__name__)

STOP_TIMEOUT_SECONDS = 30.0
KEEP_SECONDS = 0.5
LONGEST_KEEP_SECONDS = 30.0


class LocalKafka:
    """Apache Kafka for one data directory: the first process starts it, later ones attach to it.

    It listens on loopback only, and to who knows the secret in the data directory: other users of this machine may not
    even ask which topics there are. It ends with the process
    that started it, however that ends, and starts again with its data intact. While it is in use it is kept running:
    a broker that ends by itself is started again, and one whose owner stopped is taken over.

    Args:
        data_dir: Platewatch's data directory; the broker keeps to its folder `kafka`.
        settings: The section `kafka` of the configuration.
        overrides: Broker settings (Kafka's own names) that win over ours.
    """

    def __init__(self, data_dir: Path, settings: KafkaSettings, *, overrides: Mapping[str, str] | None = None) -> None:
        self.folder = data_dir.absolute() / "kafka"
        self._settings = settings
        self._node = KafkaNode(self.folder, settings, overrides or {})
        self._lock = OwnerLock(self.folder / "owner.lock")
        self._child: ChildProcess | None = None
        self._guard = threading.RLock()
        self._stopping = threading.Event()
        self._keeper: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the broker that this object runs."""
        return self._child.pid if self._child is not None else None

    def start(self) -> str:
        """Start the broker, or attach to the one that another process runs for this data directory.

        Does nothing when it runs.

        Returns:
            The bootstrap server, `127.0.0.1:PORT`. It answers.

        Raises:
            ConfigurationError: Java or the jars' downloader is not installed, or the broker refuses to start.
            BrokerUnavailable: The jars cannot be downloaded, or the broker does not answer in time.
        """
        with self._guard:
            self._stopping.clear()
            try:
                make_data_directory(self.folder.parent)
                server = self._start_or_attach()
                self._start_keeper()
            except BaseException:
                self.stop()
                raise
        return server

    def keep_trying(self) -> None:
        """Start the broker in the background, tried again until it runs; for whoever can do without it meanwhile."""
        with self._guard:
            self._stopping.clear()
            self._start_keeper()

    def stop(self) -> None:
        """Stop the broker if this object runs it; another process's keeps running."""
        self._stopping.set()
        with self._guard:
            child, self._child = self._child, None
            if child is not None:
                child.stop(STOP_TIMEOUT_SECONDS)
            self._lock.release()
            keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def bootstrap_server(self) -> str:
        """`127.0.0.1:PORT` of the broker that was started last in this data directory.

        Raises:
            BrokerUnavailable: None was ever started here.
        """
        ports = kept_ports(self.folder)
        if ports is None:
            raise BrokerUnavailable(f"{self.folder}: no local broker was started here; run `platewatch run` first")
        return ports.bootstrap_server

    @property
    def client_settings(self) -> KafkaSettings:
        """The settings that clients connect to the broker with: its address, and the login among the options.

        Raises:
            BrokerUnavailable: None was ever started here.
        """
        login = self._node.login
        if login is None:
            raise BrokerUnavailable(f"{self.folder}: no local broker was started here; run `platewatch run` first")
        options = {**self._settings.options, **login.options()}
        return self._settings.model_copy(
            update={"bootstrap_servers": (self.bootstrap_server,), "options": options, "allow_unencrypted": False}
        )

    def _start_or_attach(self) -> str:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._lock.acquire():
            ports = kept_ports(self.folder)
            if ports is not None and self._node.answers(ports):
                return ports.bootstrap_server
            if time.monotonic() > deadline:
                raise BrokerUnavailable(
                    f"{self.folder}: another process runs the local broker, but it did not answer within "
                    f"{START_TIMEOUT_SECONDS:g} s; see {self._node.log_path}"
                )
            time.sleep(0.1)
        if self._child is None or not self._child.is_alive:
            self._launch()
        return self.bootstrap_server

    def _start_keeper(self) -> None:
        if self._keeper is None:
            self._keeper = threading.Thread(target=self._keep, name="local-kafka", daemon=True)
            self._keeper.start()

    def _launch(self) -> None:
        self._child = self._node.launch(self._stopping.is_set)
        log.info("local Apache Kafka runs at %s", self.bootstrap_server)

    def _keep(self) -> None:
        """Run in a thread: bring the broker back until `stop`."""
        pause = KEEP_SECONDS
        while not self._stopping.wait(pause):
            with self._guard:
                if self._stopping.is_set():
                    return
                try:
                    self._revive()
                except PlatewatchError as error:
                    log.warning("local Apache Kafka does not come back: %s", error)
                    pause = min(pause * 2, LONGEST_KEEP_SECONDS)
                else:
                    pause = KEEP_SECONDS

    def _revive(self) -> None:
        if self._lock.is_held:
            if self._child is not None and self._child.is_alive:
                return
            if self._child is not None:
                log.warning("local Apache Kafka ended, starting it again")
        elif not self._lock.acquire():
            return  # its owner runs and keeps it
        self._launch()
