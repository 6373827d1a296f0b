"""Fixtures for every test: the optional shared material and a private data directory."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from schemas.telemetry import switch_telemetry_off

# Before any test imports a network's program by itself.
switch_telemetry_off()

# Tables are as wide as for a file; those who start test programs side by side set a width for their own output.
os.environ.pop("COLUMNS", None)

# How long one example takes says nothing on a machine that does other work too.
hypothesis_settings.register_profile("platewatch", deadline=None)
hypothesis_settings.register_profile("mutation", deadline=None, max_examples=15, derandomize=True)
hypothesis_settings.load_profile("platewatch")

# What nohup and a shell's background have ignored, programs that tests start would ignore too. A handler stays here,
# and they begin with the default.
for _number in (signal.SIGHUP, signal.SIGINT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, lambda *_: None)

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path | None:
    """The folder of optional test material beside the checkout, or None where it is absent."""
    folder = REPOSITORY.parent / "shared"
    return folder if folder.is_dir() else None


@pytest.fixture(autouse=True)
def _private_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep a developer's own configuration out of the tests and every test's data directory apart."""
    monkeypatch.delenv("PLATEWATCH_CONFIG", raising=False)
    monkeypatch.setenv("PLATEWATCH_DATA_DIR", str(tmp_path_factory.mktemp("data")))


@pytest.fixture(autouse=True)
def _no_handler_outlives_its_test() -> Iterator[None]:
    """Commands that run in this process set logging up for their standard error, which ends with the test."""
    level = logging.root.level
    yield
    for handler in list(logging.root.handlers):
        if type(handler) is logging.StreamHandler:
            logging.root.removeHandler(handler)
    logging.root.setLevel(level)
