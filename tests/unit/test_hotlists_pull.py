"""Fetching lists from real servers: what arrives, what is refused, and how each failure reads."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from hotlists.feeds.names import plain_name
from hotlists.feeds.pull import pull
from hotlists.feeds.transfer import PullCanceled, PullContext, Pulled
from schemas.errors import ConfigurationError, InvalidInput, PlatewatchError, TransientError
from schemas.settings import HttpsFeed, SftpFeed
from tests.unit.feed_servers import (
    PASSWORD,
    TOKEN,
    USER,
    HttpsServer,
    SftpServer,
    https_server,
    make_certificate,
    sftp_server,
    write_known_host,
)

BODY = b"HEADER 2026\n" + b"V123456789LA0570200\n" * 20_000
MODIFIED = 1_790_000_000


@pytest.fixture
def https(tmp_path: Path) -> Iterator[HttpsServer]:
    with https_server(tmp_path) as server:
        server.body = BODY
        yield server


@pytest.fixture
def sftp(tmp_path: Path) -> Iterator[SftpServer]:
    with sftp_server(tmp_path) as server:
        yield server


def https_feed(server: HttpsServer, **changes: object) -> HttpsFeed:
    values = {"name": "ncic", "source": "ncic", "kind": "https", "url": server.url, "ca_file": server.ca_file}
    return HttpsFeed.model_validate(values | {"timeout_seconds": 5} | changes)


def sftp_feed(server: SftpServer, path: str, **changes: object) -> SftpFeed:
    values: dict[str, object] = {"name": "ncic", "source": "ncic", "kind": "sftp", "url": server.url(path)}
    values |= {"known_hosts": server.known_hosts, "private_key_file": server.client_key, "timeout_seconds": 5}
    return SftpFeed.model_validate(values | changes)


def fetch(feed: HttpsFeed | SftpFeed, folder: Path, **context: object) -> Pulled | None:
    incoming = folder / "incoming"
    incoming.mkdir(exist_ok=True)
    values: dict[str, object] = {"wait": lambda seconds: None}
    return pull(feed, PullContext(incoming, **(values | context)))  # type: ignore[arg-type]


def refused(
    feed: HttpsFeed | SftpFeed, folder: Path, kind: type[PlatewatchError], words: str, **context: object
) -> str:
    """Fetch in vain; nothing may be left, and the message is one line without a secret."""
    with pytest.raises(kind, match=words) as caught:
        fetch(feed, folder, **context)
    assert list((folder / "incoming").iterdir()) == []
    message = str(caught.value)
    assert "\n" not in message
    assert PASSWORD not in message
    assert TOKEN not in message
    return message


def put(server: SftpServer, name: str, content: bytes = BODY, modified: int = MODIFIED) -> Path:
    path = server.root / name
    path.write_bytes(content)
    os.utime(path, (modified, modified))
    return path


class TestHttps:
    def test_brings_the_file_with_its_time_and_not_a_second_time(self, https: HttpsServer, tmp_path: Path) -> None:
        pulled = fetch(https_feed(https), tmp_path)
        assert pulled is not None
        assert (pulled.path.name, pulled.path.read_bytes()) == ("VEHEXTRT.txt", BODY)
        assert pulled.path.stat().st_mtime == https.modified
        assert fetch(https_feed(https), tmp_path, remote=pulled.remote) is None
        assert https.requests[-1] == ("GET", 304)
        https.etag = '"2"'
        assert fetch(https_feed(https), tmp_path, remote=pulled.remote) is not None

    def test_logs_in_with_a_token_or_a_password(
        self, https: HttpsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        secret = tmp_path / "token"
        secret.write_text(f"{TOKEN}\n")
        https.authorization = f"Bearer {TOKEN}"
        assert fetch(https_feed(https, token_file=secret), tmp_path) is not None
        https.authorization = "Basic bHByOnMzY3JldA=="
        monkeypatch.setenv("LIST_PASSWORD", PASSWORD)
        assert fetch(https_feed(https, username=USER, password_env="LIST_PASSWORD"), tmp_path) is not None

    def test_a_wrong_login_is_said(self, https: HttpsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        https.authorization = "Bearer other"
        monkeypatch.setenv("LIST_TOKEN", TOKEN)
        refused(https_feed(https, token_env="LIST_TOKEN"), tmp_path, ConfigurationError, r"refuses this login \(401\)")
        monkeypatch.setenv("LIST_TOKEN", f"{TOKEN}\nX-Evil: 1")
        refused(https_feed(https, token_env="LIST_TOKEN"), tmp_path, ConfigurationError, "cannot be sent")
        monkeypatch.setenv("LIST_TOKEN", f"{TOKEN}\u00fc")
        refused(https_feed(https, token_env="LIST_TOKEN"), tmp_path, ConfigurationError, "cannot be sent")
        monkeypatch.delenv("LIST_TOKEN")
        refused(https_feed(https, token_env="LIST_TOKEN"), tmp_path, ConfigurationError, "LIST_TOKEN .* is not set")

    @pytest.mark.parametrize(
        ("status", "kind", "words"),
        [
            (404, ConfigurationError, r"no such file \(404\)"),
            (503, TransientError, "answered 503"),
            (429, TransientError, "answered 429"),
            (204, ConfigurationError, "answered 204 instead of the file"),
        ],
    )
    def test_an_answer_without_the_file(
        self, https: HttpsServer, tmp_path: Path, status: int, kind: type[PlatewatchError], words: str
    ) -> None:
        https.status = status
        refused(https_feed(https), tmp_path, kind, words)

    def test_a_transfer_that_ends_early(self, https: HttpsServer, tmp_path: Path) -> None:
        https.cut_after = 100_000
        refused(https_feed(https), tmp_path, TransientError, "100000|closed|incomplete|early")

    def test_a_file_without_a_length(self, https: HttpsServer, tmp_path: Path) -> None:
        https.announce = False
        refused(https_feed(https), tmp_path, ConfigurationError, "does not say how long the file is")

    def test_a_file_that_is_too_large_is_not_even_begun(self, https: HttpsServer, tmp_path: Path) -> None:
        refused(https_feed(https, max_bytes=1000), tmp_path, InvalidInput, r"larger than max_bytes \(1000\)")

    @pytest.mark.parametrize(
        ("target", "words"),
        [
            ("http://127.0.0.1/list", "redirects to http; only https"),
            ("https://127.0.0.2/list", r"redirects to another host \(127\.0\.0\.2\)"),
            ("/lists/other.txt", "more than 5 redirects"),
        ],
    )
    def test_redirects_stay_on_the_host_and_on_https(
        self, https: HttpsServer, tmp_path: Path, target: str, words: str
    ) -> None:
        https.redirect = target
        refused(https_feed(https), tmp_path, ConfigurationError, words)

    def test_a_certificate_that_nobody_vouches_for(self, https: HttpsServer, tmp_path: Path) -> None:
        refused(https_feed(https, ca_file=None), tmp_path, ConfigurationError, "certificate is not valid")
        other, _ = make_certificate(tmp_path, "other")
        refused(https_feed(https, ca_file=other), tmp_path, ConfigurationError, "certificate is not valid")
        refused(https_feed(https, ca_file=tmp_path / "none.pem"), tmp_path, ConfigurationError, "ca_file .* cannot be")

    def test_a_file_that_is_replaced_while_it_is_fetched(self, https: HttpsServer, tmp_path: Path) -> None:
        def replace() -> None:
            https.etag = '"2"'

        https.on_sent = replace
        refused(https_feed(https), tmp_path, TransientError, "changed while it was fetched")

    def test_a_server_that_is_silent_or_gone(self, https: HttpsServer, tmp_path: Path) -> None:
        https.silent = True
        refused(https_feed(https, timeout_seconds=0.2), tmp_path, TransientError, "no answer within timeout_seconds")
        gone = https_feed(https, url="https://127.0.0.1:1/list")
        refused(gone, tmp_path, TransientError, "https://127.0.0.1:1/list: .*refused")

    def test_a_transfer_ends_with_the_run_and_with_its_time(self, https: HttpsServer, tmp_path: Path) -> None:
        refused(https_feed(https), tmp_path, PullCanceled, "run ends", canceled=lambda: True)
        ticks = iter(range(0, 10_000_000, 4000))
        refused(https_feed(https), tmp_path, TransientError, "transfer_minutes", clock=lambda: float(next(ticks)))


class TestSftp:
    def test_brings_the_newest_file_of_a_folder_and_not_a_second_time(self, sftp: SftpServer, tmp_path: Path) -> None:
        put(sftp, "VEHEXTRT-1.txt", b"old", MODIFIED - 10)
        put(sftp, "VEHEXTRT-2.txt")
        put(sftp, "VEHEXTRT-3.txt.filepart", b"half", MODIFIED + 10)
        put(sftp, "notes.doc", b"other", MODIFIED + 10)
        feed = sftp_feed(sftp, "/", pattern="VEHEXTRT*")
        pulled = fetch(feed, tmp_path)
        assert pulled is not None
        assert (pulled.path.name, pulled.path.read_bytes()) == ("VEHEXTRT-2.txt", BODY)
        assert pulled.path.stat().st_mtime == MODIFIED
        assert fetch(feed, tmp_path, remote=pulled.remote) is None
        put(sftp, "VEHEXTRT-2.txt", BODY, MODIFIED + 1)
        assert fetch(feed, tmp_path, remote=pulled.remote) is not None

    def test_brings_a_named_file_with_a_password(self, sftp: SftpServer, tmp_path: Path) -> None:
        put(sftp, "list.txt", b"")
        secret = tmp_path / "password"
        secret.write_text(PASSWORD)
        pulled = fetch(sftp_feed(sftp, "/list.txt", private_key_file=None, password_file=secret), tmp_path)
        assert pulled is not None
        assert pulled.path.read_bytes() == b""

    def test_a_key_with_a_passphrase(self, sftp: SftpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(sftp, "list.txt")
        key = paramiko.ECDSAKey.from_private_key_file(str(sftp.client_key))
        key.write_private_key_file(str(tmp_path / "locked"), password=PASSWORD)
        monkeypatch.setenv("SSH_KEY", (tmp_path / "locked").read_text())
        feed = sftp_feed(sftp, "/list.txt", private_key_file=None, private_key_env="SSH_KEY")
        refused(feed, tmp_path, ConfigurationError, "needs a passphrase")
        monkeypatch.setenv("SSH_PASS", "wrong")
        feed = feed.model_copy(update={"password_env": "SSH_PASS"})
        refused(feed, tmp_path, ConfigurationError, "private key cannot be read")
        monkeypatch.setenv("SSH_PASS", PASSWORD)
        assert fetch(feed, tmp_path) is not None

    def test_another_host_key_is_refused_before_the_password_is_sent(self, sftp: SftpServer, tmp_path: Path) -> None:
        secret = tmp_path / "password"
        secret.write_text(PASSWORD)
        feed = sftp_feed(sftp, "/list.txt", private_key_file=None, password_file=secret)
        write_known_host(sftp.known_hosts, sftp.port, paramiko.ECDSAKey.generate())
        refused(feed, tmp_path, ConfigurationError, "key is not the one in known_hosts; somebody may be in between")
        write_known_host(sftp.known_hosts, 1, paramiko.ECDSAKey.generate())
        refused(feed, tmp_path, ConfigurationError, r"is not in known_hosts \(its key is ecdsa-sha2-nistp256 SHA256:")
        assert "127.0.0.1" not in sftp.known_hosts.read_text().partition(":1 ")[2]
        sftp.known_hosts.unlink()
        refused(feed, tmp_path, ConfigurationError, "known_hosts .* cannot be read")

    def test_a_wrong_password_is_said(self, sftp: SftpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SSH_PASS", "wrong")
        feed = sftp_feed(sftp, "/list.txt", private_key_file=None, password_env="SSH_PASS")
        refused(feed, tmp_path, ConfigurationError, "refuses this login")

    def test_what_is_not_there_is_said(self, sftp: SftpServer, tmp_path: Path) -> None:
        refused(sftp_feed(sftp, "/none.txt"), tmp_path, ConfigurationError, "no such file")
        refused(sftp_feed(sftp, "/", pattern="*.txt"), tmp_path, TransientError, r"no file there fits .*'\*\.txt'")
        gone = sftp_feed(sftp, "/").model_copy(update={"url": "sftp://lpr@127.0.0.1:1/"})
        refused(gone, tmp_path, TransientError, "sftp://127.0.0.1:1/: ")

    def test_a_file_that_is_too_large(self, sftp: SftpServer, tmp_path: Path) -> None:
        put(sftp, "list.txt")
        refused(sftp_feed(sftp, "/list.txt", max_bytes=1000), tmp_path, InvalidInput, "larger than max_bytes")

    def test_a_file_that_is_still_being_written(self, sftp: SftpServer, tmp_path: Path) -> None:
        path = put(sftp, "list.txt", BODY[:1000])
        waited = []

        def grow(seconds: float) -> None:
            waited.append(seconds)
            put(sftp, "list.txt", BODY[:2000], MODIFIED + 1)

        refused(sftp_feed(sftp, "/list.txt"), tmp_path, TransientError, "is being written", wait=grow)
        assert waited == [5.0]
        assert path.stat().st_size == 2000

    def test_a_file_that_grows_or_shrinks_in_mid_transfer(self, sftp: SftpServer, tmp_path: Path) -> None:
        put(sftp, "list.txt")
        sftp.on_read = lambda offset: None if offset else put(sftp, "list.txt", BODY + b"more", MODIFIED + 1) and None
        refused(sftp_feed(sftp, "/list.txt"), tmp_path, TransientError, "is being written")
        put(sftp, "list.txt")
        sftp.on_read = lambda offset: None if offset else put(sftp, "list.txt", BODY[:100_000]) and None
        refused(sftp_feed(sftp, "/list.txt"), tmp_path, TransientError, "ended|being written")

    def test_a_connection_that_breaks_in_mid_transfer(self, sftp: SftpServer, tmp_path: Path) -> None:
        put(sftp, "list.txt")

        def break_off(offset: int) -> None:
            if offset >= 65_536:
                raise ConnectionAbortedError

        sftp.on_read = break_off
        before = threading.active_count()
        refused(sftp_feed(sftp, "/list.txt"), tmp_path, TransientError, "sftp://127.0.0.1")
        assert threading.active_count() <= before + 3


@pytest.mark.parametrize(
    ("remote", "name"),
    [
        ("/lists/VEHEXTRT.txt", "VEHEXTRT.txt"),
        ("/lists/", "ncic"),
        ("../../etc/passwd", "passwd"),
        ("..", "ncic"),
        ("a\\b\\c.txt", "c.txt"),
        ("/.hidden", "hidden"),
        ("/a\nb\x00.txt", "a_b_.txt"),
        ("/" + "x" * 400 + ".txt", "x" * 146 + ".txt"),
    ],
)
def test_a_remote_name_cannot_leave_its_folder(remote: str, name: str) -> None:
    assert plain_name(remote, "ncic") == name
