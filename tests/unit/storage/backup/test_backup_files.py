"""A backup's files and folders: written once, read back as they were, and whole or not taken for one."""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import stat
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError, InvalidInput, StorageFull, TransientError
from schemas.settings import Settings
from services.sealing import SealingKey
from storage.backup import files
from storage.backup.files import hash_of, inside, reading, translated, writing
from storage.backup.folder import BackupFolder, newest_in, opened, read_manifest, write_manifest
from storage.backup.manifest import Manifest, StoredFile, StoredPictures, StoredTable
from storage.backup.pictures import (
    Former,
    PictureCopy,
    damaged_pictures,
    file_of,
    former_of,
    picture_lines,
    restore_pictures,
)
from storage.backup.spools import copy_spools, restore_spools
from storage.reads.images import ImageStore
from storage.spool.sqlite_file import SqliteFile

KEY, OTHER = SealingKey(bytes(range(32))), SealingKey(bytes(32))
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOTHING = "0" * 64


def file_named(name: str, size: int = 0, sha256: str = NOTHING) -> StoredFile:
    return StoredFile(name=name, bytes=size, sha256=sha256)


def manifest(taken_at: datetime = NOON, **fields: object) -> Manifest:
    values: dict[str, object] = {
        **{"taken_at": taken_at, "finished_at": taken_at, "agency_id": "local", "version": "1", "server": 170000},
        **{"migrations": ("0001",), "key_id": None, "tables": (), "sequences": {}, "pictures": None},
    }
    return Manifest.model_validate(values | fields)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("key", [None, KEY])
def test_a_file_comes_back_as_it_was_and_is_known_by_its_bytes(
    tmp_path: Path, key: SealingKey | None, packed: bool
) -> None:
    data, name = bytes(range(256)) * 9000, "a/b" if key is None else "a/b.sealed"
    with writing(tmp_path, name, key, packed=packed) as file:
        file.write(b"")
        file.write(data[:7])
        file.write(data[7:])
    raw = (tmp_path / name).read_bytes()
    assert file.stored == file_named(name, len(raw), hashlib.sha256(raw).hexdigest()) == hash_of(tmp_path, name)
    assert [stat.S_IMODE((tmp_path / one).stat().st_mode) for one in ("a", name)] == [0o700, 0o600]
    pieces = list(reading(tmp_path, name, (OTHER, KEY), packed=packed))
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= files.PIECE_BYTES
    assert (data[:100] in raw, len(raw) < len(data) // 2) == (key is None and not packed, packed)
    with pytest.raises(TransientError, match="the backup cannot be written"), writing(tmp_path, name, key):
        pytest.fail("it is there")
    assert (tmp_path / name).read_bytes() == raw


def test_what_cannot_be_read_is_no_file_of_a_backup(tmp_path: Path) -> None:
    packed = gzip.compress(b"plates " * 1000)
    faults: dict[str, tuple[bytes | None, str]] = {
        "gone": (None, r"gone: cannot be read \(No such file or directory\)"),
        "short": (packed[:-1], "short: is cut off"),
        "other": (packed[:20] + b"\xff\xff\xff" + packed[23:], "other: is damaged"),
        "plain": (b"plates", "plain: is damaged"),
    }
    for name, (data, why) in faults.items():
        if data is not None:
            (tmp_path / name).write_bytes(data)
        with pytest.raises(InvalidInput, match=why):
            list(reading(tmp_path, name, packed=True))
    assert hash_of(tmp_path, "gone") is None


@pytest.mark.parametrize("name", ["", "/etc/passwd", "..", "a/../../b", "a/..", "a\x00b"])
def test_no_name_leads_out_of_a_backup(tmp_path: Path, name: str) -> None:
    for use in (inside, lambda folder, name: list(reading(folder, name)), hash_of):
        with pytest.raises(InvalidInput, match="is no name of a file in a backup"):
            use(tmp_path, name)
    assert inside(tmp_path, "a/..b/c..d") == tmp_path / "a" / "..b" / "c..d"


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StorageFull),
        (errno.EDQUOT, StorageFull),
        (errno.EIO, TransientError),
        (errno.EACCES, TransientError),
    ],
)
def test_a_file_system_s_errors_are_ours_and_name_the_file(number: int, kind: type[Exception], tmp_path: Path) -> None:
    for error, where in (
        (OSError(number, os.strerror(number), "there"), "there"),
        (OSError(number, "x"), str(tmp_path)),
    ):
        with pytest.raises(kind, match=f"^{where}: ") as caught, translated(tmp_path):
            raise error
        assert type(caught.value) is kind


def finished(folder: BackupFolder, moment: datetime, key: SealingKey | None = None) -> Path:
    with folder.making(moment) as backup:
        write_manifest(backup, manifest(moment), key)
    return folder.finished()[-1]


def test_backups_lie_beside_each_other_the_newest_last_and_only_whole_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, synced = tmp_path / "backups", list[list[str]]()
    # A backup has its name once all of it is on the disk.
    monkeypatch.setattr(os, "sync", lambda: synced.append(sorted(one.name for one in path.iterdir())))
    with opened(path) as folder:
        assert folder.finished() == []
        with pytest.raises(InvalidInput, match="no whole backup is there"):
            newest_in(path)
        for moment in (NOON + timedelta(hours=1), NOON, NOON):
            finished(folder, moment)
        sealed = finished(folder, NOON + timedelta(hours=2), KEY)
        names = ["20261120T120000Z", "20261120T120000Z-2", "20261120T130000Z", "20261120T140000Z"]
        assert synced[2] == [".lock", f".unfinished-{names[1]}", names[0], names[2]]
        assert [one.name for one in folder.finished()] == names
        assert newest_in(path) == sealed
        assert newest_in(path / names[0]) == path / names[0]
        (path / "20261120T150000Z").mkdir()  # without a manifest

        def fail() -> None:
            with folder.making(NOON + timedelta(hours=4)) as backup:
                (backup / "half").write_bytes(b"x")
                assert stat.S_IMODE(backup.stat().st_mode) == 0o700
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert sorted(one.name for one in path.iterdir()) == [".lock", *names, "20261120T150000Z"]
        with pytest.raises(ConfigurationError, match="another backup is being made there"), opened(path):
            pytest.fail("it is in use")
        folder.remove(path / names[1])
        assert [one.name for one in folder.finished()] == [names[0], *names[2:]]
        for name in (".unfinished-a", ".unfinished-b"):
            (path / name).mkdir()
        assert (folder.clear(), folder.clear()) == (2, 0)
    (path / ".unfinished-c").mkdir()
    for name in ("lost+found", "purged.json"):
        (path / name).touch()
    with opened(path):
        assert not (path / ".unfinished-c").exists()
    for name in ("a20261120T120000Z", "20261120T120000Z-x", "x.unfinished-"):
        (path / name).touch()
        with pytest.raises(ConfigurationError, match=f"holds other files, like {name}"), opened(path):
            pytest.fail("it holds something else")
        (path / name).unlink()


DAMAGE = (
    ('"rows": 3', '"rows": -3'),
    ('"bytes": 0', '"bytes": -1'),
    (NOTHING, NOTHING[1:]),
    ('"agency_id"', '"agency"'),
    ('"format": 1,', '"format": 1, "more": 1,'),
    ('"reads"', "reads"),
)


def test_a_manifest_says_all_of_a_backup_and_is_whole_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sync", lambda: None)
    tables = [
        StoredTable(table=table, part=part, columns=("a",), rows=rows, file=file_named(f"{table}{part}"))
        for table, part, rows in (("reads", "2026-11-19", 3), ("reads", "2026-11-20", 4), ("audit", None, 5))
    ]
    index = file_named("pictures.jsonl.gz")
    pictures = StoredPictures(index=index, count=1, bytes=2, linked=3, missing=4)
    whole = manifest(tables=tables, pictures=pictures, files=(file_named("data/inbox.gz"),), sequences={"a": 7})
    assert whole.rows == {"reads": 7, "audit": 5}
    assert whole.all_files == (*(one.file for one in tables), file_named("data/inbox.gz"), index)
    assert manifest(tables=tables[2:]).all_files == (tables[2].file,)
    with opened(tmp_path / "backups") as folder:
        for key in (None, KEY):
            with folder.making(NOON) as backup:
                write_manifest(backup, whole, key)
                with pytest.raises(InvalidInput, match="not a whole backup"):
                    read_manifest(backup, (KEY,))
            assert read_manifest(folder.finished()[-1], (KEY,)) == whole
        with pytest.raises(ConfigurationError):
            read_manifest(folder.finished()[-1], (OTHER,))
    text, path = whole.model_dump_json(indent=1), tmp_path / "other"
    path.mkdir()
    newer = "made by a newer Platewatch; update this one"
    faults: list[tuple[str, str, type[Exception], str]] = [
        ('"format": 1', '"format": 12', ConfigurationError, newer),
        *(
            (before, after, InvalidInput, "its manifest is damaged, or of another Platewatch")
            for before, after in DAMAGE
        ),
    ]
    for before, after, kind, why in faults:
        assert before in text
        (path / "manifest.json").write_text(text.replace(before, after))
        with pytest.raises(kind, match=why):
            read_manifest(path, ())
    none = tmp_path / "none"
    with pytest.raises(InvalidInput, match="not a whole backup"):
        read_manifest(none, ())


class Pictures:
    """An image store, and a backup of some of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.images = ImageStore(Settings(data_dir=folder / "data"))
        self.keys = [f"2026/11/20/gate/{name}-plate.jpg" for name in "abcde"]
        for key in self.keys[:4]:
            self.images.save(key, key.encode() * 3)

    def copied(
        self, name: str, wanted: list[str], former: Former | None = None, key: SealingKey | None = None
    ) -> StoredPictures:
        (self.folder / name).mkdir(exist_ok=True)
        return PictureCopy(self.images, self.folder / name, key, former, (KEY,)).copy(iter(wanted))


def _cannot_link(*_: object) -> None:
    raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))


@pytest.mark.parametrize("key", [None, KEY])
def test_pictures_are_copied_once_and_shared_with_the_backup_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: SealingKey | None
) -> None:
    site = Pictures(tmp_path)
    keys, suffix = site.keys, "" if key is None else ".sealed"
    first = site.copied("one", [keys[0], keys[2], keys[3], keys[4]], key=key)
    lines = list(picture_lines(tmp_path / "one", first.index, (KEY,)))
    assert [(one.key, one.missing is None) for one in lines] == list(
        zip([keys[0], *keys[2:]], [True] * 3 + [False], strict=True)
    )
    assert (first.count, first.bytes, first.linked, first.missing) == (3, sum(one.bytes for one in lines), 0, 1)
    assert all(
        hash_of(tmp_path / "one", file_of(one.key, sealed=key is not None))
        == file_named(f"pictures/{one.key}{suffix}", one.bytes, one.sha256)
        for one in lines[:3]
    )
    assert list(damaged_pictures(tmp_path / "one", first, (KEY,))) == []
    # One of them was changed in the backup before, one is gone there, and one that was missing has come.
    (tmp_path / "one" / f"pictures/{keys[2]}{suffix}").write_bytes(b"short")
    (tmp_path / "one" / f"pictures/{keys[3]}{suffix}").unlink()
    assert sorted(damaged_pictures(tmp_path / "one", first, (KEY,))) == [
        f"pictures/{keys[2]}{suffix}: is another file than was written",
        f"pictures/{keys[3]}{suffix}: is not there",
    ]
    site.images.save(keys[4], b"late")
    second = site.copied("two", keys, Former(tmp_path / "one", first.index, suffix), key)
    assert (second.count, second.linked, second.missing) == (5, 1, 0)
    assert list(damaged_pictures(tmp_path / "two", second, (KEY,))) == []
    wrong = second.model_copy(update={"count": 4})
    assert list(damaged_pictures(tmp_path / "two", wrong, (KEY,))) == [
        f"{second.index.name}: names 5 pictures, and the manifest says 4"
    ]
    links = [(tmp_path / "two" / file_of(one, sealed=key is not None)).stat().st_nlink for one in keys]
    assert links == [2, 1, 1, 1, 1]
    # A file system that does not let us share has all of them copied.
    with monkeypatch.context() as patched:
        patched.setattr(os, "link", _cannot_link)
        third = site.copied("three", keys, Former(tmp_path / "two", second.index, suffix), key)
    assert (third.count, third.linked, third.missing) == (5, 0, 0)
    assert list(damaged_pictures(tmp_path / "three", third, (KEY,))) == []
    target = ImageStore(Settings(data_dir=tmp_path / "new"))
    wanted: list[list[str]] = []

    def named(asked: Sequence[str]) -> set[str]:
        wanted.append(list(asked))
        return set(asked[1:3])

    assert restore_pictures(tmp_path / "two", second, (KEY,), target, named) == 2
    assert (wanted, [one for one in keys if target.has(one)]) == ([keys], keys[1:3])
    assert target.load(keys[1]) == keys[1].encode() * 3
    (tmp_path / "index").mkdir()
    with writing(tmp_path / "index", "pictures.jsonl.gz", packed=True) as file:
        file.write(b'{"key": "a"}\n{"ke')
        file.write(b'y": "b"}\n{"kex": 1}\n')
    with pytest.raises(InvalidInput, match="a line of the index is damaged"):
        list(picture_lines(tmp_path / "index", file.stored, ()))


def test_pictures_are_shared_with_a_backup_of_the_same_key_alone(tmp_path: Path) -> None:
    index = file_named("pictures.jsonl.gz")
    pictures = StoredPictures(index=index, count=0, bytes=0, linked=0, missing=0)
    backups = {
        "plain": manifest(pictures=pictures),
        "without": manifest(),
        "sealed": manifest(pictures=pictures, key_id=KEY.key_id),
    }
    for name, told in backups.items():
        (tmp_path / name).mkdir()
        write_manifest(tmp_path / name, told, KEY if name == "sealed" else None)
    shared = {
        (name, key): former_of(tmp_path / name, (KEY,), key)
        for name in (*backups, "none")
        for key in (None, KEY, OTHER)
    }
    assert {place: one for place, one in shared.items() if one is not None} == {
        ("plain", None): Former(tmp_path / "plain", index, ""),
        ("sealed", KEY): Former(tmp_path / "sealed", index, ".sealed"),
    }
    assert former_of(None, (KEY,), None) is None


@pytest.mark.parametrize("key", [None, KEY])
def test_what_waits_beside_the_database_comes_back(tmp_path: Path, key: SealingKey | None) -> None:
    data, backup, back = (tmp_path / name for name in ("data", "backup", "back"))
    with_rows = SqliteFile(data / "inbox" / "messages.sqlite", "create table notes (note text)", 1)
    with_rows.execute("insert into notes values ('waits')")
    for name in ("models/a/reader.onnx", "models/.lock", "models/x-wal", "images/a.jpg", "subscriber.sqlite3x"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(name.encode() * 100)
    seen = SqliteFile(data / "subscriber.sqlite3", "create table seen (number integer)", 1)
    seen.execute("insert into seen values (7)")
    (data / "subscriber" / "seen").mkdir(parents=True)
    (data / "subscriber" / "seen" / "marks").write_bytes(b"7")
    backup.mkdir()
    stored = copy_spools(data, backup, key)
    with_rows.close()
    seen.close()
    end = ".gz" if key is None else ".gz.sealed"
    names = [f"data/inbox/messages.sqlite{end}", f"data/models/a/reader.onnx{end}", f"data/subscriber/seen/marks{end}"]
    names.append(f"data/subscriber.sqlite3{end}")
    assert stored == [hash_of(backup, name) for name in names]
    assert sorted(str(path.relative_to(backup)) for path in backup.rglob("*") if path.is_file()) == sorted(names)
    assert restore_spools(backup, [*stored, file_named("tables/reads")], (KEY,), back) == 4
    assert (back / "subscriber/seen/marks").read_bytes() == b"7"
    assert (back / "models/a/reader.onnx").read_bytes() == b"models/a/reader.onnx" * 100
    file = SqliteFile(back / "subscriber.sqlite3", "", 1)
    assert file.execute("select number from seen").fetchall() == [(7,)]
    file.close()
    file = SqliteFile(back / "inbox" / "messages.sqlite", "", 1)
    assert file.execute("select note from notes").fetchall() == [("waits",)]
    file.close()
    assert stat.S_IMODE((back / "models/a/reader.onnx").stat().st_mode) == 0o600
    for name in ("data/images/a.jpg.gz", "data/inbox/../images/a.gz"):
        with pytest.raises(InvalidInput, match="is nothing that a backup has"):
            restore_spools(backup, [file_named(name)], (), back)
