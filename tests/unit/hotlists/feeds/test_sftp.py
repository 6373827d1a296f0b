"""Fetching over SFTP from a real server: what arrives, what is refused, and how each failure reads."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from schemas.errors import ConfigurationError, TransientError
from schemas.settings import SftpFeed
from tests.unit.hotlists.feeds.pulling import BODY, fetch, refused
from tests.unit.hotlists.feeds.servers import (
    PASSWORD,
    SftpServer,
    sftp_server,
    write_known_host,
)

MODIFIED = 1_790_000_000


@pytest.fixture
def sftp(tmp_path: Path) -> Iterator[SftpServer]:
    with sftp_server(tmp_path) as server:
        yield server


def sftp_feed(server: SftpServer, path: str, **changes: object) -> SftpFeed:
    values: dict[str, object] = {"name": "ncic", "source": "ncic", "kind": "sftp", "url": server.url(path)}
    values |= {"known_hosts": server.known_hosts, "private_key_file": server.client_key, "timeout_seconds": 5}
    return SftpFeed.model_validate(values | changes)


def put(server: SftpServer, name: str, content: bytes = BODY, modified: int = MODIFIED) -> Path:
    path = server.root / name
    path.write_bytes(content)
    os.utime(path, (modified, modified))
    return path


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
