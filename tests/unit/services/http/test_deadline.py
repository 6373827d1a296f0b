"""An exchange is over in time whatever the other side does, and nobody else's is."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.http.deadline import Deadline
from tests.unit.hotlists.feeds.servers import make_certificate
from tests.unit.services.http.dripping import BODY, HEAD, LINE, WHOLE, dripping

PATIENT = 60.0


def client_of(url: str, **more: Any) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=PATIENT, trust_env=False, **more)


@pytest.mark.parametrize("answer", [HEAD, LINE, BODY])
def test_an_answer_that_drips_ends(answer: bytes) -> None:
    with dripping(answer) as server, client_of(server.url) as client:
        deadline = Deadline(client)
        with pytest.raises(httpx.ReadTimeout, match=r"^all of it takes longer than 0\.3 s$"), deadline.within(0.3):
            client.get("/")


def test_one_over_a_connection_that_was_there_before_ends_as_well() -> None:
    with dripping(WHOLE, HEAD) as server, client_of(server.url) as client:
        deadline = Deadline(client)
        with deadline.within(PATIENT):
            assert client.get("/").json() == {}
        with pytest.raises(httpx.ReadTimeout), deadline.within(0.3):
            client.get("/")
        assert server.connections == 1


def test_who_does_not_take_what_is_sent_is_not_waited_for() -> None:
    with (
        dripping(reads=False) as server,
        client_of(server.url) as client,
        pytest.raises(httpx.WriteTimeout, match="all of it"),
        Deadline(client).within(0.3),
    ):
        client.post("/", content=bytes(64 << 20))


def test_one_behind_a_proxy_ends_as_well() -> None:
    with (
        dripping(HEAD) as server,
        client_of("http://list.example", proxy=server.url) as client,
        pytest.raises(httpx.TimeoutException, match="all of it"),
        Deadline(client).within(0.3),
    ):
        client.get("/")


def test_nothing_is_begun_when_there_is_no_time_left() -> None:
    with dripping(WHOLE) as server, client_of(server.url) as client:
        with pytest.raises(httpx.ConnectTimeout, match="all of it"), Deadline(client).within(-1.0):
            client.get("/")
        assert server.connections == 0


def test_what_is_sent_arrives_whole_and_in_order() -> None:
    sent = bytes(range(256)) * 1000
    with dripping(WHOLE) as server, client_of(server.url) as client:
        got: list[bytes] = []
        server.serve = lambda connection: got.append(taken(connection, len(sent)))  # type: ignore[method-assign]
        with Deadline(client).within(PATIENT):
            assert client.post("/", content=sent).json() == {}
    assert got == [sent]  # noted by the server's thread, which has ended


def taken(connection: Any, size: int) -> bytes:
    """Take a request with a body of so many bytes, and answer it."""
    with connection:
        data = b""
        while len(data.partition(b"\r\n\r\n")[2]) < size:
            data += connection.recv(65_536)
        connection.sendall(WHOLE)
    return data.partition(b"\r\n\r\n")[2]


def test_a_single_wait_ends_as_the_client_says_when_that_is_sooner() -> None:
    with (
        dripping(reads=False) as server,
        httpx.Client(timeout=0.3, trust_env=False) as client,
        pytest.raises(httpx.ReadTimeout) as raised,
        Deadline(client).within(PATIENT),
    ):
        client.get(server.url)
    assert "all of it" not in str(raised.value)


def test_who_has_no_deadline_waits_on_and_each_thread_has_its_own() -> None:
    answers: list[bytes] = []
    # The server says that it ends the connection, so that nobody asks again over one that is about to go.
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\nConnection: close\r\n\r\n"
    with dripping(whole, drips=30) as server, client_of(server.url) as client:
        deadline = Deadline(client)
        with deadline.within(0.05):
            other = threading.Thread(target=lambda: answers.append(client.get("/").content))
            other.start()
            other.join()
        answers.append(client.get("/").content)
        with deadline.within(PATIENT):
            with deadline.within(0.05):
                pass
            answers.append(client.get("/").content)
    assert answers == [b"x" * 30] * 3


def test_what_was_waited_for_has_come_and_more_may_take_as_long_again() -> None:
    with dripping(BODY) as server, client_of(server.url) as client:
        deadline = Deadline(client)
        with deadline.within(PATIENT), client.stream("GET", "/") as response:
            drops = response.iter_raw()
            next(drops)
            deadline.move(0.3)
            with pytest.raises(httpx.ReadTimeout, match=r"0\.3 s"):
                list(drops)


def test_a_connection_that_does_not_get_as_far_as_tls_ends_and_one_that_does_is_used(tmp_path: Path) -> None:
    with (
        dripping(reads=False) as server,
        client_of(server.url.replace("http:", "https:")) as client,
        pytest.raises(httpx.ConnectTimeout, match="all of it"),
        Deadline(client).within(0.3),
    ):
        client.get("/")
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    trust = ssl.create_default_context(cafile=str(certificate))
    with dripping(WHOLE, HEAD, context=context) as server, client_of(server.url, verify=trust) as client:
        deadline = Deadline(client)
        with deadline.within(PATIENT):
            assert client.get("/").json() == {}
        with pytest.raises(httpx.ReadTimeout, match="all of it"), deadline.within(0.3):
            client.get("/")
