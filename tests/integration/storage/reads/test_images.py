"""Pictures are kept whole, found by key, and a full disk is one clear error."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError, InvalidInput, StorageFull, TransientError
from schemas.settings import ImageSettings, Settings
from storage.reads import images
from storage.reads.images import ImageStore, image_key, is_key_of
from tests.integration.storage.samples import START, sample_read

REPOSITORY = Path(__file__).resolve().parents[4]


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(Settings(data_dir=tmp_path))


def test_a_picture_comes_back(store: ImageStore, tmp_path: Path) -> None:
    read = sample_read(0)
    key = image_key(read, "plate")
    assert key == f"2026/11/20/gate-0/{read.read_id}-plate.jpg"
    store.save(key, b"first")
    store.save(key, b"second")
    assert store.load(key) == b"second"
    assert [path.name for path in (tmp_path / "images" / "2026/11/20/gate-0").iterdir()] == [key.rpartition("/")[2]]


def test_pictures_are_their_owners_alone_whatever_the_umask(store: ImageStore, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store.save(image_key(sample_read(0), "plate"), b"x")
    finally:
        os.umask(before)
    kept = [tmp_path / "images", *(tmp_path / "images").rglob("*")]
    assert len(kept) == 6
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept)


def test_deleting_leaves_no_empty_days(store: ImageStore, tmp_path: Path) -> None:
    keys = [image_key(sample_read(number), "plate") for number in range(3)]
    for key in keys:
        store.save(key, b"x")
    store.delete(keys[:1])
    assert store.load(keys[1]) == b"x"
    store.delete([*keys, "2026/01/01/gone/never-plate.jpg"])
    assert list((tmp_path / "images").iterdir()) == []
    with pytest.raises(InvalidInput, match="retention"):
        store.load(keys[0])


@pytest.mark.parametrize("key", ["../outside.jpg", "/etc/passwd", "2026/../../x", "", "a\x00b"])
def test_a_key_stays_inside_the_store(store: ImageStore, key: str) -> None:
    with pytest.raises(InvalidInput, match="not the key"):
        store.save(key, b"x")
    with pytest.raises(InvalidInput, match="not the key"):
        store.load(key)


def test_a_strange_camera_name_makes_a_plain_key() -> None:
    key = image_key(replace(sample_read(0), camera_id="../Gate 7/north"), "context")
    assert key.startswith("2026/11/20/___Gate_7_north/")


def test_a_key_that_another_machine_gives_is_that_of_a_picture_of_the_read_and_of_nothing_else() -> None:
    read = replace(sample_read(0), camera_id="Gate-7_n")
    early, final = (replace(read, is_final=is_final, revision=2) for is_final in (False, True))
    keys = [image_key(one, kind) for one in (read, early, final) for kind in ("plate", "context")]
    assert [key.removeprefix(f"2026/11/20/Gate-7_n/{read.read_id}-") for key in keys] == [
        *("plate.jpg", "context.jpg", "plate-early-2.jpg", "context-early-2.jpg"),
        *("plate-final-2.jpg", "context-final-2.jpg"),
    ]
    assert all(is_key_of(key, read.read_id) for key in keys)
    assert not any(is_key_of(key, sample_read(1).read_id) for key in keys)
    day, camera, name = "2026/11/20", "Gate-7_n", f"{read.read_id}-plate.jpg"
    for strange in (
        *(f"{day}/{name}", f"{day}/{camera}/x/{name}", f"/{day}/{camera}/{name}", f"{day}//{name}"),
        *(f"{wrong}/{camera}/{name}" for wrong in ("202/11/20", "20260/11/20", "2026/1/20", "2026/11/200", "../11/20")),
        *(f"{day}/{wrong}/{name}" for wrong in ("..", "gate 7", "gate.7", "a\n")),
        *(
            f"{day}/{camera}/{read.read_id}-{wrong}"
            for wrong in ("plate.jpg\n", "plate.jpeg", "face.jpg", "plate-2.jpg")
        ),
        *(f"{day}/{camera}/x{name}", f"{day}/{camera}/.{name}.{'0' * 32}", f"{day}/{camera}/{read.read_id}.jpg"),
    ):
        assert not is_key_of(strange, read.read_id), strange


@pytest.mark.parametrize("url", [None, "memory://all-keys"])
def test_all_keys_are_those_of_pictures_by_day_and_camera_with_what_was_not_written_to_the_end(
    tmp_path: Path, url: str | None
) -> None:
    store = ImageStore(Settings(data_dir=tmp_path, images=ImageSettings(url=url)))
    assert list(store.keys()) == []
    moments = [START, START - timedelta(days=1), START - timedelta(days=365), START + timedelta(minutes=1)]
    reads = [
        replace(sample_read(number, captured_at=moment), camera_id=camera)
        for number, (moment, camera) in enumerate((moment, camera) for moment in moments for camera in ("b", "a"))
    ]
    keys = [image_key(read, "context") for read in reads]
    folder = keys[0].rpartition("/")[0]
    half = f"{folder}/.{reads[0].read_id}-plate.jpg.{'0' * 32}"
    for key in (*keys, half):
        store.save(key, b"x")
    for other in ("notes.txt", "2026/notes.txt", "2026/11/x/a/b.jpg", "20261/11/20/a/b.jpg", f"{folder}/cat.jpg"):
        store.save(other, b"x")
    assert list(store.keys()) == sorted([*keys, half])
    store.delete([*keys, half, "2026/11/20/a/none.jpg"])
    assert list(store.keys()) == []
    assert store.load("2026/notes.txt") == b"x"


def test_another_store_by_url() -> None:
    store = ImageStore(Settings(images=ImageSettings(url="memory://pictures")))
    store.save("2026/11/20/gate/1-plate.jpg", b"x")
    assert store.load("2026/11/20/gate/1-plate.jpg") == b"x"
    store.delete(["2026/11/20/gate/1-plate.jpg", "2026/11/20/gate/2-plate.jpg"])
    with pytest.raises(InvalidInput):
        store.load("2026/11/20/gate/1-plate.jpg")


def test_an_unknown_protocol_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"images\.url nosuch://x"):
        ImageStore(Settings(images=ImageSettings(url="nosuch://x")))


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "images").write_text("not a folder")
    # It may be mended while a run goes on, so that it is no reason to end one.
    with pytest.raises(TransientError, match=r"correct images\.url"):
        ImageStore(Settings(data_dir=tmp_path)).save("2026/11/20/gate/1-plate.jpg", b"x")


class ExpiredLogin(Exception):
    """As clients of object stores raise them: no OSError."""


@pytest.mark.parametrize(
    "error",
    [
        ExpiredLogin("the token has expired"),
        PermissionError("Access Denied"),
        FileNotFoundError("The specified bucket does not exist"),
        OSError(errno.EROFS, "Read-only file system"),
        TimeoutError("timed out"),
        ValueError("Invalid endpoint"),
    ],
)
def test_whatever_refuses_is_waited_out(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ImageStore(Settings(images=ImageSettings(url="memory://refusing")))

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(type(store._files), "pipe_file", refuse)
    for asked in ("rm_file", "cat_file", "exists", "ls"):
        monkeypatch.setattr(type(store._files), asked, refuse)
    with pytest.raises(TransientError, match=r"memory://refusing: \S"):
        store.save("2026/11/20/gate/1-plate.jpg", b"x")
    if not isinstance(error, FileNotFoundError):
        for ask in (
            lambda: store.delete(["2026/11/20/gate/1-plate.jpg"]),
            lambda: store.load("2026/11/20/gate/1-plate.jpg"),
            lambda: store.has("2026/11/20/gate/1-plate.jpg"),
            lambda: list(store.keys()),
        ):
            with pytest.raises(TransientError, match=r"memory://refusing: \S"):
                ask()


def test_a_full_disk_is_one_clear_error_and_keeps_what_was_there(tmp_path: Path) -> None:
    """On a real file system of 64 kB in a mount namespace of its own; where that is forbidden, on /dev/full."""
    code = """
import sys
from pathlib import Path
from schemas.errors import StorageFull
from schemas.settings import ImageSettings, Settings
from storage.reads.images import ImageStore
store = ImageStore(Settings(images=ImageSettings(url=sys.argv[1])))
store.save("2026/11/20/gate/1-plate.jpg", b"x" * 1000)
try:
    store.save("2026/11/20/gate/2-plate.jpg", b"x" * 200_000)
except StorageFull as error:
    print(error)
assert store.load("2026/11/20/gate/1-plate.jpg") == b"x" * 1000
print(sorted(path.name for path in Path(sys.argv[1]).rglob("*.*")))
"""
    mount = 'mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"'
    namespaces = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    in_small_disk = [*namespaces, "sh", "-c", mount, str(tmp_path)]
    if subprocess.run([*in_small_disk, "true"], capture_output=True, check=False).returncode != 0:
        with pytest.raises(StorageFull, match="no space left"), ImageStore(Settings())._translated():
            Path("/dev/full").write_bytes(b"x")
        return
    argv = [*in_small_disk, sys.executable, "-c", code, str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    result = subprocess.run(argv, capture_output=True, text=True, cwd=REPOSITORY, env=environment, check=False)
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        f"{tmp_path}: no space left for pictures; free some or set images.url",
        "['1-plate.jpg']",
    ]


def test_a_store_that_refuses_is_signed_in_to_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its client keeps the login that it read when it was made."""
    store = ImageStore(Settings(images=ImageSettings(url=f"memory://{tmp_path.name}")))
    before = store._files
    monkeypatch.setattr(store._files, "pipe_file", lambda *_: _refuse())
    for _ in range(2):
        with pytest.raises(TransientError, match="expired"):
            store.save("2026/05/04/gate/1-plate.jpg", b"picture")
        store._opened_at -= images.SIGN_IN_SECONDS
    assert store._files is not before
    # Where not even that can be done, what was wrong first is said, and it goes on with the client that it has.
    kept = store._files
    with monkeypatch.context() as broken:
        broken.setattr(kept, "pipe_file", lambda *_: _refuse())
        broken.setattr(images.fsspec.core, "url_to_fs", lambda *_, **__: 1 / 0)
        with pytest.raises(TransientError, match="expired"):
            store.save("2026/05/04/gate/1-plate.jpg", b"picture")
    assert store._files is kept
    monkeypatch.undo()
    store.save("2026/05/04/gate/1-plate.jpg", b"picture")
    assert store.load("2026/05/04/gate/1-plate.jpg") == b"picture"


def _refuse() -> None:
    raise PermissionError("the token has expired")


def test_a_picture_lies_under_its_day_in_utc_whatever_zone_its_time_is_in() -> None:
    moment = datetime(2026, 11, 21, 8, 30, tzinfo=timezone(timedelta(hours=14)))  # the day before in UTC
    read = sample_read(1, captured_at=moment)
    assert image_key(read, "plate") == f"2026/11/20/gate-1/{read.read_id}-plate.jpg"
    assert image_key(read, "context") == f"2026/11/20/gate-1/{read.read_id}-context.jpg"


def test_a_picture_is_had_from_here_until_it_is_sent_and_one_deleted_on_its_way_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ImageStore(Settings(data_dir=tmp_path, images=ImageSettings(url=f"memory://{tmp_path.name}-waiting")))
    keys = [image_key(sample_read(number), "plate") for number in range(3)]
    store.save(keys[0], b"before")
    for key in keys:
        store.keep(key, b"now")
    assert (store.is_elsewhere, store.waiting(), [store.is_waiting(key) for key in keys]) == (True, 3, [True] * 3)
    assert [store.load(key) for key in keys] == [b"now"] * 3
    assert all(store.has(key) for key in keys)
    assert list(store.keys()) == keys[:1]
    save = store.save

    def deleted_on_its_way(key: str, data: bytes) -> None:
        save(key, data)
        if key == keys[1]:
            store.delete([key])
            save(key, data)  # what was under way arrives after it

    monkeypatch.setattr(store, "save", deleted_on_its_way)
    assert store.send_waiting(threading.Event()) == 3
    assert (store.waiting(), [store.is_waiting(key) for key in keys]) == (0, [False] * 3)
    assert [store.has(key) for key in keys] == [True, False, True]
    assert [store.load(key) for key in keys[::2]] == [b"now"] * 2
    assert sorted(store.keys()) == sorted(keys[::2])
    assert store.send_waiting(threading.Event()) == 0
    stopped = threading.Event()
    stopped.set()
    store.keep(keys[1], b"again")
    assert (store.send_waiting(stopped), store.waiting()) == (0, 1)
    store.delete([keys[1]])
    assert (store.waiting(), store.has(keys[1])) == (0, False)


def test_pictures_that_waited_for_too_long_end_and_what_was_half_written_goes(tmp_path: Path) -> None:
    store = ImageStore(Settings(data_dir=tmp_path, images=ImageSettings(url="memory://never")))
    cutoff = datetime(2026, 11, 20, 12, tzinfo=UTC)
    keys = [image_key(sample_read(number), "plate") for number in range(3)]
    for key, seconds in zip(keys, (-1, 0, 1), strict=True):
        store.keep(key, b"x")
        (path,) = tmp_path.rglob(key.rpartition("/")[2])
        os.utime(path, (cutoff.timestamp() + seconds,) * 2)
    (path.parent / ".half").write_bytes(b"x")
    assert store.waiting() == 3
    assert store.end_waiting(cutoff) == 1
    assert [store.is_waiting(key) for key in keys] == [False, True, True]
    store.discard_unfinished()
    assert not (path.parent / ".half").exists()
    assert store.waiting() == 2
