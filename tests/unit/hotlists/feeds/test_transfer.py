"""A file that is fetched, without a server: whole and on disk under its name, or not there at all."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotlists.feeds.transfer import PullCanceled, PullContext, receive
from schemas.errors import ConfigurationError, InvalidInput, PlatewatchError, StorageFull, TransientError
from schemas.settings import HttpsFeed

FEED = HttpsFeed.model_validate(
    {"name": "ncic", "source": "ncic", "url": "https://x.example/l", "transfer_minutes": 2, "max_bytes": 6}
)
BLOCKS = [b"ab", b"cd", b"ef"]
MODIFIED = 1_790_000_000.0


def got(folder: Path, blocks: list[bytes], *, modified_at: float | None = MODIFIED, **more: object) -> Path:
    context = PullContext(folder, **more)  # type: ignore[arg-type]
    return receive(iter(blocks), FEED, context, name="/lists/list.txt", modified_at=modified_at)


def after(number: int) -> Callable[[], bool]:
    """Be asked so often before the run ends."""
    answers = iter([False] * number + [True] * 99)
    return lambda: next(answers)


def test_it_is_on_disk_before_it_has_its_name_and_its_name_before_anybody_is_told(
    tmp_path: Path, written: list[tuple[str, ...]]
) -> None:
    other = tmp_path / ".list.txt.0.part"
    other.write_text("of a fetch that was given up")
    path = got(tmp_path, BLOCKS)
    part = written[0][1]
    assert written == [("synced", part, "abcdef"), ("renamed", part), ("synced", tmp_path.name)]
    assert path.stat().st_mtime == MODIFIED
    assert part.startswith(".list.txt.")
    assert part.endswith(".part")
    assert (path, path.read_bytes(), path.stat().st_mode & 0o777) == (tmp_path / "list.txt", b"abcdef", 0o600)
    # Another one of the same name has a file of its own meanwhile, and what is not known to be older is of now.
    assert got(tmp_path, [b"new"], modified_at=None) == path
    assert written[3][1] not in (part, other.name)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mtime > MODIFIED
    assert sorted(tmp_path.iterdir()) == [other, path]


@pytest.mark.parametrize(
    ("blocks", "seconds", "calls", "error"),
    [
        (BLOCKS, [0, 1, 60, 120], 4, None),
        (BLOCKS, [0, 1, 60, 120.1], 4, TransientError("the transfer took longer than transfer_minutes (2)")),
        ([*BLOCKS, b"g"], [0] * 9, 4, InvalidInput("the file is larger than max_bytes (6); raise that if the list is")),
        *((BLOCKS, [0] * 9, asked, PullCanceled("the run ends; the list is fetched again")) for asked in range(4)),
    ],
)
def test_the_limits_of_its_size_and_time_and_the_end_of_the_run_leave_nothing(
    tmp_path: Path, blocks: list[bytes], seconds: list[float], calls: int, error: PlatewatchError | None
) -> None:
    now = iter(seconds)
    if error is None:
        assert got(tmp_path, blocks, clock=lambda: next(now), canceled=after(calls)).read_bytes() == b"abcdef"
        return
    with pytest.raises(type(error)) as caught:
        got(tmp_path, blocks, clock=lambda: next(now), canceled=after(calls))
    assert type(caught.value) is type(error)
    assert str(caught.value).startswith(str(error))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "kind"), [(errno.ENOSPC, StorageFull), (errno.EDQUOT, StorageFull), (errno.EIO, ConfigurationError)]
)
def test_what_the_disk_refuses_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[PlatewatchError]
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    class Full(io.BytesIO):
        write = refuse  # type: ignore[assignment]

    for owner, name, instead in (
        *((os, "fsync", refuse), (os, "utime", refuse), (Path, "rename", refuse)),
        (Path, "open", lambda *_: Full()),
    ):
        with monkeypatch.context() as replaced:
            replaced.setattr(owner, name, instead)
            with pytest.raises(kind, match=f"{tmp_path}: (no space left|cannot be written)") as caught:
                got(tmp_path, BLOCKS)
            assert type(caught.value) is kind
        assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConfigurationError, match="cannot be written"):
        got(tmp_path / "gone", BLOCKS)


def test_what_its_server_says_of_it_comes_through(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"ab"
        raise ConnectionResetError("of the server, and not of our disk")

    with pytest.raises(ConnectionResetError):
        receive(broken(), FEED, PullContext(tmp_path), name="list.txt", modified_at=None)
    assert list(tmp_path.iterdir()) == []
