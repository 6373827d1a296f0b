"""The offline bundle: every file is in one list with its SHA-256, and nothing that differs is installed."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from services.jars.pinned import FOLDER_NAME, pinned_jars
from tests.acceptance.wheel.conftest import NO_NETWORK, Installation, attempt

pytestmark = pytest.mark.timeout(900)  # the first of these tests builds and installs


def listed(bundle: Path) -> dict[str, str]:
    """File and digest of every line of the list."""
    lines = (bundle / "SHA256SUMS").read_text().splitlines()
    return {line[66:]: line[:64] for line in lines}


def test_every_file_is_listed_with_its_digest(bundle: Path) -> None:
    files = {path.relative_to(bundle).as_posix(): path for path in bundle.rglob("*") if path.is_file()}
    del files["SHA256SUMS"]
    assert listed(bundle) == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    assert {f"jars/{FOLDER_NAME}/{jar.file_name}" for jar in pinned_jars()} <= files.keys()
    wheels = [path for name, path in files.items() if name.startswith("wheels/")]
    requirements = (bundle / "requirements.txt").read_text()
    assert all(f"--hash=sha256:{listed(bundle)['wheels/' + path.name]}" in requirements for path in wheels)
    assert all(path.suffix == ".whl" for path in wheels)


def test_the_jars_lie_where_the_broker_looks(installation: Installation) -> None:
    folder = installation.prefix / "share/platewatch" / FOLDER_NAME
    assert all(jar.is_intact(folder / jar.file_name) for jar in pinned_jars())


def damaged(bundle: Path) -> None:
    jar = next((bundle / "jars").rglob("*.jar"))
    data = bytearray(jar.read_bytes())
    data[len(data) // 2] ^= 1
    jar.unlink()
    jar.write_bytes(data)


def lost(bundle: Path) -> None:
    next((bundle / "wheels").glob("numpy-*.whl")).unlink()


def added(bundle: Path) -> None:
    (bundle / "wheels" / "numpy-99.0-py3-none-any.whl").write_bytes(b"from somebody else")


@pytest.mark.parametrize(
    ("change", "message"),
    [(damaged, "is not as it was built"), (lost, "is not as it was built"), (added, "not in SHA256SUMS")],
)
def test_a_bundle_that_was_changed_installs_nothing(
    change: Callable[[Path], None], message: str, bundle: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "bundle"
    shutil.copytree(bundle, copy, copy_function=os.link)
    change(copy)
    done = attempt(str(copy / "install.sh"), str(tmp_path / "prefix"), sys.executable, **NO_NETWORK)
    assert done.returncode == 1
    assert message in done.stderr
    assert not (tmp_path / "prefix").exists()


def test_install_without_a_folder_says_how(bundle: Path) -> None:
    done = attempt(str(bundle / "install.sh"))
    assert (done.returncode, done.stderr) == (2, f"usage: {bundle / 'install.sh'} FOLDER [PYTHON]\n")
