"""What FFmpeg's errors about a camera mean, for a person. Its own texts hold the URL with the password."""

from __future__ import annotations

import errno

import av

from ingest.streams.failures import StreamFailed
from ingest.streams.login import Access


def said(error: Exception, access: Access, seconds: float, *, is_open: bool) -> StreamFailed:
    """Return an error of FFmpeg in words.

    Args:
        error: FFmpeg's.
        access: Where the camera is; its login is kept out.
        seconds: How long was waited.
        is_open: Whether the stream had begun.
    """
    if isinstance(error, (av.error.ExitError, TimeoutError)):
        if is_open:
            return StreamFailed(f"sent nothing for {seconds:g} s, though it is connected", is_stall=True)
        return StreamFailed(f"{access.address} does not answer within {seconds:g} s; is it on, and in this network?")
    login = _login_problem(error, access)
    if login is not None:
        return StreamFailed(login, is_login=True)
    return StreamFailed(access.redacted(_other(error, access, is_open=is_open)))


def _login_problem(error: Exception, access: Access) -> str | None:
    if isinstance(error, av.error.HTTPUnauthorizedError):
        if access.user is None:
            return f"{access.address} asks for a login (401); set user and password_file"
        return f"{access.address} refuses user and password (401); correct them, or unlock the user at the camera"
    if isinstance(error, av.error.HTTPForbiddenError):
        return f"{access.address} forbids this user to watch (403); give it the right at the camera"
    return None


def _other(error: Exception, access: Access, *, is_open: bool) -> str:
    where = access.address
    if isinstance(error, av.error.HTTPNotFoundError):
        return f"{where} is no stream of it (404); look the path up in the camera's manual"
    if isinstance(error, av.error.HTTPServerError):
        return f"{where} answers that it cannot (5xx); are too many watching it?"
    if isinstance(error, (av.error.HTTPError, av.error.HTTPClientError)):
        return f"{where} refuses the request (4xx)"
    if isinstance(error, ConnectionRefusedError):
        return f"{where} refuses the connection; is RTSP on, and this its port?"
    if isinstance(error, av.error.InvalidDataError):
        return f"{where} answers with something else than a stream, or stops while it answers"
    if isinstance(error, (ConnectionResetError, BrokenPipeError, av.error.EOFError)):
        return f"{where} ended the connection"
    reason = getattr(error, "strerror", None) or type(error).__name__
    if not is_open and where.startswith("rtsps:") and getattr(error, "errno", None) == errno.EIO:
        # All that FFmpeg says of a handshake that failed.
        return (
            f"{where} cannot be connected to by TLS: this is no port for TLS, or its certificate is not trusted, over, "
            "or for another name; give ca_file that certificate or its authority's, and url the name in it"
        )
    doing = "broke off" if is_open else "cannot be reached; are its name, address and port right?"
    return f"{where} {doing} ({reason.lower()})"
