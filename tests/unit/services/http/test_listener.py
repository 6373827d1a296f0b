"""A server starts, or says why it cannot; and it ends when it is told to."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest

from schemas.errors import ConfigurationError
from services.http import listener as module
from services.http.listener import Listener

DOCUMENT = Path(__file__).parents[4] / "docs" / "api.md"
HINT = "free the port, or correct the address, certificate_file or key_file"


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_it_serves_from_its_start_to_its_stop(host: str) -> None:
    port = free_port(host.strip("[]"))
    listener = Listener(app, f"{host}:{port}", name="console")
    assert not listener.is_serving
    with pytest.raises(ConfigurationError, match=r"^the server of console has not been started$"):
        _ = listener.loop
    listener.stop()  # nothing to end
    listener.start()
    try:
        assert listener.is_serving
        assert listener.loop.is_running()
        assert httpx.get(f"http://{host}:{port}/here", trust_env=False, timeout=60).text == "/here"
    finally:
        listener.stop()
    assert not listener.is_serving
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{host}:{port}/", trust_env=False, timeout=60)


def test_a_port_that_is_taken_is_named_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        listener = Listener(app, listen, name="console")
        with pytest.raises(ConfigurationError) as raised:
            listener.start()
    assert str(raised.value) == (
        f"console.listen {listen}: the server cannot be started (Address already in use); {HINT}"
    )
    assert not listener.is_serving


def test_a_certificate_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text("none")
    with pytest.raises(ConfigurationError, match="cannot be started") as raised:
        Listener(app, f"127.0.0.1:{free_port()}", tmp_path / "c.pem", tmp_path / "c.pem").start()
    assert str(raised.value).startswith("ingest.listen 127.0.0.1:")
    assert str(raised.value).endswith(HINT)


@pytest.mark.parametrize("both_versions", [False, True])
def test_whoever_connects_has_the_limits_that_the_document_says(
    both_versions: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    class Server:
        def __init__(self, app: Any, **options: Any) -> None:
            given.update(options)

        def on_startup(self, told: Any) -> None:
            pass

    monkeypatch.setattr(module, "Server", Server)
    Listener(app, "192.0.2.7:8443", tmp_path / "c.pem", tmp_path / "k.pem", both_versions=both_versions)
    limits = dict(re.findall(r"^\| (\w+).* \| (.+) \|$", DOCUMENT.read_text(encoding="utf-8"), re.M))
    settings = given["http1_settings"]
    assert (
        f"{settings.max_buffer_size / 1024:g} KB within {settings.header_read_timeout / 1000:g} seconds"
        == (limits["headers"])
    )
    assert f"{given['backpressure']} at a time" == limits["connections"]
    assert (given["http"].value, given["websockets"]) == ("auto" if both_versions else "1", False)
    assert (given["address"], given["port"], given["ssl_protocol_min"].value) == ("192.0.2.7", 8443, "tls1.2")
    assert (given["ssl_cert"], given["ssl_key"]) == (tmp_path / "c.pem", tmp_path / "k.pem")
