"""Whatever is sent is refused in one line, takes no memory, and others are served meanwhile."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import ssl
import threading
import time
from pathlib import Path

import pytest
import trustme

from tests.unit.ingest.server.conftest import TOKEN, Serve, Served, source

ZIP_BOMB = gzip.compress(bytes(50_000_000))
HANDSHAKE_SECONDS = 10
"""How long a client may take to shake hands (TLS)."""
HEAD = f"POST /ingest/reads/rekor/gate HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {TOKEN}\r\n".encode()


def memory() -> int:
    """This process's memory in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // (1 << 20)


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def error(answer: bytes) -> str:
    body = answer.partition(b"\r\n\r\n")[2]
    assert body.count(b"\n") == 1
    return str(json.loads(body)["error"])


def goes_on(served: Served) -> bool:
    return status(served.post()) == 202


def test_a_body_of_300_mb_is_refused_announced_or_not_and_memory_stays_flat(serve: Serve) -> None:
    served = serve(max_body_megabytes=2)
    before = memory()
    answer = served.say(HEAD + b"Content-Length: 300000000\r\n\r\n" + b"x" * 5_000_000)
    assert status(answer) == 413
    assert "2 MB" in error(answer)

    with served.connect() as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        sent = 0
        try:
            while sent < 300_000_000:
                connection.sendall(chunk)
                sent += len(chunk)
        except ConnectionError:
            pass
        assert sent < 30_000_000
    assert memory() - before < 40
    assert goes_on(served)
    assert len(served.stored()) == 1


def test_who_has_no_token_sends_no_body_into_memory(serve: Serve) -> None:
    served = serve()
    before = memory()
    head = HEAD.replace(TOKEN.encode(), b"wrong")
    answers = [served.say(head + b"Content-Length: 16000000\r\n\r\n" + b"x" * 16_000_000) for _ in range(5)]
    assert {status(answer) for answer in answers if answer} <= {401}
    assert memory() - before < 40
    assert goes_on(served)


def test_millions_of_headers_and_a_huge_one_are_refused(serve: Serve) -> None:
    served = serve()
    many = b"".join(b"X-%d: 1\r\n" % number for number in range(2_000_000))
    requests = [HEAD + headers + b"\r\n{}" for headers in (many, b"X-Long: " + b"x" * 20_000_000 + b"\r\n")]
    before = memory()
    for request in requests:
        # An answer that is lost, since its sender did not stop sending, is no answer to count on.
        answer = served.say(request)
        assert answer == b"" or status(answer) == 431
    assert memory() - before < 40
    assert goes_on(served)
    assert len(served.stored()) == 1


DRIPS = ((HEAD, b"X-%d: 1\r\n"), (HEAD + b"Content-Length: 1000\r\n\r\n", b"%d"))


def _drip(served: Served, head: bytes, piece: bytes) -> None:
    """Send a little at a time until the connection is cut."""
    with served.connect() as connection, contextlib.suppress(ConnectionError):
        connection.sendall(head)
        for number in range(10, 99):
            connection.sendall(piece % number)
            time.sleep(0.1)
        raise AssertionError("it was never cut off")


def test_half_a_header_silence_and_a_slow_body_are_cut_off_and_others_are_served_meanwhile(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.http.listener.HEADER_MILLISECONDS", 1500)
    served = serve(body_seconds=1.0)
    begun = time.monotonic()
    beginnings = (
        HEAD,
        b"",
        HEAD + b"Content-Length: 100\r\n\r\nabc",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
    )
    connections = [served.connect() for _ in range(12)]
    for number, connection in enumerate(connections):
        connection.sendall(beginnings[number % len(beginnings)])
    # Slow lorises: another header, and another byte of a body, every tenth of a second.
    lorises = [threading.Thread(target=_drip, args=(served, head, piece)) for head, piece in DRIPS]
    for loris in lorises:
        loris.start()
    assert goes_on(served)
    answers = []
    for connection in connections:
        with connection:
            answer = b""
            while chunk := connection.recv(65_536):
                answer += chunk
            answers.append(answer)
    for loris in lorises:
        loris.join(60)
        assert not loris.is_alive()
    assert time.monotonic() - begun < 60
    assert [status(answer) for answer in answers[2::4] + answers[3::4]] == [408] * 6
    assert "not whole after 1 seconds" in error(answers[2])
    assert not any(answers[1::4])
    assert len(served.stored()) == 1


def test_a_body_that_is_cut_off_is_not_stored(serve: Serve) -> None:
    served = serve()
    for beginning in (
        b"Content-Length: 100\r\n\r\nabc",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"Content-Length: 90\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\nContent-Dispos",
    ):
        with served.connect() as connection:
            connection.sendall(HEAD + beginning)
    assert goes_on(served)
    assert len(served.stored()) == 1


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (b"Content-Length: -5\r\n\r\n", 400),
        (b"Content-Length: 99999999999999999999999999\r\n\r\n", 400),
        (b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nabcdefg", 400),
        (b"Content-Length: 40\r\nContent-Encoding: gzip\r\n\r\n" + b"\x1f\x8b" + b"x" * 38, 415),
        (b"Content-Length: %d\r\nContent-Encoding: gzip\r\n\r\n" % len(ZIP_BOMB) + ZIP_BOMB, 415),
        (b"Content-Length: %d\r\nContent-Encoding: br, gzip\r\n\r\n" % len(ZIP_BOMB) + ZIP_BOMB, 415),
        (b"Transfer-Encoding: gzip, chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(ZIP_BOMB), ZIP_BOMB), 415),
        (b"Transfer-Encoding: chunked\r\n\r\nzzz\r\n", 400),
        (b"\x00: 1\r\n\r\n", 400),
    ],
)
def test_what_is_no_proper_request_is_refused(serve: Serve, lines: bytes, expected: int) -> None:
    served = serve()
    assert status(served.say(HEAD + lines)) == expected
    assert goes_on(served)
    assert len(served.stored()) == 1


def test_paths_that_try_to_be_clever_find_nothing(serve: Serve) -> None:
    served = serve()
    for path in (
        "/ingest/reads/rekor/../../etc/passwd",
        "/ingest/reads/rekor/%00",
        "/ingest/reads/rekor/gate%2f..%2fx" + "y" * 5000,
        "//ingest//reads//rekor//gate",
        "/%ff%fe",
    ):
        assert status(served.post(path)) in (400, 404, 414)
    assert served.stored() == []


def test_more_connections_than_are_served_wait_and_are_served_then(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.http.listener.MOST_CONNECTIONS", 8)
    monkeypatch.setattr("services.http.listener.HEADER_MILLISECONDS", 1000)
    served = serve()
    idle = [served.connect() for _ in range(30)]
    assert goes_on(served)
    for connection in idle:
        connection.close()


def test_a_server_that_is_told_to_end_does_not_wait_for_slow_senders(serve: Serve) -> None:
    served = serve(body_seconds=600)
    slow = served.connect()
    slow.sendall(HEAD + b"Content-Length: 100\r\n\r\nabc")
    idle = served.connect()
    assert goes_on(served)
    begun = time.monotonic()
    served.server.stop()
    assert time.monotonic() - begun < 60
    slow.close()
    idle.close()


def test_everything_that_was_answered_is_stored_also_when_it_is_told_to_end_meanwhile(serve: Serve) -> None:
    served = serve(source(max_waiting=100_000))
    answered: list[int] = []

    def send() -> None:
        with served.connect() as connection:
            try:
                while True:
                    connection.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}")
                    if b" 202 " not in connection.recv(4096)[:20]:
                        return
                    answered.append(1)
            except ConnectionError:
                return

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    served.server.stop()
    for thread in threads:
        thread.join(20)
    assert len(answered) > 50
    assert len(served.stored()) >= len(answered)


class Encrypted:
    """A server with TLS, and who trusts it."""

    def __init__(self, serve: Serve, folder: Path) -> None:
        self.authority = trustme.CA()
        self.certificate, self.key = folder / "c.pem", folder / "k.pem"
        self.renew("127.0.0.1")
        self.served = serve(certificate_file=self.certificate, key_file=self.key)
        self.context = ssl.create_default_context()
        self.authority.configure_trust(self.context)

    def renew(self, name: str) -> None:
        issued = self.authority.issue_cert("127.0.0.1", common_name=name)
        issued.cert_chain_pems[0].write_to_path(self.certificate)
        issued.private_key_pem.write_to_path(self.key)

    def post(self) -> int:
        with self.context.wrap_socket(self.served.connect(), server_hostname="127.0.0.1") as connection:
            connection.sendall(HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}")
            return status(connection.recv(4096))


def test_who_never_finishes_the_handshake_of_tls_is_cut_off_and_others_are_served_meanwhile(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.http.listener.MOST_CONNECTIONS", 8)
    encrypted = Encrypted(serve, tmp_path)
    begun = time.monotonic()
    # Nothing at all; a hello that is cut off; one byte. More than are served at a time.
    beginnings = (b"", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 40, b"\x16")
    silent = [encrypted.served.connect() for _ in range(15)]
    for number, connection in enumerate(silent):
        connection.sendall(beginnings[number % len(beginnings)])
    assert encrypted.post() == 202
    with encrypted.served.connect() as plain:
        plain.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}")
        with contextlib.suppress(ConnectionError):
            assert b" 202 " not in plain.recv(4096)
    for connection in silent:
        with connection, contextlib.suppress(ConnectionError):
            assert b"HTTP" not in connection.recv(4096)
            assert connection.recv(4096) == b""
    assert time.monotonic() - begun < HANDSHAKE_SECONDS + 60
    assert encrypted.post() == 202
    assert len(encrypted.served.stored()) == 2


def test_tls_is_served_and_a_renewed_certificate_is_taken_over(serve: Serve, tmp_path: Path) -> None:
    encrypted = Encrypted(serve, tmp_path)
    served, context = encrypted.served, encrypted.context
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with context.wrap_socket(served.connect(), server_hostname="127.0.0.1") as connection:
        connection.sendall(HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}")
        assert status(connection.recv(4096)) == 202
    # Renewed: whoever connects afterwards sees the new one.
    encrypted.renew("renewed")
    served.server.take_anew(served.server.settings)
    with context.wrap_socket(served.connect(), server_hostname="127.0.0.1") as connection:
        assert b"renewed" in (connection.getpeercert(binary_form=True) or b"")
        connection.sendall(HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}")
        assert status(connection.recv(4096)) == 202
    assert len(served.stored()) == 2
