"""The offline bundle, built once, and what it installs: what a department gets."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
OTHER_USER = 60321
MOST_SECONDS = 840
"""A bundle is some hundred megabytes of downloads; installing it unpacks a gigabyte."""
NOWHERE = "http://127.0.0.1:1"
NO_NETWORK = {
    **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE),
    "PIP_INDEX_URL": NOWHERE,
    "PIP_CONFIG_FILE": os.devnull,
}
"""Every download goes to a port where nothing listens."""


def run(*command: str, cwd: Path | None = None, **environment: str) -> str:
    """Run a command that has to work; return what it prints."""
    done = attempt(*command, cwd=cwd, **environment)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout


def attempt(*command: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command, whatever comes of it."""
    inherited = {name: value for name, value in os.environ.items() if name not in {"PLATEWATCH_DATA_DIR", "PYTHONPATH"}}
    return subprocess.run(
        command, cwd=cwd, env=inherited | environment, capture_output=True, text=True, check=False, timeout=MOST_SECONDS
    )


@dataclass(frozen=True, slots=True)
class Installation:
    """What install.sh made: its environment's folder."""

    prefix: Path

    @property
    def platewatch(self) -> str:
        return str(self.prefix / "bin" / "platewatch")

    @property
    def python(self) -> str:
        return str(self.prefix / "bin" / "python")


def service_user() -> int:
    """Return the user that the service runs as: one of its own where the tests may choose, else ours.

    It has no name and no home, as in a container.
    """
    return OTHER_USER if os.getuid() == 0 and python_for(OTHER_USER) is not None else os.getuid()


def python_for(user: int) -> str | None:
    """Return a Python of this version that a user may execute: ours, or the system's where ours is in a closed home."""
    name = f"python3.{sys.version_info.minor}"
    system = [found for folder in ("/usr/local/bin", "/usr/bin") if (found := shutil.which(name, path=folder))]
    for python in (str(Path(sys.executable).resolve()), *system):
        try:
            subprocess.run([python, "-c", "import ensurepip, venv"], user=user, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    return None


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "platewatch-bundle"
    run(sys.executable, "-m", "deploy.bundle", str(folder), cwd=REPOSITORY)
    return folder


@pytest.fixture(scope="session")
def wheel(bundle: Path) -> Path:
    (path,) = (bundle / "wheels").glob("platewatch-*.whl")
    return path


@pytest.fixture(scope="session")
def installation(bundle: Path) -> Iterator[Installation]:
    """Installed from the bundle alone, where every user may use it."""
    # Not pytest's own folder: only its user may enter that.
    folder = Path(tempfile.mkdtemp(prefix="platewatch-installed-"))
    folder.chmod(0o755)
    python = (python_for(OTHER_USER) if os.getuid() == 0 else None) or sys.executable
    try:
        run(str(bundle / "install.sh"), str(folder / "platewatch"), python, cwd=folder, **NO_NETWORK)
        yield Installation(folder / "platewatch")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
