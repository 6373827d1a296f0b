"""Closed, full and broken streams end a command in order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PLATEWATCH = str(Path(sys.executable).parent / "platewatch")


def shell(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line.replace("PW", PLATEWATCH)], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("command", ["law list", "law show --json", "--help", "--version"])
@pytest.mark.parametrize(
    ("where", "reason"), [(">&-", "Bad file descriptor"), (">/dev/full", "No space left on device")]
)
def test_output_that_nobody_takes_is_said(command: str, where: str, reason: str) -> None:
    done = shell(f"PW {command} {where}")
    assert done.returncode == 1
    assert done.stderr.startswith(f"platewatch: standard output cannot be written ({reason})")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["law list", "law show --json", "--help"])
def test_a_reader_that_went_away_is_no_error_to_tell(command: str) -> None:
    done = shell(f"PW {command} | true; echo ${{PIPESTATUS[0]}}")
    assert done.stdout.strip() in ("0", "1")
    assert done.stderr == ""


@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full", "2>/dev/full <&-"])
def test_remarks_that_nobody_hears_change_nothing(where: str) -> None:
    done = shell(f"PW read /nowhere.jpg {where}; echo $?")
    assert done.stdout == "1\n"
    assert done.stderr == ""


def test_everything_closed() -> None:
    assert shell("PW law list <&- >&- 2>&-").returncode == 1


def test_too_little_memory_is_said_as_such() -> None:
    done = shell("ulimit -v 300000; PW read /nowhere.jpg")
    assert done.returncode == 75
    assert "platewatch: out of memory" in done.stderr
    assert "Traceback" not in done.stderr
