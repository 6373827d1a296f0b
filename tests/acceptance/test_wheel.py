"""The built wheel in an empty environment, from another directory: what a department installs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
"""Every layer; a package that the build left out would be missed here."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(REPOSITORY))
    (path,) = folder.glob("platewatch-*.whl")
    return path


def run(*command: str, cwd: Path | None = None, **environment: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if name not in {"PLATEWATCH_DATA_DIR", "PYTHONPATH"}}
    done = subprocess.run(
        command, cwd=cwd, env=inherited | environment, capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout


def test_every_file_of_every_package_is_in_the_wheel(wheel: Path) -> None:
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES, cwd=REPOSITORY).split()
    packed = set(zipfile.ZipFile(wheel).namelist())
    assert len(listed) > 100
    assert [name for name in listed if name not in packed and (REPOSITORY / name).exists()] == []


def test_the_demo_runs_from_an_empty_environment_and_another_directory(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", str(environment))
    python = str(environment / "bin/python")
    constraints = str(REPOSITORY / "constraints.txt")
    run(python, "-m", "pip", "install", "--quiet", "--constraint", constraints, f"{wheel}[all-in-one]")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shown = run(str(environment / "bin/platewatch"), "demo", "--json", cwd=elsewhere)
    summary = json.loads(shown.splitlines()[-1])
    assert summary["vehicles"] >= 8
    assert {"UKW4183", "RJD2760", "4DK7391"} <= set(summary["plates"])
    # One of each tier: the listed plate, the one whose B is worn to an 8, the one listed in part.
    assert set(summary["hits"]) == {"exact", "probable", "partial"}
    assert summary["alerts"] >= 5
    assert summary["alerts_received_by_neighbor"] == summary["alerts"]
    assert summary["alerts_waiting_in_outbox"] == 0
    assert (elsewhere / "demo-data/images").is_dir()
    again = ("--config", "demo-data/platewatch.toml", "--json")
    alerts = run(str(environment / "bin/platewatch"), "alerts", *again, cwd=elsewhere)
    assert len(alerts.splitlines()) == summary["alerts"]
    count = str(summary["alerts"])
    received = run(str(environment / "bin/platewatch"), "subscribe", "--limit", count, *again, cwd=elsewhere)
    assert len(received.splitlines()) == summary["alerts"]
