"""An MQTT broker's topics: nothing is lost over a restart, and nothing is acknowledged that is not on the disk."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ingest.pulling.mqtt
from ingest.pulling.telling import PullState
from schemas.errors import TransientError
from schemas.settings import IngestSource
from storage.spool.messages import Message
from storage.spool.spool import Spool
from tests.unit.ingest.pulling.broker import PASSWORD, USER, RunningBroker, free_ports, running_broker
from tests.unit.ingest.pulling.pulled import pulling, source_of, stored, until


@pytest.fixture
def topic(request: pytest.FixtureRequest) -> str:
    return f"tests/{abs(hash(request.node.nodeid))}"


@pytest.fixture
def password(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(PASSWORD + "\n")
    return path


def of(broker: RunningBroker, topic: str, password: Path, **more: Any) -> IngestSource:
    pull = {"kind": "mqtt", "url": broker.url, "user": USER, "password_file": str(password), "topics": [f"{topic}/#"]}
    return source_of("frigate", {**pull, "client_id": topic.replace("/", "-"), **more})


def bodies(folder: Path) -> list[bytes]:
    return [message.body for message in stored(folder)]


def test_what_is_published_is_stored_with_its_topic_also_over_a_restart(
    broker: RunningBroker, topic: str, password: Path, tmp_path: Path
) -> None:
    source = of(broker, topic, password)
    with pulling(source, tmp_path) as reader:
        until(lambda: reader.state.connected_at)
        broker.publish(f"{topic}/events", b'{"a": 1}', b"")
        until(lambda: reader.state.received == 1)
        assert (reader.state.connections, reader.state.problem) == (1, None)
    broker.publish(f"{topic}/events", *(b'{"a": %d}' % number for number in range(2, 40)))
    with pulling(source, tmp_path):
        until(lambda: len(bodies(tmp_path)) == 39)
    assert [json.loads(body)["a"] for body in bodies(tmp_path)] == list(range(1, 40))
    assert stored(tmp_path)[0].headers == {"mqtt-topic": f"{topic}/events"}
    with pulling(source, tmp_path) as reader:  # all was acknowledged
        until(lambda: reader.state.connected_at)
        broker.publish(f"{topic}/events", b"last")
        until(lambda: reader.state.received)
    assert len(bodies(tmp_path)) == 40


def test_what_could_not_be_stored_comes_again(
    broker: RunningBroker, topic: str, password: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.pulling.mqtt, "STORE_PATIENCE_SECONDS", 0.2)
    fails = threading.Event()
    fails.set()
    whole = Spool.add

    def add(spool: Spool, messages: list[Message]) -> None:
        if fails.is_set():
            raise TransientError("the disk fails")
        whole(spool, messages)

    monkeypatch.setattr(Spool, "add", add)
    with pulling(of(broker, topic, password), tmp_path) as reader:
        until(lambda: reader.state.connected_at)
        broker.publish(f"{topic}/a", b"1", b"2", b"3")
        until(lambda: reader.state.problem)
        assert "the disk fails" in str(reader.state.problem)
        until(lambda: reader.state.connections >= 2, 60.0)
        fails.clear()
        until(lambda: reader.state.problem is None and reader.state.received == 3)
    assert bodies(tmp_path) == [b"1", b"2", b"3"]


def test_a_full_inbox_takes_nothing_until_there_is_room(
    broker: RunningBroker, topic: str, password: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.pulling.mqtt, "STORE_PATIENCE_SECONDS", 0.2)
    source = of(broker, topic, password).model_copy(update={"max_waiting": 1})
    with pulling(source, tmp_path) as reader:
        until(lambda: reader.state.connected_at)
        broker.publish(f"{topic}/a", b"1")
        until(lambda: reader.state.received == 1)
        broker.publish(f"{topic}/a", b"2")
        until(lambda: "wait to be processed" in str(reader.state.problem))
        with Spool(tmp_path / "inbox" / "messages.sqlite") as spool:
            spool.discard([1])
        until(lambda: reader.state.received == 2)
    assert bodies(tmp_path) == [b"2"]


def test_a_message_that_is_too_large_is_refused_and_stops_nothing(
    broker: RunningBroker, topic: str, password: Path, tmp_path: Path
) -> None:
    with pulling(of(broker, topic, password), tmp_path, largest=1000) as reader:
        until(lambda: reader.state.connected_at)
        broker.publish(f"{topic}/a", b"x" * 2_000_000, b"small")
        until(lambda: reader.state.received == 1)
        assert reader.state.refused == 1
    assert bodies(tmp_path) == [b"small"]


def test_topics_of_an_earlier_configuration_are_left(
    broker: RunningBroker, topic: str, password: Path, tmp_path: Path
) -> None:
    with pulling(of(broker, topic, password, topics=[f"{topic}/events"]), tmp_path) as reader:
        until(lambda: reader.state.connected_at)
    with pulling(of(broker, topic, password, topics=[f"{topic}/other"]), tmp_path) as reader:
        until(lambda: reader.state.connected_at)
        broker.publish(f"{topic}/events", b"old")
        broker.publish(f"{topic}/other", b"new")
        until(lambda: reader.state.received == 1)
    assert bodies(tmp_path) == [b"new"]


@pytest.mark.parametrize("verify", [True, False])
def test_tls_is_spoken_and_the_certificate_checked(
    broker: RunningBroker, topic: str, password: Path, tmp_path: Path, verify: bool
) -> None:
    more = {"ca_file": str(broker.authority)} if verify else {"verify": False}
    source = of(broker, topic, password, url=f"mqtts://127.0.0.1:{broker.tls_port}", **more)
    with pulling(source, tmp_path) as reader:
        until(lambda: reader.state.connected_at)
        broker.publish(f"{topic}/a", b"x" * 300_000)
        until(lambda: reader.state.received == 1)


def test_a_broker_that_is_not_the_one_is_not_told_the_password(
    broker: RunningBroker, topic: str, password: Path, tmp_path: Path
) -> None:
    source = of(broker, topic, password, url=f"mqtts://127.0.0.1:{broker.tls_port}")
    with pulling(source, tmp_path) as reader:
        until(lambda: reader.state.problem)
    assert "is not trusted" in str(reader.state.problem)


def test_a_wrong_password_waits_and_is_not_shown(broker: RunningBroker, topic: str, tmp_path: Path) -> None:
    url = f"mqtt://{USER}:wr0ng-secret@127.0.0.1:{broker.port}"
    source = source_of("frigate", {"kind": "mqtt", "url": url, "topics": [topic]})
    with pulling(source, tmp_path) as reader:
        until(lambda: reader.state.problem)
        assert reader.state.is_login
        assert "wr0ng" not in str(reader.state.problem) + repr(source) + source.model_dump_json()


@contextlib.contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A broker that answers CONNECT so, and says nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    clients.append(client)
                    client.recv(1000)
                    client.sendall(answer)

        clients: list[socket.socket] = []
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for client in clients:
                client.close()


def state_with(port: int, folder: Path, user: str = "alpr:secret@") -> PullState:
    source = source_of("frigate", {"kind": "mqtt", "url": f"mqtt://{user}127.0.0.1:{port}"})
    with pulling(source, folder) as reader:
        until(lambda: reader.state.problem)
        return reader.state


@pytest.mark.parametrize(
    ("answer", "words", "is_login"),
    [
        (b"\x20\x02\x00\x05", "refuses user and password", True),
        (b"\x20\x02\x00\x04", "refuses user and password", True),
        (b"\x20\x02\x00\x03", "refuses the connection", False),
        (b"\x20\x02\x00\x00\x90\x05\x00\x01\x01\x80\x01", "refuses topic frigate/tracked_object_update", True),
        (b"\xff\xff\xff\xff\xff\xff\xff", "ended the connection before it answered", True),
    ],
)
def test_what_a_broker_answers_is_said_in_words(tmp_path: Path, answer: bytes, words: str, is_login: bool) -> None:
    with answering(answer) as port:
        state = state_with(port, tmp_path)
    assert words in str(state.problem)
    assert state.is_login == is_login
    assert "secret" not in str(state.problem)


def test_a_broker_that_asks_for_a_login_says_so(tmp_path: Path) -> None:
    with answering(b"\x20\x02\x00\x05") as port:
        assert "asks for a login; set user and password_file" in str(state_with(port, tmp_path, "").problem)


def test_one_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest.pulling.mqtt, "ANSWER_SECONDS", 0.5)
    with answering(b"") as port:
        assert "did not answer within 0.5 s" in str(state_with(port, tmp_path).problem)


def test_nobody_there_is_said(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    assert "cannot be reached" in str(state_with(port, tmp_path).problem)


def test_a_broker_that_comes_back_is_connected_to_again(tmp_path: Path) -> None:
    with running_broker(tmp_path) as own:
        source = source_of(
            "frigate", {"kind": "mqtt", "url": f"mqtt://{USER}:{PASSWORD}@127.0.0.1:{own.port}", "topics": ["t"]}
        )
        with pulling(source, tmp_path) as reader:
            until(lambda: reader.state.connected_at)
            own.broker.stop()
            until(lambda: reader.state.problem)
            assert "ended the connection" in str(reader.state.problem)
            own.broker.start()
            until(lambda: reader.state.connected_at)
            own.publish("t", b"again")
            until(lambda: reader.state.received == 1)
