"""A service's log goes to its file, which is its owner's alone and begun anew before it is too large."""

from __future__ import annotations

import logging
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.logs import set_logging_up
from schemas.errors import ConfigurationError
from schemas.settings import Settings


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in set(root.handlers) - set(before):
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)


def settings(path: Path, megabytes: float = 100) -> Settings:
    return Settings(log_file=path, log_file_megabytes=megabytes)


def test_a_services_log_is_in_its_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "platewatch.log"
    set_logging_up(settings(path), is_service=True)
    logging.getLogger("gate").warning("camera %s: gone \x1b[2J", "gate-1")
    line = path.read_text()
    assert re.fullmatch(r"\d{4}-\S+ WARNING gate camera gate-1: gone \\x1b\[2J\n", line)
    assert capfd.readouterr().err == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "library", ["kafka", "psycopg", "psycopg.pool", "urllib3", "jgo", "httpx", "httpcore", "paramiko", "kafka.conn"]
)
def test_no_library_writes_down_what_was_asked_of_it(library: str, tmp_path: Path) -> None:
    path = tmp_path / "platewatch.log"
    set_logging_up(Settings(log_file=path, log_level="DEBUG"), is_service=True)
    logging.getLogger(library).error("GET /reads?plate=VNV4527")
    logging.getLogger("gate").debug("seen")
    assert [line.split()[-1] for line in path.read_text().splitlines()] == ["seen"]


def test_it_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "platewatch.log"
    path.write_text("yesterday\n")
    set_logging_up(settings(path), is_service=True)
    logging.getLogger("gate").warning("today")
    assert [line.split()[-1] for line in path.read_text().splitlines()] == ["yesterday", "today"]


def test_a_command_leaves_it_to_the_service(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "platewatch.log"
    set_logging_up(settings(path))
    logging.getLogger("gate").warning("seen")
    assert not path.exists()
    assert "seen" in capfd.readouterr().err


def test_four_earlier_files_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "platewatch.log"
    set_logging_up(settings(path, 0.001), is_service=True)
    for number in range(100):
        logging.getLogger("gate").warning("%04d %s", number, "x" * 100)
    names = sorted(one.name for one in tmp_path.iterdir())
    assert names == ["platewatch.log", *(f"platewatch.log.{number}" for number in range(1, 5))]
    assert all(one.stat().st_size <= 1000 for one in tmp_path.iterdir())
    assert "0099" in path.read_text()
    assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()} == {0o600}


def test_a_file_that_cannot_be_written_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"log_file .*/none/x\.log: cannot be written \(No such file"):
        set_logging_up(settings(tmp_path / "none" / "x.log"), is_service=True)
