"""What exit code an error means, and what counts as a lack of memory."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

import pytest

from cli.failures import exit_code, is_out_of_memory
from cli.main import _ended
from schemas.errors import (
    BrokerUnavailable,
    ConfigurationError,
    DatabaseUnavailable,
    InvalidInput,
    NotPermitted,
    StorageFull,
    TransientError,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("wrong"), 1),
        (InvalidInput("wrong"), 1),
        (NotPermitted("no"), 1),
        (DatabaseUnavailable("away"), os.EX_TEMPFAIL),
        (BrokerUnavailable("away"), os.EX_TEMPFAIL),
        (StorageFull("full"), os.EX_TEMPFAIL),
        (MemoryError(), os.EX_TEMPFAIL),
    ],
)
def test_only_what_may_go_away_is_worth_another_start(error: Exception, code: int) -> None:
    assert exit_code(error) == code


def test_an_error_that_nobody_foresaw_is_told_from_all_others(capsys: pytest.CaptureFixture[str]) -> None:
    def failing(error: BaseException) -> Callable[[], object]:
        def work() -> object:
            raise error

        return work

    foreseen = (InvalidInput("wrong"), DatabaseUnavailable("away"), BrokenPipeError(), SystemExit(2))
    assert [_ended(failing(error)) for error in foreseen] == [1, 75, 1, 2]
    assert "please report" not in capsys.readouterr().err
    assert _ended(failing(KeyError("some fault"))) == os.EX_SOFTWARE
    assert "please report" in capsys.readouterr().err
    assert _ended(lambda: None) == 0


def test_a_refused_permission_is_nothing_to_mend_to_retry_or_to_set_aside() -> None:
    # What catches these rejects a file, quarantines a message, or tries again.
    assert not issubclass(NotPermitted, (InvalidInput, TransientError, ConfigurationError))


def _caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "lacks"),
    [
        (MemoryError(), True),
        (
            RuntimeError("Check 'ptr' failed at src/cpu_memory.cpp:257:\nFailed to allocate 3686400 bytes of memory"),
            True,
        ),
        (RuntimeError("[CPU] MaxPool node with name '/model.9/m/MaxPool' can't alloc"), True),
        (RuntimeError("Exception during initialization: std::bad_alloc"), True),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), True),
        (RuntimeError("std::bad_alloc"), True),
        (RuntimeError("can't start new thread"), True),
        (ImportError("libx.so: failed to map segment from shared object"), True),
        (_caused(ConfigurationError("not a network that ONNX Runtime can run"), RuntimeError("bad allocation")), True),
        (ConfigurationError("'out of memory.jpg': no such file"), False),
        (FileNotFoundError(errno.ENOENT, "No such file", "out of memory.jpg"), False),
        (RuntimeError("something else"), False),
    ],
)
def test_libraries_say_it_in_their_own_words(error: Exception, lacks: bool) -> None:
    assert is_out_of_memory(error) == lacks
