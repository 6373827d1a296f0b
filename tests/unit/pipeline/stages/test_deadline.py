"""A run that was told to end is over in time."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import time
from pathlib import Path

from pipeline.stages.deadline import ends_in_time

DOCUMENT = Path(__file__).parents[4] / "docs" / "architecture.md"
HANGING = """
import logging, threading, time
from pipeline.stages.deadline import ends_in_time
logging.basicConfig()
stop = threading.Event()
with ends_in_time(stop, 0.5):
    threading.Thread(target=time.sleep, args=(600,), name="camera-gate").start()
    stop.set()
    {then}
"""


def run(then: str) -> tuple[subprocess.CompletedProcess[str], float]:
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", HANGING.format(then=then)], capture_output=True, text=True, check=False, timeout=300
    )
    return done, time.monotonic() - start


def test_what_hangs_is_broken_off_and_named() -> None:
    done, seconds = run("time.sleep(600)")
    assert done.returncode == 75  # nobody has to change a setting
    assert "did not end within" in done.stderr
    assert "camera-gate" in done.stderr
    assert seconds < 120


def test_what_ends_in_time_is_left_alone() -> None:
    done, _ = run("import os; os._exit(7)")
    assert done.returncode == 7
    assert done.stderr == ""


def test_a_run_has_the_time_that_the_document_says_which_ends_before_patience_does() -> None:
    seconds = inspect.signature(ends_in_time).parameters["seconds"].default
    (said,) = re.findall(r"what has not after (\d+) s is named and broken off", DOCUMENT.read_text(encoding="utf-8"))
    assert seconds == int(said)
    assert seconds < 15  # in which a service is promised to end
