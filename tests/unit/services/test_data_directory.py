"""A data directory is closed to other users, and belongs to one run at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from services.data_directory import RUN_LOCK, close_to_others, make_data_directory, run_alone

REPOSITORY = Path(__file__).resolve().parents[3]
CLOSED = 0o711 if os.getuid() == 0 else 0o700
"""As root the database runs as another user, who has to pass."""


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """What an older version left under the umask 022."""
    for name in (
        "images/2026/11/28/gate/a.jpg",
        "hotlist-index/base.keys.npy",
        "subscriber.sqlite3",
        "kafka/server.log",
    ):
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    for path in (tmp_path / "data", *(tmp_path / "data").rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return tmp_path / "data"


def open_paths(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if mode(path) & 0o077 and not path.is_symlink()]


def test_what_an_older_version_left_is_closed_and_said_once(data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    close_to_others(data_dir)
    assert mode(data_dir) == CLOSED
    assert open_paths(data_dir) == []
    assert [record.getMessage() for record in caplog.records] == [
        f"data directory {data_dir}: 12 files and folders were open to other users of this machine; they are closed now"
    ]
    caplog.clear()
    close_to_others(data_dir)
    close_to_others(data_dir, thorough=True)
    assert caplog.records == []


@pytest.mark.parametrize("name", ["images", "images/2026/11/28/gate/a.jpg", "subscriber.sqlite3"])
def test_a_run_closes_what_was_opened_since(data_dir: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    close_to_others(data_dir)
    (data_dir / name).chmod(0o777)
    caplog.clear()
    with run_alone(data_dir):
        assert open_paths(data_dir) == []
    assert "1 files and folders were open" in caplog.text


def test_an_open_folder_in_a_closed_directory_is_looked_through(data_dir: Path) -> None:
    close_to_others(data_dir)
    for path in (data_dir / "images", *(data_dir / "images").rglob("*")):
        path.chmod(0o755)
    close_to_others(data_dir)
    assert open_paths(data_dir) == []


def test_what_a_link_points_to_is_left_alone(data_dir: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (outside / "file").write_text("")
    (outside / "file").chmod(0o644)
    (data_dir / "images" / "file").symlink_to(outside / "file")
    (data_dir / "images" / "folder").symlink_to(outside)
    close_to_others(data_dir, thorough=True)
    assert (mode(outside), mode(outside / "file")) == (0o755, 0o644)


def test_a_folder_that_all_share_is_refused_and_stays_open(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    for folder in (tmp_path, Path("/")):
        with pytest.raises(
            ConfigurationError, match="all users share this folder; set data_dir to a folder of its own"
        ):
            make_data_directory(folder)
    assert tmp_path.stat().st_mode & 0o7777 == 0o1777


def test_only_looking_makes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    close_to_others(tmp_path / "absent")
    assert not (tmp_path / "absent").exists()
    (tmp_path / "file").touch()
    close_to_others(tmp_path / "file")
    assert caplog.records == []


def test_a_new_directory_is_closed_from_the_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = os.umask(0)
    try:
        make_data_directory(tmp_path / "a" / "data")
    finally:
        os.umask(before)
    assert (mode(tmp_path / "a"), mode(tmp_path / "a" / "data")) == (CLOSED, CLOSED)
    assert caplog.records == []


def test_an_administrators_closed_directory_stays_closed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    make_data_directory(tmp_path / "data")
    assert mode(tmp_path / "data") == 0o700


def test_a_second_run_is_refused_in_a_line_that_names_the_first(tmp_path: Path) -> None:
    with run_alone(tmp_path):
        said = rf"another run \(process {os.getpid()}\) works"
        with pytest.raises(ConfigurationError, match=said) as caught, run_alone(tmp_path):
            pytest.fail("two runs at once")
        assert "\n" not in str(caught.value)
        assert mode(tmp_path / RUN_LOCK) == 0o600
    with run_alone(tmp_path):
        pass


def test_a_killed_run_frees_the_directory(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from services.data_directory import run_alone\n"
        "with run_alone(Path(sys.argv[1])): print('in', flush=True); time.sleep(60)"
    )
    argv = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(argv, cwd=REPOSITORY, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"in\n"
        with pytest.raises(ConfigurationError, match=f"process {first.pid}"), run_alone(tmp_path):
            pass
        first.kill()
        first.wait()
    with run_alone(tmp_path):
        pass


def test_a_directory_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=str(tmp_path / "file")), run_alone(tmp_path / "file"):
        pass


def test_what_belongs_to_another_user_is_said(
    data_dir: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = Path.chmod

    def refuse(path: Path, mode: int) -> None:
        if path.name == "images":
            raise PermissionError
        change(path, mode)

    monkeypatch.setattr(Path, "chmod", refuse)
    close_to_others(data_dir)
    assert open_paths(data_dir) == ["images"]
    assert f"belong to another user, like {data_dir / 'images'}; close them with chmod go-rwx" in caplog.text


def test_in_a_directory_that_was_open_closed_folders_are_looked_through_too(data_dir: Path) -> None:
    (data_dir / "images").chmod(0o700)  # somebody closed it by hand, and not what is in it
    close_to_others(data_dir)
    assert open_paths(data_dir) == []
