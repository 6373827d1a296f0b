"""What GPS receivers are connected by: a serial line, or a TCP connection that carries NMEA or gpsd's reports."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

import serial

from ingest.positions.fixes import Fix
from ingest.positions.gpsd import WATCH, gpsd_fix
from ingest.positions.nmea import NmeaReader
from schemas.errors import InvalidInput, TransientError
from schemas.settings import GpsdReceiver, ReceiverSettings, SerialReceiver

MOST_LINE_BYTES = 16_384
"""The longest line: gpsd's list of satellites has some thousand bytes, a sentence 82."""
READ_BYTES = 4_096
READ_SECONDS = 0.5
CONNECT_SECONDS = 5.0
SILENT_SECONDS = 10.0
"""A receiver that sends nothing for so long is connected to anew: they send once a second, with a fix or without."""


class Way(Protocol):
    """How bytes come from a receiver."""

    def read(self) -> bytes:
        """Return what came, waiting `READ_SECONDS` at most; nothing where nothing did.

        Raises:
            TransientError: The connection ended.
        """
        ...

    def close(self) -> None:
        """End the connection."""
        ...


class Receiver:
    """One connection to a receiver. For one thread.

    Args:
        settings: Which one.

    Raises:
        TransientError: It cannot be connected to now.
    """

    def __init__(self, settings: ReceiverSettings) -> None:
        self._way: Way = SerialWay(settings) if isinstance(settings, SerialReceiver) else SocketWay(settings)
        self._take: Callable[[bytes, datetime], Fix | None] = (
            gpsd_fix if isinstance(settings, GpsdReceiver) else NmeaReader().take
        )
        self._rest = b""
        self._came_at = time.monotonic()

    def fixes(self, now: Callable[[], datetime]) -> Iterator[Fix | InvalidInput]:
        """Yield what came: fixes, and in place of a line that cannot be used, why.

        Args:
            now: The clock that dates frames.

        Raises:
            TransientError: The connection ended, or nothing comes by it.
        """
        came = self._way.read()
        if not came:
            if time.monotonic() - self._came_at > SILENT_SECONDS:
                raise TransientError(f"it has sent nothing for {SILENT_SECONDS:.0f} s; look at its cable and its speed")
            return
        self._came_at, at = time.monotonic(), now()
        *lines, self._rest = (self._rest + came).split(b"\n")
        if len(self._rest) > MOST_LINE_BYTES:
            self._rest = b""
            yield InvalidInput("a line without an end; is the speed of the line right?")
        for line in lines:
            try:
                fix = self._take(line, at)
            except InvalidInput as error:
                yield error
            else:
                if fix is not None:
                    yield fix

    def close(self) -> None:
        """End the connection."""
        self._way.close()


class SerialWay:
    """A serial line, as of a USB receiver.

    Args:
        settings: Which one.

    Raises:
        TransientError: It is not there, or another program has it.
    """

    def __init__(self, settings: SerialReceiver) -> None:
        self._path = settings.path
        try:
            self._line = serial.Serial(str(settings.path), settings.baud, timeout=READ_SECONDS, exclusive=True)
        except (serial.SerialException, OSError, ValueError) as error:
            reason = _reason(error)
            raise TransientError(f"{settings.path} cannot be opened ({reason}); look at its cable") from None

    def read(self) -> bytes:
        """See `Way`."""
        try:
            return bytes(self._line.read(max(1, min(self._line.in_waiting, READ_BYTES))))
        except (serial.SerialException, OSError, TypeError) as error:
            # TypeError: what pyserial does when its line is closed under it.
            raise TransientError(f"{self._path} was unplugged ({_reason(error)}); look at its cable") from None

    def close(self) -> None:
        """See `Way`."""
        with contextlib.suppress(serial.SerialException, OSError):
            self._line.close()


class SocketWay:
    """A TCP connection.

    Args:
        settings: To what; gpsd is asked to report.

    Raises:
        TransientError: Nobody answers there.
    """

    def __init__(self, settings: ReceiverSettings) -> None:
        assert not isinstance(settings, SerialReceiver)  # noqa: S101 - for the type checker
        self._address = f"{settings.host}:{settings.port}"
        try:
            self._socket = socket.create_connection((settings.host, settings.port), timeout=CONNECT_SECONDS)
            if isinstance(settings, GpsdReceiver):
                self._socket.sendall(WATCH)
            self._socket.settimeout(READ_SECONDS)
        except OSError as error:
            raise TransientError(f"{self._address} cannot be reached ({_reason(error)})") from None

    def read(self) -> bytes:
        """See `Way`."""
        try:
            came = self._socket.recv(READ_BYTES)
        except TimeoutError:
            return b""
        except OSError as error:
            raise TransientError(f"{self._address} ended the connection ({_reason(error)})") from None
        if not came:
            raise TransientError(f"{self._address} ended the connection")
        return came

    def close(self) -> None:
        """See `Way`."""
        self._socket.close()


def _reason(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error)).splitlines()[0]
