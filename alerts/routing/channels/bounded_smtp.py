"""A conversation with a mail server that is over in time, also where the server sends a byte now and then."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import threading

WAITS = 6
"""All of a conversation may take so many times as long as the server may be silent: it is asked a few times more."""


class BoundedSmtp(smtplib.SMTP):
    """Talks to a mail server; made, and used, as `smtplib.SMTP`.

    The library's own limit holds for each wait alone, and an answer may come in thousands of them. Here the connection
    is ended, whatever is under way, when all of the conversation has taken `WAITS` times that limit.
    """

    _is_over = False
    _whole_seconds = 0.0
    _clock: threading.Timer | None = None

    # The one place at which the library has a connection and has asked nothing of it yet, not even for TLS.
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connected: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        # TLS takes the socket for itself; another handle of the same connection can end it all the same.
        self._handle = connected.dup()
        self._whole_seconds = WAITS * timeout
        self._clock = threading.Timer(self._whole_seconds, self._end, (self._handle,))
        self._clock.daemon = True
        self._clock.start()
        return connected

    def getreply(self) -> tuple[int, bytes]:
        """Wait for an answer.

        Raises:
            smtplib.SMTPServerDisconnected: It is over; a mail that was taken before it is not sent again for that.
        """
        try:
            code, text = super().getreply()
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            if self._is_over:
                raise self._too_long() from error
            raise
        if code == -1 and self._is_over:  # half of a line came before
            raise self._too_long()
        return code, text

    def _too_long(self) -> smtplib.SMTPServerDisconnected:
        return smtplib.SMTPServerDisconnected(f"all of it takes longer than {self._whole_seconds:g} s")

    def close(self) -> None:
        """End the connection."""
        self._stop()
        super().close()

    def _end(self, handle: socket.socket) -> None:
        self._is_over = True
        with contextlib.suppress(OSError), handle:
            handle.shutdown(socket.SHUT_RDWR)

    def _stop(self) -> None:
        clock, self._clock = self._clock, None
        if clock is not None:
            clock.cancel()
            self._handle.close()


class BoundedSmtpOverTls(smtplib.SMTP_SSL, BoundedSmtp):
    """As `BoundedSmtp`, over TLS from the first byte on."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        try:
            connected: socket.socket = super()._get_socket(host, port, timeout)
        except BaseException:
            self._stop()
            raise
        return connected
