"""Pictures end with their reads, and those that no read names end too, whoever was killed when."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from pipeline.counters import Counters
from pipeline.recording import pictures as recording
from pipeline.recording.pictures import PictureKeeper
from policy.decisions import Retention
from schemas.arrivals import Arrival, Pictures
from schemas.errors import TransientError
from schemas.settings import ImageSettings, Settings
from storage.database import Database
from storage.reads import pictures
from storage.reads.images import ImageStore
from storage.reads.pictures import StrayPictures
from storage.retention import enforce_retention
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.pipeline.test_arrivals import Noted
from tests.integration.storage.samples import START, sample_id, sample_read

LAW = Retention(reads=timedelta(days=21))


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["local", "memory"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = None if request.param == "local" else f"memory://{uuid4().hex}/pictures"
    return Settings(data_dir=tmp_path, images=ImageSettings(url=url))


def kept(settings: Settings, number: int, **changes: object) -> ReadRecord:
    """A read whose pictures are saved, as the recorder does it, and that is not committed yet."""
    bare = dataclasses.replace(sample_read(number, f"AAA{number:04}"), plate_image_key=None, context_image_key=None)
    read = dataclasses.replace(bare, **changes)  # type: ignore[arg-type]
    receipt = Noted(None)  # type: ignore[arg-type]
    arrival = Arrival(read, Pictures(b"plate", b"context"), receipt)
    record = ReadRecord(PictureKeeper(settings, Counters()).keep(arrival))
    ImageStore(settings).send_waiting(threading.Event())
    return record


def keys(settings: Settings) -> set[str]:
    return set(ImageStore(settings).keys())


def keys_of(*records: ReadRecord) -> set[str]:
    return {str(key) for one in records for key in (one.read.plate_image_key, one.read.context_image_key)}


def swept(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, wait: float = 601.0) -> int:
    """Go through the whole store, wait, and do so again."""
    monkeypatch.setitem(pictures._SQL, "server_seconds", b"select 100000.0::double precision")
    clock = Clock()
    strays = StrayPictures(database, ImageStore(settings), LAW.reads, clock)
    while strays._walk is not None or not clock.now > 1000.0:
        removed, _ = strays.sweep()
        assert removed == 0
        if strays._walk is None:
            break
    clock.now += wait
    return sum(strays.sweep()[0] for _ in range(20))


def test_pictures_that_no_read_names_go_after_a_while_and_all_others_stay(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "KEYS_AT_ONCE", 3)
    records = [kept(settings, number) for number in range(5)]
    killed = [kept(settings, number) for number in range(10, 14)]
    Records(database).write(records)
    store = ImageStore(settings)
    store.save("readme/2026/notes.jpg", b"somebody's own")
    store.save("2026/11/20/gate/notes.jpg", b"somebody's own")
    assert swept(database, settings, monkeypatch, wait=599.0) == 0
    assert keys(settings) == keys_of(*records, *killed)
    assert swept(database, settings, monkeypatch) == 8
    assert keys(settings) == keys_of(*records)
    assert store.load("readme/2026/notes.jpg") == store.load("2026/11/20/gate/notes.jpg") == b"somebody's own"


def test_in_a_store_that_machines_share_a_picture_may_be_there_long_before_its_read(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pictures._SQL, "server_seconds", b"select 9000000.0::double precision")
    now = datetime.now(UTC)
    newer = kept(settings, 1, captured_at=now - timedelta(days=2))
    older = kept(settings, 2, captured_at=now - timedelta(days=12))
    clock = Clock()
    strays = StrayPictures(database, ImageStore(settings), LAW.reads, clock, is_shared=True)

    def swept_after(seconds: float) -> int:
        clock.now += seconds
        return sum(strays.sweep()[0] for _ in range(5))

    assert swept_after(0.0) == swept_after(3600.0) == 0
    assert keys(settings) == keys_of(newer, older)
    # A broker that is away for days: what is younger than half of the law's time waits for its read all the same.
    assert swept_after(86_400.0) == 2
    assert keys(settings) == keys_of(newer)
    assert swept_after(5 * 86_400.0) == 0


def test_a_picture_that_was_not_written_to_its_end_goes_too(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=tmp_path)
    (record,) = [kept(settings, 1)]
    Records(database).write([record])
    whole = tmp_path / "images" / str(record.read.plate_image_key)
    half = whole.with_name(f".{whole.name}.{uuid4().hex}")
    half.write_bytes(b"pla")
    assert swept(database, settings, monkeypatch) == 1
    assert (half.exists(), whole.exists()) == (False, True)


def test_a_picture_whose_read_is_committed_within_the_grace_stays(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pictures._SQL, "server_seconds", b"select 100000.0::double precision")
    clock = Clock()
    strays = StrayPictures(database, ImageStore(settings), LAW.reads, clock)
    record = kept(settings, 1)
    strays.sweep()
    Records(database).write([record])
    clock.now += 5000
    assert strays.sweep()[0] == 0
    assert keys(settings) == keys_of(record)


def test_a_database_that_was_away_gives_every_writer_its_grace_again(database: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    clock = Clock()
    strays = StrayPictures(database, ImageStore(settings), timedelta(days=10_000), clock)
    kept(settings, 1)
    strays.sweep()
    clock.now += 1e6
    with database.connection() as connection:
        row = connection.execute("select extract(epoch from now() - pg_postmaster_start_time())").fetchone()
    assert row is not None
    # The server of these tests may run for longer than the grace: whatever it is, its start is asked.
    strays._grace = float(row[0]) + 1000
    assert strays.sweep()[0] == 0
    assert len(keys(settings)) == 2


def test_a_commit_that_took_long_saves_its_pictures_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = PictureKeeper(settings, Counters())
    slow, fast = (sample_read(number) for number in (1, 2))
    reads = [keeper.keep(Arrival(read, Pictures(b"plate", b"context"), Noted(None))) for read in (slow, fast)]  # type: ignore[arg-type]
    store = ImageStore(settings)
    store.send_waiting(threading.Event())
    store.delete(keys(settings))
    keeper.confirm(reads[1:])
    assert (keys(settings), store.waiting()) == (set(), 0)
    monkeypatch.setattr(recording, "LATE_SECONDS", 0.0)
    keeper.confirm(reads)
    # The recorder waits for no store on another machine here either.
    assert store.waiting() == (2 if store.is_elsewhere else 0)
    store.send_waiting(threading.Event())
    assert keys(settings) == keys_of(ReadRecord(reads[0]))


def test_a_store_that_does_not_answer_keeps_no_row_and_its_pictures_go_later(
    database: Database, settings: Settings
) -> None:
    old, young = kept(settings, 1), kept(settings, 60 * 24 * 20)
    Records(database).write([old, young])
    now = START + timedelta(days=22)

    def refuse(keys: Sequence[str]) -> None:
        raise TransientError("the image store does not answer")

    with pytest.raises(TransientError):
        enforce_retention(database, LAW, delete_images=refuse, now=now)
    with database.connection() as connection:
        assert connection.execute("select count(*) from reads").fetchone() == (1,)
    assert keys(settings) == keys_of(old, young)
    outcome = enforce_retention(database, LAW, delete_images=ImageStore(settings).delete, now=now)
    assert (outcome.reads, outcome.pictures) == (0, 2)
    assert keys(settings) == keys_of(young)


@pytest.mark.parametrize("age", [timedelta(days=21, minutes=1), timedelta(days=23)])
def test_a_kill_after_the_rows_ended_loses_no_picture_out_of_sight(
    database: Database, settings: Settings, age: timedelta
) -> None:
    now = datetime.now(UTC).replace(hour=12)
    old = kept(settings, 1, captured_at=now - age)
    Records(database).write([old])

    class Killed(BaseException):
        pass

    def killed(keys: Sequence[str]) -> None:
        ImageStore(settings).delete(keys[:1])
        raise Killed

    with pytest.raises(Killed):
        enforce_retention(database, LAW, delete_images=killed, now=now)
    assert len(keys(settings)) == 1
    enforce_retention(database, LAW, delete_images=ImageStore(settings).delete, now=now)
    assert keys(settings) == set()


def test_a_read_that_came_again_keeps_its_pictures(database: Database, settings: Settings) -> None:
    read = kept(settings, 1)
    Records(database).write([read])
    with database.connection() as connection:
        connection.execute("insert into ended_pictures values (%s)", [read.read.plate_image_key])
    enforce_retention(database, LAW, delete_images=ImageStore(settings).delete, now=START + timedelta(days=1))
    assert keys(settings) == keys_of(read)
    with database.connection() as connection:
        assert connection.execute("select count(*) from ended_pictures").fetchone() == (0,)


def test_without_context_pictures_only_the_plates_end(database: Database, settings: Settings) -> None:
    read = kept(settings, 1)
    ImageStore(settings).delete([str(read.read.context_image_key)])
    bare = dataclasses.replace(read, read=dataclasses.replace(read.read, context_image_key=None))
    Records(database).write([bare])
    deleted: list[str] = []
    now = START + timedelta(days=22)
    assert enforce_retention(database, LAW, delete_images=deleted.extend, now=now).pictures == 1
    assert deleted == [read.read.plate_image_key]


class Folder:
    """A store that has these pictures, and says which were deleted."""

    def __init__(self, *keys: str) -> None:
        self.there = list(keys)
        self.deleted: list[str] = []

    def keys(self) -> Iterator[str]:
        yield from self.there

    def delete(self, keys: Sequence[str]) -> None:
        self.deleted += keys


MINUTE, HOUR, ONE_DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("reads", "is_shared", "grace"),
    [
        (MINUTE, False, 30.0),
        (2 * MINUTE, False, 30.0),
        (3 * MINUTE, False, 45.0),
        (40 * MINUTE, False, 600.0),
        (21 * ONE_DAY, False, 600.0),
        (40 * MINUTE, True, 1200.0),
        (1 * MINUTE, True, 30.0),
        (ONE_DAY, True, 43_200.0),
        (21 * ONE_DAY, True, 86_400.0),
    ],
)
def test_a_picture_that_no_read_names_goes_once_its_grace_is_over_and_not_before(
    database: Database, monkeypatch: pytest.MonkeyPatch, reads: timedelta, is_shared: bool, grace: float
) -> None:
    monkeypatch.setitem(pictures._SQL, "server_seconds", b"select 9000000.0::double precision")
    clock, store = Clock(), Folder(f"2026/01/01/gate/{uuid4()}-plate.jpg")
    strays = StrayPictures(database, store, reads, clock, is_shared=is_shared)  # type: ignore[arg-type]
    assert strays.sweep() == (0, True)
    clock.now += grace - 0.01
    assert [strays.sweep()[0] for _ in range(3)] == [0, 0, 0]
    clock.now += 0.01
    assert [strays.sweep()[0] for _ in range(2)] == [1, 0]
    assert store.deleted == store.there


def test_what_is_suspected_is_forgotten_where_somebody_did_not_answer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pictures._SQL, "server_seconds", b"select 9000000.0::double precision")
    clock, store = Clock(), Folder(f"2026/01/01/gate/{uuid4()}-plate.jpg")
    strays = StrayPictures(database, store, 21 * ONE_DAY, clock)  # type: ignore[arg-type]
    strays.sweep()
    clock.now += 599
    strays.forget()
    strays.sweep()
    clock.now += 599
    assert strays.sweep()[0] == 0
    # A server that has not been up for as long may not have heard of it yet.
    monkeypatch.setitem(pictures._SQL, "server_seconds", b"select 599.0::double precision")
    clock.now += 1
    assert (strays.sweep()[0], store.deleted) == (0, [])


@pytest.mark.parametrize(
    ("reads", "days", "is_young"),
    [
        *((22 * ONE_DAY, 10, True), (22 * ONE_DAY, 11, True), (22 * ONE_DAY, 13, False)),
        # Where reads end within two days, a day says too little.
        *((2 * ONE_DAY, 0, True), (2 * ONE_DAY, 1, True), (2 * ONE_DAY, 3, False), (47 * HOUR, 0, False)),
    ],
)
def test_in_a_shared_store_a_picture_of_a_younger_day_is_not_even_suspected(
    database: Database, monkeypatch: pytest.MonkeyPatch, reads: timedelta, days: int, is_young: bool
) -> None:
    monkeypatch.setitem(pictures._SQL, "server_seconds", b"select 9000000.0::double precision")
    day = datetime.now(UTC) - timedelta(days=days)
    clock, store = Clock(), Folder(f"{day:%Y/%m/%d}/gate/{uuid4()}-plate.jpg", f"2026/13/41/gate/{uuid4()}-plate.jpg")
    strays = StrayPictures(database, store, reads, clock, is_shared=True)  # type: ignore[arg-type]
    strays.sweep()
    clock.now += 86_400
    strays.sweep()
    assert sorted(store.deleted) == sorted(store.there[1 if is_young else 0 :])


def test_keys_are_named_by_reads_their_revisions_and_what_is_preserved(database: Database) -> None:
    def key(number: int, kind: str) -> str:
        return f"2026/11/20/gate/{sample_id('read', number)}-{kind}.jpg"

    stored = dataclasses.replace(sample_read(1), plate_image_key=key(1, "plate"), context_image_key=key(1, "context"))
    Records(database).write([ReadRecord(stored)])
    with database.connection() as connection:
        connection.execute(
            "insert into read_revisions (read_id, is_final, revision, captured_at, content)"
            " values (%s, false, 1, now(),"
            " jsonb_build_object('plate_image_key', %s::text, 'context_image_key', %s::text))",
            [sample_id("read", 2), key(2, "plate"), key(2, "context")],
        )
        connection.execute(
            "with request as (insert into preservations"
            " (asked_by, form, case_number, reason, law, entered_by, until_at)"
            " values ('x', 'x', '7', 'x', 'x', 'lee', '2030-01-01') returning preservation_id)"
            " insert into preserved_reads select preservation_id, %s, now(), '{}', '[]', '[]', %s from request",
            [sample_id("read", 3), [key(3, "plate"), key(3, "context")]],
        )
    named = {key(number, kind) for number in (1, 2, 3) for kind in ("plate", "context")}
    others = {key(1, "other"), key(4, "plate"), key(1, "plate").replace("11/20", "11/21"), "readme.txt"}
    assert pictures.named_keys(database, sorted(named | others)) == named
    assert pictures.named_keys(database, [key(2, "context")]) == {key(2, "context")}
    assert pictures.named_keys(database, []) == set()
