"""The server: its certificate, what it does with slow and large requests, and the links of the demo."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
import trustme

from cli.demo.looking import serving_console
from console.serving.certificates import certificate_of
from console.serving.server import ConsoleServer
from console.serving.stage import ConsoleStage
from schemas.errors import ConfigurationError
from schemas.settings import ConsoleSettings, Settings
from services.http import listener
from storage.database import Database
from tests.integration.console.site import AGENCY, ConsoleSite, free_port, running_console


def presented(port: int) -> bytes:
    """Return the certificate that a server shows."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port)) as plain, context.wrap_socket(plain) as secured:
        shown = secured.getpeercert(binary_form=True)
    assert shown is not None
    return shown


def write_pair(authority: trustme.CA, folder: Path) -> tuple[Path, Path]:
    made = authority.issue_cert("localhost")
    certificate, key = folder / "c.pem", folder / "k.pem"
    key.write_bytes(made.private_key_pem.bytes())
    certificate.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
    return certificate, key


def test_a_renewed_certificate_is_taken_by_itself(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    authority = trustme.CA()
    certificate, key = write_pair(authority, tmp_path)
    with running_console(database, tmp_path, certificate_file=certificate, key_file=key) as console:
        port = int(console.settings.console.listen.rpartition(":")[2])
        before = presented(port)
        certificate.write_text("half of it")
        console.server.look_for_another_certificate()
        console.server.look_for_another_certificate()
        assert caplog.text.count("goes on with the certificate before") == 1
        assert presented(port) == before
        write_pair(authority, tmp_path)
        console.server.look_for_another_certificate()
        assert presented(port) != before
        with console.client() as client:
            assert "strict-transport-security" in client.get("/sign-in").headers


def test_without_a_certificate_one_is_made_and_said_and_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(data_dir=tmp_path, console=ConsoleSettings(url="https://alpr.example.gov"))
    made = certificate_of(settings)
    assert made.key.stat().st_mode & 0o777 == 0o600
    assert re.search(r"made itself.*SHA-256 ([0-9A-F]{2}:){31}", caplog.text)
    content = made.certificate.read_bytes()
    assert certificate_of(settings).certificate.read_bytes() == content
    other = Settings(data_dir=tmp_path, console=ConsoleSettings(url="https://other.example.gov"))
    assert certificate_of(other).certificate.read_bytes() != content


def test_files_that_do_not_fit_are_named(tmp_path: Path) -> None:
    certificate, _ = write_pair(trustme.CA(), tmp_path)
    (tmp_path / "more").mkdir()
    _, key = write_pair(trustme.CA(), tmp_path / "more")
    for one, two, said in (
        (certificate, key, "is not the key of"),
        (key, key, "is no PEM of a certificate"),
        (certificate, tmp_path / "none", "cannot be read"),
    ):
        settings = Settings(data_dir=tmp_path, console=ConsoleSettings(certificate_file=one, key_file=two))
        with pytest.raises(ConfigurationError, match=said):
            certificate_of(settings)


def test_a_port_that_is_taken_is_refused_and_two_processes_do_not_both_serve(
    console: ConsoleSite, database: Database, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=r"console\.listen .* free the port"):
        ConsoleServer(console.settings, database).start()
    settings = Settings(data_dir=tmp_path, console=ConsoleSettings(listen=f"127.0.0.1:{free_port()}"))
    first, second = ConsoleStage(settings, database), ConsoleStage(settings, database)
    first.step(threading.Event())
    second.step(threading.Event())
    assert second.is_up.is_set()
    assert second._server is None
    first.end()
    second.step(threading.Event())
    assert second._server is not None
    second.end()


def test_half_a_request_does_not_keep_a_connection(
    database: Database, console_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "HEADER_MILLISECONDS", 1000)
    monkeypatch.setattr("console.serving.server.SILENT_SECONDS", 1.0)
    with running_console(database, console_folder, body_seconds=1.0) as console:
        port = int(console.settings.console.listen.rpartition(":")[2])
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        for sent in (
            b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nname=",
            b"GET /sign-in HTTP/1.1\r\nHost: loc",
            b"",
        ):
            with socket.create_connection(("127.0.0.1", port)) as plain, context.wrap_socket(plain) as secured:
                secured.sendall(sent)
                began = time.monotonic()
                answer = b""
                secured.settimeout(0.5)
                while time.monotonic() - began < 60:
                    console.server.look_after()
                    with contextlib.suppress(TimeoutError):
                        if not (chunk := secured.recv(65_536)):
                            break
                        answer += chunk
                assert time.monotonic() - began < 60
                assert b" 408 " in answer or answer == b"" or b" 4" in answer[:20]


def test_the_demos_link_lets_in_once(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(data_dir=tmp_path, agency_id=AGENCY)
    with serving_console(settings, database, threading.Event()):
        (link,) = re.findall(r"https://localhost:\d+/enter/\S+", capsys.readouterr().err)
        with httpx.Client(verify=False, headers={"Sec-Fetch-Site": "same-origin"}) as client:
            assert client.get(link).status_code == 200
            assert client.get(link).status_code == 200
            entered = client.post(link)
            assert (entered.status_code, entered.headers["location"]) == (303, "/")
            assert client.post(link).status_code == 422
            account = client.get(link.partition("/enter/")[0] + "/account")
            assert ">demo</h1>" in account.text


def test_the_command_serves_until_it_is_told_to_end(database_url: str, tmp_path: Path) -> None:
    port = free_port()
    config = tmp_path / "platewatch.toml"
    text = f'data_dir = "data"\n[database]\nurl = "{database_url}"\n[console]\nlisten = "127.0.0.1:{port}"\n'
    config.write_text(text)
    program = Path(sys.executable).with_name("platewatch")
    process = subprocess.Popen([program, "serve", "--config", config], stderr=subprocess.PIPE, text=True)
    try:
        with httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=False) as client:
            assert "authorized persons" in _page_with(client, process, "authorized persons")
            config.write_text(text + 'banner = "for officers of the watch"\n')
            process.send_signal(signal.SIGHUP)
            assert _page_with(client, process, "for officers of the watch")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=90)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, errors
    assert f"the console listens at 127.0.0.1:{port}; open https://localhost:{port}" in errors
    assert "made itself" in errors


def _page_with(client: httpx.Client, process: subprocess.Popen[str], words: str) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            page = client.get("/sign-in").text
            if words in page:
                return page
        time.sleep(0.1)
    raise AssertionError(f"the sign-in page does not say '{words}'; exit code {process.poll()}")
