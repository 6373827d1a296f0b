"""Pictures of every revision of a read end with the read, or when they are too old, and none is left lying about."""

from __future__ import annotations

import dataclasses
import random
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.settings import Settings
from storage.database import Database
from storage.reads.images import ImageStore, image_key
from storage.retention import enforce_retention
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.reads.test_pictures import LAW, kept, keys, keys_of, settings, swept
from tests.integration.storage.samples import START

__all__ = ["settings"]

NOON = START.replace(hour=12, minute=0, second=0)


def revision(settings: Settings, revision: int, *, final: bool = False, after: timedelta = timedelta()) -> ReadRecord:
    """A revision of one read whose pictures are saved."""
    return kept(settings, 1, revision=revision, is_final=final, captured_at=NOON + after)


def end(database: Database, settings: Settings, after: timedelta) -> set[str]:
    enforce_retention(database, LAW, delete_images=ImageStore(settings).delete, now=NOON + LAW.reads + after)
    return keys(settings)


def left(database: Database) -> tuple[int, int, int]:
    with database.connection() as connection:
        row = connection.execute(
            "select (select count(*) from reads), (select count(*) from read_revisions), "
            "(select count(*) from ended_pictures)"
        ).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize("whole_day", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_all_of_them_end_with_the_read(database: Database, settings: Settings, seed: int, *, whole_day: bool) -> None:
    made = [revision(settings, number, after=timedelta(seconds=number)) for number in range(3)]
    # Dated by its arrival at first, hours later than the clock that the finished report goes by.
    made.append(revision(settings, 9, after=timedelta(hours=3)))
    made.append(revision(settings, 0, final=True, after=timedelta(seconds=4)))
    other = kept(settings, 2, captured_at=NOON + timedelta(days=2))
    random.Random(seed).shuffle(made)
    Records(database).write([other])
    for one in made:
        Records(database).write([one])
    assert keys(settings) == keys_of(*made, other)
    assert len(keys_of(*made)) == 10
    after = timedelta(days=1) if whole_day else timedelta(minutes=1)
    assert end(database, settings, after) == keys_of(other)
    assert left(database) == (1, 0, 0)


def test_what_is_too_old_of_a_younger_read_ends_before_it(database: Database, settings: Settings) -> None:
    first = revision(settings, 1)
    bare = dataclasses.replace(first.read, captured_at=NOON + timedelta(minutes=5), revision=2)
    second = ReadRecord(dataclasses.replace(bare, plate_image_key=None, context_image_key=None))
    Records(database).write([first])
    Records(database).write([second])
    assert end(database, settings, timedelta()) == keys_of(first)
    assert end(database, settings, timedelta(minutes=1)) == set()
    assert left(database) == (1, 1, 0)
    with database.connection() as connection:
        shown = connection.execute("select plate_image_key, context_image_key from reads").fetchone()
    assert shown == (None, None)
    assert end(database, settings, timedelta(minutes=6)) == set()
    assert left(database) == (0, 0, 0)


def test_those_of_a_killed_process_are_found_whatever_their_revision(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = [revision(settings, 1), revision(settings, 0, final=True)]
    Records(database).write(stored)
    killed = [revision(settings, 2), revision(settings, 3, final=True), kept(settings, 7, is_final=False)]
    assert swept(database, settings, monkeypatch) == 6
    assert keys(settings) == keys_of(*stored)
    assert not keys_of(*killed) & keys(settings)


def test_half_written_ones_are_found_too(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data_dir=tmp_path)
    one = revision(settings, 3)
    Records(database).write([one])
    whole = tmp_path / "images" / image_key(one.read, "plate")
    whole.with_name(f".{whole.name}.{'0' * 32}").write_bytes(b"pla")
    assert swept(database, settings, monkeypatch) == 1
    assert keys(settings) == keys_of(one)
