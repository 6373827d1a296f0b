"""What exit code an error means, and what counts as a lack of memory."""

from __future__ import annotations

import errno

import pytest

from cli.failures import OTHER, TEMPORARY, exit_code, is_out_of_memory
from schemas.errors import BrokerUnavailable, ConfigurationError, DatabaseUnavailable, InvalidInput, StorageFull


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("wrong"), OTHER),
        (InvalidInput("wrong"), OTHER),
        (DatabaseUnavailable("away"), TEMPORARY),
        (BrokerUnavailable("away"), TEMPORARY),
        (StorageFull("full"), TEMPORARY),
        (MemoryError(), TEMPORARY),
    ],
)
def test_only_what_may_go_away_is_worth_another_start(error: Exception, code: int) -> None:
    assert exit_code(error) == code


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
