"""The streams that a command was given: closed, full or broken ones end it in order, and without a traceback."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TextIO

from schemas.errors import PlatewatchError


class OutputLost(PlatewatchError):
    """Standard output does not take what the command has to say."""


class _Output(io.TextIOWrapper):
    """Standard output whose failures cannot be taken for those of another file."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputLost(_lost(error)) from error

    def flush(self) -> None:
        try:
            super().flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputLost(_lost(error)) from error


class _Remarks(io.TextIOWrapper):
    """Standard error, which does not end a command when nobody listens: a terminal was closed, a log's disk is full."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            _discard(2)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            _discard(2)


def prepare_streams() -> None:
    """Open what was closed (`>&-`), and put the streams of this module into the place of Python's own.

    A closed descriptor would otherwise be given to the next file or socket, and what is printed would end up there.
    """
    for descriptor, flags in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            # Standard output for reading alone: what is written to it is missed, and must not seem to have arrived.
            opened = os.open(os.devnull, flags)
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)
            os.set_inheritable(descriptor, True)
    if sys.stdin is None:
        sys.stdin = open(0)  # noqa: SIM115 - it stays open as long as the process
    sys.stdout = _wrapped(sys.stdout, 1, _Output)
    sys.stderr = _wrapped(sys.stderr, 2, _Remarks)


def finish_output() -> None:
    """Write what standard output still holds.

    Raises:
        OutputLost: It cannot be written.
        BrokenPipeError: Its reader went away.
    """
    if isinstance(sys.stdout, _Output):
        sys.stdout.flush()


def give_output_up() -> None:
    """Let what standard output still holds go nowhere, so that Python does not stumble over it at the end."""
    _discard(1)


def _wrapped(stream: TextIO | None, descriptor: int, kind: type[_Output | _Remarks]) -> TextIO:
    if stream is None:
        return kind(open(descriptor, "wb", closefd=False), encoding="utf-8", errors="backslashreplace")
    if not isinstance(stream, io.TextIOWrapper) or isinstance(stream, kind):
        return stream
    line_buffering, write_through = stream.line_buffering, stream.write_through
    encoding = stream.encoding
    return kind(
        stream.detach(),
        encoding=encoding,
        # A name that the encoding lacks is shown somehow, instead of ending the command.
        errors="backslashreplace",
        line_buffering=line_buffering,
        write_through=write_through,
    )


def _discard(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)


def _lost(error: OSError) -> str:
    return (
        f"standard output cannot be written ({error.strerror}), so what was to be shown is lost; give it a place that "
        "takes it"
    )
