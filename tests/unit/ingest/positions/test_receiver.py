"""Connections to receivers: a serial line, a TCP port, gpsd."""

from __future__ import annotations

import contextlib
import os
import pty
import socket
import threading
import time
import tty
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.positions import receiver
from ingest.positions.fixes import Fix
from ingest.positions.receiver import Receiver
from schemas.errors import InvalidInput, TransientError
from schemas.settings import GpsdReceiver, NmeaReceiver, SerialReceiver
from tests.unit.ingest.positions.test_nmea import RMC, sentence

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def collected(of: Receiver, count: int, seconds: float = 60) -> list[Fix | InvalidInput]:
    found: list[Fix | InvalidInput] = []
    deadline = time.monotonic() + seconds
    while len(found) < count:
        assert time.monotonic() < deadline
        found += of.fixes(lambda: NOON)
    return found


def fails(of: Receiver, seconds: float = 60) -> str:
    deadline = time.monotonic() + seconds
    while True:
        assert time.monotonic() < deadline
        try:
            list(of.fixes(lambda: NOON))
        except TransientError as error:
            return str(error)


def test_a_serial_line_is_read_through_garbage_and_told_when_it_is_unplugged() -> None:
    ours, theirs = pty.openpty()
    tty.setraw(ours)
    tty.setraw(theirs)
    of = Receiver(SerialReceiver(path=Path(os.ttyname(theirs)), baud=38400))
    os.write(ours, sentence(RMC)[40:] + sentence(RMC) + b"\xff\x00\xfe\n" + sentence(RMC)[:30])
    os.write(ours, sentence(RMC)[30:])
    first, second, third = collected(of, 3)
    assert isinstance(first, Fix)
    assert first.at == NOON
    assert isinstance(second, InvalidInput)
    assert isinstance(third, Fix)
    os.close(ours)
    assert "was unplugged" in fails(of)
    of.close()
    os.close(theirs)


def test_a_line_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TransientError, match=r"ttyUSB9 cannot be opened .*; look at its cable"):
        Receiver(SerialReceiver(path=tmp_path / "ttyUSB9"))


@contextlib.contextmanager
def served(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Let one connection be served."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            connection, _ = listener.accept()
            with connection:
                serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join(60)
        assert not thread.is_alive()


def test_nmea_by_tcp_comes_in_any_pieces_and_an_end_is_told() -> None:
    def serve(connection: socket.socket) -> None:
        for byte in sentence(RMC) * 2:
            connection.sendall(bytes([byte]))

    with served(serve) as port:
        of = Receiver(NmeaReceiver(host="127.0.0.1", port=port))
        assert [type(one) for one in collected(of, 2)] == [Fix, Fix]
        assert f"127.0.0.1:{port} ended the connection" in fails(of)
        of.close()


def test_gpsd_is_asked_and_answers() -> None:
    asked = []

    def serve(connection: socket.socket) -> None:
        connection.sendall(b'{"class":"VERSION","release":"3.25"}\r\n')
        asked.append(connection.recv(1000))
        connection.sendall(b'{"class":"TPV","mode":3,"lat":36.8,"lon":-76.3}\r\n')

    with served(serve) as port:
        of = Receiver(GpsdReceiver(port=port))
        (fix,) = collected(of, 1)
        assert isinstance(fix, Fix)
        assert fix.latitude == 36.8
        of.close()
    assert asked == [b'?WATCH={"enable":true,"json":true}\n']


def test_nobody_there_nothing_sent_and_a_line_without_an_end_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TransientError, match=f"127.0.0.1:{port} cannot be reached"):
        Receiver(NmeaReceiver(host="127.0.0.1", port=port))
    monkeypatch.setattr(receiver, "READ_SECONDS", 0.05)
    monkeypatch.setattr(receiver, "SILENT_SECONDS", 0.3)
    begun, silent = threading.Event(), threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.sendall(b"x" * (receiver.MOST_LINE_BYTES + 10))
        begun.wait(60)
        connection.sendall(b"\n" + sentence(RMC))
        silent.wait(60)

    with served(serve) as port:
        of = Receiver(NmeaReceiver(host="127.0.0.1", port=port))
        (problem,) = collected(of, 1)
        assert "without an end" in str(problem)
        begun.set()
        # What was too long is forgotten, and the next line is one again.
        (fix,) = collected(of, 1)
        assert isinstance(fix, Fix)
        assert "sent nothing" in fails(of)
        silent.set()
        of.close()
