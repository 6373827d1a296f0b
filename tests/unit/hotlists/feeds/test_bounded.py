"""transfer_minutes holds whatever the server does."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from hotlists.feeds import bounded as module
from hotlists.feeds.bounded import bounded
from hotlists.feeds.transfer import PullCanceled, PullContext, Pulled
from schemas.errors import TransientError

SHORT = 0.3 / 60


@contextlib.contextmanager
def server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does with its first connection what `talk` says."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    talk(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


def _silent(connection: socket.socket) -> None:
    connection.recv(1)
    time.sleep(120)


def _dripping(connection: socket.socket) -> None:
    for _ in range(12_000):
        connection.sendall(b"x")
        time.sleep(0.01)


@pytest.mark.parametrize("talk", [_silent, _dripping])
def test_a_server_that_never_ends_is_left(talk: Callable[[socket.socket], None], tmp_path: Path) -> None:
    canceled = threading.Event()

    def work(context: PullContext) -> Pulled | None:
        with server(talk) as port, socket.create_connection(("127.0.0.1", port)) as connection:
            while not context.canceled():
                connection.recv(1)
        canceled.set()
        return None

    start = time.monotonic()
    with pytest.raises(TransientError, match=r"lists\.example: the transfer took longer than transfer_minutes"):
        bounded(work, PullContext(tmp_path), SHORT, "lists.example")
    assert time.monotonic() - start < 60
    assert talk is _silent or canceled.wait(60), "what was left is told, and ends with the next byte"


def test_the_end_of_the_run_is_not_waited_out(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(PullCanceled):
        bounded(lambda _: time.sleep(120), PullContext(tmp_path, canceled=lambda: True), 60, "lists.example")
    assert time.monotonic() - start < 60


def test_it_has_just_its_time_and_what_is_left_or_ended_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    contexts: list[PullContext] = []

    def work(context: PullContext) -> Pulled | None:
        contexts.append(context)
        assert not context.canceled()
        release.wait(60)
        return None

    seconds = iter([1000.0, 1000.0, 1119.9, 1120.0])
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    given = PullContext(tmp_path, {"etag": "1"}, clock=lambda: 5.0)
    with pytest.raises(TransientError, match=r"took longer than transfer_minutes \(2\); it was given up"):
        bounded(work, given, 2, "lists.example")
    assert next(seconds, None) is None
    (context,) = contexts
    assert context.canceled()
    assert (context.folder, context.remote, context.clock, context.wait) == (
        *(given.folder, given.remote, given.clock, given.wait),
    )
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "fetch")
    release.set()


def test_what_is_there_when_the_run_ends_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_SECONDS", 60.0)
    ended, fetched = threading.Event(), Pulled(tmp_path / "list.txt")

    def work(context: PullContext) -> Pulled | None:
        ended.set()
        assert context.canceled()
        return fetched

    assert bounded(work, PullContext(tmp_path, canceled=ended.is_set), 1, "lists.example") is fetched


def test_what_it_fetches_and_what_fails_come_through(tmp_path: Path) -> None:
    fetched = Pulled(tmp_path / "list.txt")
    assert bounded(lambda _: fetched, PullContext(tmp_path), 1, "lists.example") is fetched

    def fail(_context: PullContext) -> Pulled | None:
        raise TransientError("refused")

    with pytest.raises(TransientError, match="refused"):
        bounded(fail, PullContext(tmp_path), 1, "lists.example")
