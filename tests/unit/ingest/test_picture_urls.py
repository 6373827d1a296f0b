"""Pictures named by URL come from listed hosts alone, at the address that was judged, and within limits."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import trustme

import ingest.picture_urls
from ingest.picture_urls import fetch_picture
from schemas.errors import InvalidInput
from tests.unit.ingest.streams.tls_front import tls_front

PICTURE = b"\xff\xd8" + bytes(1000)


class Handler(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(f"{self.headers['Host']}{self.path}")
        if self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
            self.end_headers()
        elif self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(100):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        elif self.path == "/large":
            self.send_response(200)
            self.end_headers()
            for _ in range(64):
                self.wfile.write(bytes(1 << 20))
        elif self.path == "/gone":
            self.send_error(404)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(PICTURE)))
            self.end_headers()
            self.wfile.write(PICTURE)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[int, list[str]]]:
    asked: list[str] = []
    kind = type("Kind", (Handler,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as found:
        found.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=found.serve_forever, args=(0.05,))
        thread.start()
        yield found.server_port, asked
        found.shutdown()
        thread.join()


def test_a_listed_host_with_its_port_is_asked_and_no_other(server: tuple[int, list[str]]) -> None:
    port, asked = server
    assert fetch_picture(f"http://127.0.0.1:{port}/a.jpg?sig=1", [f"127.0.0.1:{port}"]) == PICTURE
    assert asked == [f"127.0.0.1:{port}/a.jpg?sig=1"]
    for url, hosts in (
        (f"http://127.0.0.1:{port}/a.jpg", []),
        (f"http://127.0.0.1:{port}/a.jpg", ["127.0.0.1"]),
        (f"http://localhost:{port}/a.jpg", [f"127.0.0.1:{port}"]),
        (f"http://user:pw@127.0.0.1:{port}/a.jpg", [f"127.0.0.1:{port}"]),
        (f"ftp://127.0.0.1:{port}/a.jpg", [f"127.0.0.1:{port}"]),
        ("file:///etc/passwd", ["/etc/passwd"]),
        (f"http://:{port}/a.jpg", [f":{port}"]),
        ("http://[::1", [""]),
        ("nonsense", ["nonsense"]),
        ("", [""]),
    ):
        with pytest.raises(InvalidInput) as raised:
            fetch_picture(url, hosts)
        assert "pw" not in str(raised.value)
    assert len(asked) == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00::1"])
def test_a_listed_name_that_leads_into_a_private_network_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def found(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))]

    monkeypatch.setattr(ingest.picture_urls.socket, "getaddrinfo", found)
    with pytest.raises(InvalidInput, match="private network"):
        fetch_picture("https://images.example.com/a.jpg", ["images.example.com"])


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "224.0.0.1", "ff02::1"])
def test_a_listed_name_at_a_public_address_is_asked(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    found = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, 443, 0, 0))]
    monkeypatch.setattr(ingest.picture_urls.socket, "getaddrinfo", lambda *_, **__: found)
    asked: list[str] = []
    monkeypatch.setattr(ingest.picture_urls, "_fetch", lambda _, place: (None, asked.append(place.address) or PICTURE))
    if address in ("224.0.0.1", "ff02::1"):
        # Nobody has an address of many.
        with pytest.raises(InvalidInput, match="private network"):
            fetch_picture("https://images.example.com/a.jpg", ["images.example.com"])
        assert asked == []
    else:
        assert fetch_picture("https://Images.example.com./a.jpg", ["images.example.com"]) == PICTURE
        assert asked == [address]


def test_the_address_that_was_judged_is_the_one_that_is_asked(
    server: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, asked = server
    looked_up: list[str] = []
    whole = socket.getaddrinfo

    def found(host: str, *more: Any, **others: Any) -> Any:
        looked_up.append(host)
        return whole("127.0.0.1" if host == "images.example.com" else host, *more, **others)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    hosts = [f"images.example.com:{port}"]
    assert fetch_picture(f"http://images.example.com:{port}/a.jpg", hosts) == PICTURE
    assert asked == [f"images.example.com:{port}/a.jpg"]
    assert looked_up.count("images.example.com") == 1


def test_a_host_whose_certificate_nobody_trusts_is_asked_nothing(server: tuple[int, list[str]]) -> None:
    port, asked = server
    words = r"127\.0\.0\.1 gave no picture \(ConnectError\)"
    with tls_front(port, trustme.CA(), "127.0.0.1") as front, pytest.raises(InvalidInput, match=words):
        fetch_picture(f"https://127.0.0.1:{front}/a.jpg", [f"127.0.0.1:{front}"])
    assert asked == []


def test_redirects_are_judged_like_the_first_url(server: tuple[int, list[str]]) -> None:
    port, asked = server
    hosts = [f"127.0.0.1:{port}"]
    assert fetch_picture(f"http://127.0.0.1:{port}/to?/b.jpg", hosts) == PICTURE
    with pytest.raises(InvalidInput, match="not among"):
        fetch_picture(f"http://127.0.0.1:{port}/to?http://169.254.169.254/latest", hosts)
    with pytest.raises(InvalidInput, match="redirects more than"):
        fetch_picture(f"http://127.0.0.1:{port}/to?/to?/to?/to?/to?/b.jpg", hosts)
    assert len(asked) < 10


def test_what_is_large_slow_or_gone_is_given_up(server: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    port, _ = server
    monkeypatch.setattr(ingest.picture_urls, "SECONDS", 1.5)
    hosts = [f"127.0.0.1:{port}"]
    begun = time.monotonic()
    for path, message in (("large", "more than 10 MB"), ("slow", "longer than"), ("gone", "answered 404")):
        with pytest.raises(InvalidInput, match=message):
            fetch_picture(f"http://127.0.0.1:{port}/{path}", hosts)
    assert time.monotonic() - begun < 60
