"""For every test: their order, the optional shared material, and a private data directory."""

from __future__ import annotations

import functools
import itertools
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.testing
from hypothesis import settings as hypothesis_settings

from schemas.telemetry import switch_telemetry_off

# Before any test imports a network's program by itself.
switch_telemetry_off()

# Tables are as wide as for a file; those who start test programs side by side set a width for their own output.
os.environ.pop("COLUMNS", None)

# How long one example takes says nothing on a machine that does other work too. Each run draws others.
hypothesis_settings.register_profile("platewatch", deadline=None, max_examples=60)
hypothesis_settings.register_profile("mutation", deadline=None, max_examples=15, derandomize=True)
hypothesis_settings.load_profile("platewatch")

# The commands are made of their functions once, and not at each of a thousand calls.
typer.testing._get_command = functools.cache(typer.main.get_command)

# What nohup and a shell's background have ignored, programs that tests start would ignore too. A handler stays here,
# and they begin with the default.
for _number in (signal.SIGHUP, signal.SIGINT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, lambda *_: None)

REPOSITORY = Path(__file__).resolve().parents[1]

LONGEST_FIRST = (
    "directory",
    "acceptance",
    "integration/kafka",
    "integration/cluster",
    "integration/runs",
    "integration",
)
"""Folders whose tests come before all others.

Test processes that have nothing left take from the end of another's list: what is there should be short, and whoever
begins with a bundle or a broker keeps the tests that share it. Those of the directory are the very first: the first
process begins with all of them, and only what is at a list's end is taken from it, so that one Keycloak is started.
"""

_remembering = pytest.StashKey[subprocess.Popen[bytes]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest tests first."""
    folders = [REPOSITORY / "tests" / name for name in LONGEST_FIRST]

    def place(item: pytest.Item) -> int:
        return next((at for at, folder in enumerate(folders) if item.path.is_relative_to(folder)), len(folders))

    items.sort(key=place)


def pytest_sessionstart(session: pytest.Session) -> None:
    """While the tests are collected, remember a broker's start: all of theirs then take half the time."""
    if getattr(session.config.option, "numprocesses", None):  # of a run that starts test processes
        session.config.stash[_remembering] = subprocess.Popen(
            [sys.executable, "-m", "services.kafka.remembering"],
            cwd=REPOSITORY,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run that ends so soon does without."""
    remembering = session.config.stash.get(_remembering, None)
    if remembering is not None:
        remembering.terminate()
        remembering.wait()


@pytest.fixture(scope="session")
def shared() -> Path | None:
    """The folder of optional test material beside the checkout, or None where it is absent."""
    folder = REPOSITORY.parent / "shared"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def _data_directories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return one after another, none of which is there: most tests need none."""
    folder = tmp_path_factory.mktemp("data")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _private_environment(monkeypatch: pytest.MonkeyPatch, _data_directories: Iterator[Path]) -> None:
    """Keep a developer's own configuration out of the tests and every test's data directory apart."""
    monkeypatch.delenv("PLATEWATCH_CONFIG", raising=False)
    monkeypatch.setenv("PLATEWATCH_DATA_DIR", str(next(_data_directories)))


@pytest.fixture(autouse=True)
def _no_handler_outlives_its_test() -> Iterator[None]:
    """Commands that run in this process set logging up for their standard error, which ends with the test."""
    level = logging.root.level
    yield
    for handler in list(logging.root.handlers):
        if type(handler) is logging.StreamHandler:
            logging.root.removeHandler(handler)
    logging.root.setLevel(level)
