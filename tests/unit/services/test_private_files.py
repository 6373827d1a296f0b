"""What Platewatch writes is its user's alone, whatever the umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from services import private_files
from services.private_files import (
    close_path,
    make_private_folder,
    private_umask,
    read_secret,
    read_secrets,
    save_private,
    touch_private,
    write_private,
)


@pytest.fixture(params=[0o000, 0o022, 0o777])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.usefixtures("_umask")
def test_folders_and_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "a" / "b")
    write_private(tmp_path / "a" / "b" / "file", b"1")
    touch_private(tmp_path / "a" / "b" / "empty")
    assert [mode(tmp_path / "a"), mode(tmp_path / "a" / "b")] == [0o700, 0o700]
    assert [mode(path) for path in sorted((tmp_path / "a" / "b").iterdir())] == [0o600, 0o600]


def test_what_is_there_is_closed_and_replaced(tmp_path: Path) -> None:
    for name in ("written", "touched"):
        (tmp_path / name).write_bytes(b"long content")
        (tmp_path / name).chmod(0o666)
    write_private(tmp_path / "written", b"1")
    touch_private(tmp_path / "touched")
    assert (tmp_path / "written").read_bytes() == b"1"
    assert (tmp_path / "touched").read_bytes() == b"long content"
    assert mode(tmp_path / "written") == mode(tmp_path / "touched") == 0o600


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    make_private_folder(tmp_path)
    assert mode(tmp_path) == 0o750
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        make_private_folder(tmp_path / "file")


def test_the_umask_is_given_back(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with private_umask():
            (tmp_path / "inside").touch()
        (tmp_path / "outside").touch()
    finally:
        os.umask(before)
    assert (mode(tmp_path / "inside"), mode(tmp_path / "outside")) == (0o600, 0o644)


def test_everybody_else_s_permissions_are_taken_and_the_owner_s_stay(tmp_path: Path) -> None:
    for before, after in ((0o777, 0o700), (0o640, 0o600), (0o500, 0o500), (0o1755, 0o1700)):
        tmp_path.chmod(before)
        close_path(tmp_path)
        assert stat.S_IMODE(tmp_path.stat().st_mode) == after
    with pytest.raises(FileNotFoundError):
        close_path(tmp_path / "nothing")


def test_a_secret_ends_with_its_line_and_one_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("se cret \r\n")
    assert read_secret(path, "kafka.password_file") == "se cret "
    assert read_secret(path, "kafka.password_file", whole=True) == "se cret \n"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match=r"kafka\.password_file .*password: cannot be read \(not text\)"):
        read_secret(path, "kafka.password_file")
    with pytest.raises(ConfigurationError, match=r"cannot be read \(No such file or directory\); correct the path"):
        read_secret(tmp_path / "none", "kafka.password_file")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("one\n", ["one"]),
        ("\n one \n\n\ttwo\r\n\n", ["one", "two"]),
        ("", 0),
        (" \n\n", 0),
        ("one\ntwo\nthree\n", 3),
    ],
)
def test_a_file_holds_a_secret_or_two_while_it_is_exchanged(tmp_path: Path, text: str, found: list[str] | int) -> None:
    path = tmp_path / "secret"
    path.write_text(text)
    if isinstance(found, list):
        assert read_secrets(path, "a.secret_file") == found
        return
    with pytest.raises(ConfigurationError) as raised:
        read_secrets(path, "a.secret_file")
    assert str(raised.value) == (
        f"a.secret_file {path}: holds {found} secrets, expected one, or two lines while it is exchanged"
    )


@pytest.mark.parametrize("durable", [False, True])
def test_a_file_is_saved_whole_and_on_the_disk_where_it_has_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, durable: bool
) -> None:
    target, synced = tmp_path / "state", []

    def sync(path: Path) -> None:
        synced.append((path.name.startswith(".state."), path == tmp_path, target.read_bytes()))

    monkeypatch.setattr(private_files, "sync", sync)
    target.write_bytes(b"before, and longer")
    target.chmod(0o644)
    save_private(target, b"after", durable=durable)
    assert (target.read_bytes(), mode(target), list(tmp_path.iterdir())) == (b"after", 0o600, [target])
    # Its content before it has its name, and then its name.
    assert synced == ([(True, False, b"before, and longer"), (False, True, b"after")] if durable else [])


@pytest.mark.parametrize("failing", ["sync", "write_private"])
def test_a_file_that_cannot_be_saved_leaves_the_one_before_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "no space left")

    (tmp_path / "state").write_bytes(b"before")
    monkeypatch.setattr(private_files, failing, fail)
    with pytest.raises(OSError, match="no space left"):
        save_private(tmp_path / "state", b"after", durable=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"state": b"before"}
