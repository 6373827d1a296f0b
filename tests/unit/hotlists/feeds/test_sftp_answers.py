"""What each answer of an SFTP server means, with servers that answer as none of ours does."""

from __future__ import annotations

import contextlib
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import paramiko
import pytest

from hotlists.feeds import sftp
from hotlists.feeds.sftp import pull_sftp
from hotlists.feeds.transfer import PullContext, Pulled
from schemas.errors import ConfigurationError, InvalidInput, PlatewatchError, TransientError
from schemas.settings import SftpFeed

FEED = SftpFeed.model_validate(
    {"name": "ncic", "source": "ncic", "url": "sftp://lpr@lists.example/a%20b", "known_hosts": "/srv/known"}
    | {"pattern": "V*.txt", "settle_seconds": 3, "timeout_seconds": 7, "password_env": "LIST_PASSWORD"}
    | {"max_bytes": 41}
)
PLACE = "sftp://lists.example/a b"


def told(name: str, size: int | None, modified: int | None, mode: int | None = stat.S_IFREG) -> SimpleNamespace:
    return SimpleNamespace(filename=name, st_size=size, st_mtime=modified, st_mode=mode)


@dataclass
class Server:
    """A server with one folder or file; `stats` are its answers, the last one again and again."""

    stats: list[Any]
    listed: list[Any] = field(default_factory=list)
    body: bytes = b""
    asked: list[Any] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def stat(self, path: str) -> Any:
        self.asked.append(path)
        return self.stats.pop(0) if len(self.stats) > 1 else self.stats[0]

    def listdir_attr(self, path: str) -> list[Any]:
        assert path == "/a b"
        return self.listed

    @contextlib.contextmanager
    def open(self, path: str, mode: str) -> Iterator[Any]:
        assert mode == "rb"
        self.asked.append(("open", path))
        yield self

    def readv(self, pieces: list[tuple[int, int]]) -> Iterator[bytes]:
        self.asked.append(pieces)
        return (self.body[offset : offset + size] for offset, size in pieces)


@pytest.fixture
def pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Pulled | None]:
    def fetch(server: Server, **remote: str) -> Pulled | None:
        @contextlib.contextmanager
        def session(feed: SftpFeed) -> Iterator[Server]:
            assert feed is FEED
            yield server

        monkeypatch.setattr(sftp, "_session", session)
        return pull_sftp(FEED, PullContext(tmp_path, remote, wait=server.waited.append))

    return fetch


def test_the_newest_plain_file_that_fits_is_fetched_and_not_twice(
    pulled: Callable[..., Pulled | None], tmp_path: Path
) -> None:
    listed = [
        *(told("V1.txt", 9, 50), told("V3.txt", 2, 50), told("V2.txt", 9, 50), told("V9.txt", 9, None)),
        *(told("V4.txt", 9, 60, stat.S_IFDIR), told("V5.txt", 9, 60, stat.S_IFLNK), told("V6.txt", 9, 60, None)),
        *(told("W.txt", 9, 60), told("v7.txt", 9, 60), told(".V8.txt", 9, 60)),
    ]
    server = Server([told("/", None, None, stat.S_IFDIR), told("", 2, 50)], listed, b"ab")
    remote = {"path": "/a b/V3.txt", "size": "2", "mtime": "50"}
    assert pulled(server) == Pulled(tmp_path / "V3.txt", remote)
    assert (tmp_path / "V3.txt").read_bytes() == b"ab"
    assert (tmp_path / "V3.txt").stat().st_mtime == 50.0
    # It is looked at again after a moment, and once more when it is here.
    assert server.asked == ["/a b", "/a b/V3.txt", ("open", "/a b/V3.txt"), [(0, 2)], "/a b/V3.txt"]
    assert server.waited == [3.0]
    again = Server([told("/", 0, 0, stat.S_IFDIR)], listed)
    assert pulled(again, **remote) is None
    assert (again.asked, again.waited) == (["/a b"], [])
    for name, text in (("path", "/a b/V1.txt"), ("size", "3"), ("mtime", "51")):
        server = Server([told("/", None, None, stat.S_IFDIR), told("", 2, 50)], listed, b"ab")
        assert pulled(server, **remote | {name: text}) is not None


@pytest.mark.parametrize("size", [0, 1, 10, 11, 40, 41])
def test_it_is_asked_for_in_pieces_that_every_server_sends(
    pulled: Callable[..., Pulled | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    assert sftp.REQUEST_BYTES <= 32_768
    monkeypatch.setattr(sftp, "REQUEST_BYTES", 10)
    monkeypatch.setattr(sftp, "WINDOW_REQUESTS", 4)
    server = Server([told("", size, 50)], body=bytes(number % 251 for number in range(size)))
    assert pulled(server) == Pulled(tmp_path / "a b", {"path": "/a b", "size": str(size), "mtime": "50"})
    assert (tmp_path / "a b").read_bytes() == server.body
    windows = [asked for asked in server.asked if isinstance(asked, list)]
    assert [len(window) for window in windows][:-1] == [4] * (len(windows) - 1)
    pieces = [piece for window in windows for piece in window]
    assert [start for start, _ in pieces] == list(range(0, size, 10))
    assert sum(length for _, length in pieces) == size
    assert all(0 < length <= 10 for _, length in pieces)


@pytest.mark.parametrize(
    ("stats", "words"),
    [
        ([told("", 4, 50), told("", 5, 50)], "the file is being written; it is fetched when that is done"),
        ([told("", 4, 50), told("", 4, 51)], "the file is being written; it is fetched when that is done"),
        ([told("", 4, 50), told("", 4, 50), told("", 5, 50)], "the file is being written; it is fetched when that is"),
        ([told("", 4, None), told("", 4, 0), told("", 4, 1)], "the file is being written; it is fetched when that is"),
        ([told("", 5, 50)], "the transfer ended after 4 of 5 bytes"),
        ([told("", None, None)], None),
        ([told("", None, None, None)], None),
    ],
)
def test_a_file_that_changes_meanwhile_or_ends_early_is_not_kept(
    pulled: Callable[..., Pulled | None], tmp_path: Path, stats: list[Any], words: str | None
) -> None:
    server = Server(list(stats), body=b"abcd")
    if words is None:  # a server that says nothing of a file has an empty one
        assert pulled(server) == Pulled(tmp_path / "a b", {"path": "/a b", "size": "0", "mtime": "0"})
        return
    with pytest.raises(TransientError) as fault:
        pulled(server)
    assert str(fault.value).startswith(f"{PLACE}: {words}")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_too_large_is_not_even_begun(pulled: Callable[..., Pulled | None], tmp_path: Path) -> None:
    server = Server([told("", 42, 50)], body=b"x" * 42)
    with pytest.raises(InvalidInput, match=r"larger than max_bytes \(41\)"):
        pulled(server)
    assert (server.asked, server.waited, list(tmp_path.iterdir())) == (["/a b"], [], [])


KEY = paramiko.ECDSAKey.generate()
REFUSED = "the server refuses this login; correct user and key"


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (TransientError("as it is"), TransientError, "as it is"),
        (paramiko.BadHostKeyException("x", KEY, KEY), ConfigurationError, f"{PLACE}: the server's key is not the one"),
        (paramiko.AuthenticationException("x"), ConfigurationError, f"{PLACE}: {REFUSED}"),
        (FileNotFoundError("x"), ConfigurationError, f"{PLACE}: the server has no such file; correct the url"),
        (PermissionError("x"), ConfigurationError, f"{PLACE}: this user may not read the file"),
        (TimeoutError("x"), TransientError, f"{PLACE}: no answer within timeout_seconds (7)"),
        (EOFError("x"), TransientError, f"{PLACE}: the transfer ended early"),
        (socket.gaierror("x"), TransientError, f"{PLACE}: the host's name cannot be found"),
        (ConnectionResetError("gone\n at once "), TransientError, f"{PLACE}: gone at once"),
        (paramiko.SSHException(), TransientError, f"{PLACE}: SSHException"),
    ],
)
def test_each_failure_is_said_in_one_line_and_tried_again_or_corrected(
    pulled: Callable[..., Pulled | None], error: Exception, kind: type[PlatewatchError], words: str
) -> None:
    def fail(path: str) -> Any:
        raise error

    server = Server([])
    server.stat = fail  # type: ignore[method-assign]
    with pytest.raises(kind) as fault:
        pulled(server)
    assert type(fault.value) is kind
    assert str(fault.value).startswith(words)
    assert "\n" not in str(fault.value)


def test_only_what_the_settings_say_logs_in_and_every_wait_has_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Any] = []

    class Client:
        def __enter__(self) -> Client:
            return self

        def __exit__(self, *_: object) -> None:
            done.append("closed")

        def load_host_keys(self, path: str) -> None:
            done.append(path)

        def set_missing_host_key_policy(self, policy: Any) -> None:
            with pytest.raises(ConfigurationError, match=r"x is not in known_hosts \(its key is ecdsa-.* SHA256:"):
                policy.missing_host_key(None, "x", KEY)

        def connect(self, host: str, **more: Any) -> None:
            done.append((host, more))

        @contextlib.contextmanager
        def open_sftp(self) -> Iterator[Any]:
            yield SimpleNamespace(get_channel=lambda: SimpleNamespace(settimeout=done.append))
            done.append("ended")

    monkeypatch.setattr(paramiko, "SSHClient", Client)
    monkeypatch.setenv("LIST_PASSWORD", "s3cret")
    waits = {f"{name}timeout": 7.0 for name in ("", "banner_", "auth_", "channel_")}
    plain = {"password": "s3cret", "pkey": None, "allow_agent": False, "look_for_keys": False, **waits}
    for changes, port, user in (
        ({}, 22, "lpr"),
        ({"url": "sftp://a%40b@lists.example:2022/x"}, 2022, "a@b"),
        ({"url": "sftp://lists.example/x", "username": "other"}, 22, "other"),
    ):
        done.clear()
        with sftp._session(FEED.model_copy(update=changes)):
            pass
        assert done == [
            "/srv/known",
            ("lists.example", {"port": port, "username": user, **plain}),
            7.0,
            "ended",
            "closed",
        ]
