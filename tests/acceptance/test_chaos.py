"""Half a minute of random kills, and the books as if nothing had happened (`benchmarks/chaos`)."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = 15
"""For each of the seeds."""
SEEDS = (7, 23)
PATIENCE_SECONDS = 600
"""For a machine that is busy with other things; nothing here is about time."""


@pytest.mark.timeout(3000)
def test_kills_of_run_servers_and_subscriber_change_nothing_in_the_books() -> None:
    command = ["--seconds", str(SECONDS), "--every", "2.5", "--patience", str(PATIENCE_SECONDS)]
    for seed in SEEDS:
        command += ["--seed", str(seed)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.chaos", *command],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout, done.stderr)
    assert done.returncode == 0, f"again: python -m benchmarks.chaos {' '.join(command)} --keep FOLDER\n{done.stdout}"
    assert "differences: 0" in done.stdout
    assert re.search(r"^\| pictures kept \| \d+ \| [1-9]", done.stdout, re.MULTILINE)
    assert re.search(r"^\| kill run \| [1-9]", done.stdout, re.MULTILINE)
