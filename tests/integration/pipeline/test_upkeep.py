"""Retention in a run: often enough that nothing gets older than the law allows, be it three weeks or three minutes."""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import pipeline.upkeep
import storage.reads.pictures
from ingest.inbox_place import INBOX_FILE
from ingest.server.car_reads import batch_message
from pipeline.upkeep import UpkeepStage, pause_for
from policy.decisions import law_alone
from policy.loading import profiles
from schemas.errors import ConfigurationError
from schemas.settings import PolicySettings, RetentionSettings, Settings
from schemas.types import SourceItem
from storage.alerts.raised import AlertLog
from storage.database import Database
from storage.item_ledger import ItemLedger
from storage.reads.images import ImageStore, image_key
from storage.reads.records import ensure_days
from storage.reads.search import ReadSearch
from storage.retention import enforce_retention
from storage.spool.spool import Spool
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import sample_read, sample_record

LAW = law_alone("new-hampshire").retention


def of(folder: Path, profile: str) -> Settings:
    return Settings(data_dir=folder, policy=PolicySettings(profile=profile))


def read_at(number: int, moment: datetime, plate: str) -> ReadRecord:
    return ReadRecord(sample_read(number, plate, captured_at=moment))


def rows(database: Database, table: str) -> int:
    with database.connection() as connection:
        row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("name", profiles())
def test_between_two_enforcements_nothing_gets_too_old(name: str) -> None:
    reads = law_alone(name).retention.reads
    # What is kept at one enforcement is younger than the limit by a pause, and the next one comes a pause later.
    assert timedelta(0) < pause_for(reads) <= min(timedelta(hours=1), reads / 20)


def test_reads_of_three_minutes_end_with_their_pictures_and_plates(database: Database, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    ages = {"OLD0001": 181, "OLD0002": 172, "NEW0003": 160}
    records = [read_at(number, now - timedelta(seconds=age), plate) for number, (plate, age) in enumerate(ages.items())]
    Records(database).write(records)
    settings = of(tmp_path, "new-hampshire")
    images = ImageStore(settings)
    for record in records:
        images.save(str(record.read.plate_image_key), b"jpeg")
    UpkeepStage(settings, database).step(threading.Event())
    assert rows(database, "reads") == 3  # a new installation waits for its first pause: nine seconds
    moment = time.time() - 10
    os.utime(tmp_path / "retention-enforced", (moment, moment))
    UpkeepStage(settings, database).step(threading.Event())
    search = ReadSearch(database)
    # 172 s are no three minutes yet, but would be before the next time.
    assert [read.plate for read in search.find("*0003")] == ["NEW0003"]
    assert search.find("OLD*") == []
    assert rows(database, "plate_dictionary") == 1
    assert len(list((tmp_path / "images").rglob("*.jpg"))) == 1
    assert (tmp_path / "retention-enforced").stat().st_mtime > moment + 9


def test_virginia_ends_a_read_before_it_is_three_weeks_old(database: Database, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    Records(database).write(
        [
            read_at(1, now - timedelta(days=21) + timedelta(minutes=50), "OLD0001"),
            read_at(2, now - timedelta(days=21) + timedelta(minutes=70), "NEW0002"),
        ]
    )
    settings = of(tmp_path, "virginia")
    UpkeepStage(settings, database)
    moment = time.time() - 3601
    os.utime(tmp_path / "retention-enforced", (moment, moment))
    UpkeepStage(settings, database).step(threading.Event())
    assert rows(database, "reads") == 1
    assert [read.plate for read in ReadSearch(database).find("NEW*")] == ["NEW0002"]


def test_hits_and_alerts_end_with_a_read_of_three_minutes(database: Database) -> None:
    record = sample_record(1)
    Records(database).write([record])
    captured = record.read.captured_at
    enforce_retention(database, LAW, delete_images=lambda _: None, now=captured + timedelta(seconds=179))
    assert (rows(database, "hits"), len(AlertLog(database).latest(10))) == (1, 1)
    outcome = enforce_retention(database, LAW, delete_images=lambda _: None, now=captured + timedelta(seconds=181))
    assert (outcome.reads, outcome.hits, outcome.alerts) == (1, 1, 1)
    assert [rows(database, table) for table in ("reads", "hits", "alerts", "outbox", "plate_dictionary")] == [0] * 5


def test_a_read_that_is_written_meanwhile_keeps_its_plate(database: Database) -> None:
    now = datetime.now(UTC)
    Records(database).write([read_at(1, now - timedelta(minutes=10), "VNV4527")])
    # Ten minutes ago may be yesterday, whose partition is another one.
    ensure_days(database, [now.date(), (now + timedelta(minutes=10)).date()])
    ended = threading.Thread(target=enforce_retention, args=(database, LAW), kwargs={"delete_images": lambda _: None})
    with database.transaction() as connection:
        # What a writer's transaction does: the read first, then its plate, whose row it holds until the end.
        connection.execute("create temporary table copied on commit drop as select * from reads")
        connection.execute("update copied set read_id = gen_random_uuid(), captured_at = now()")
        connection.execute("insert into reads select * from copied")
        connection.execute(
            "insert into plate_dictionary select canonical, last_captured from plate_dictionary"
            " on conflict (canonical) do update set last_captured = excluded.last_captured"
            " where plate_dictionary.last_captured < excluded.last_captured"
        )
        ended.start()
        ended.join(0.5)
        assert ended.is_alive()
    ended.join(20)
    assert [read.captured_at > now - timedelta(minutes=1) for read in ReadSearch(database).find("VNV*")] == [True]
    assert rows(database, "plate_dictionary") == 1


def test_a_retention_beyond_the_law_stops_the_run(database: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, retention=RetentionSettings(reads_days=30))
    with pytest.raises(ConfigurationError, match=r"30 days are longer than the 21 days of Code of Virginia 2\.2-5517"):
        UpkeepStage(settings, database)


@pytest.mark.parametrize("days", [1, 1500])
def test_a_time_of_a_clock_that_ran_ahead_does_not_suspend_retention(
    database: Database, tmp_path: Path, days: int
) -> None:
    now = datetime.now(UTC)
    Records(database).write([read_at(1, now - timedelta(days=22), "OLD0001")])
    ahead = time.time() + days * 86_400
    (tmp_path / "retention-enforced").touch()
    os.utime(tmp_path / "retention-enforced", (ahead, ahead))
    stage = UpkeepStage(of(tmp_path, "virginia"), database)
    stage.step(threading.Event())
    assert rows(database, "reads") == 0
    assert abs((tmp_path / "retention-enforced").stat().st_mtime - time.time()) < 60
    # And when the clock is set back while it runs.
    Records(database).write([read_at(2, now - timedelta(days=22), "OLD0002")])
    assert stage.step(threading.Event()) > 0
    assert rows(database, "reads") == 1
    stage._last = ahead
    stage.step(threading.Event())
    assert rows(database, "reads") == 0


def test_the_legal_maximum_is_twenty_one_days_and_a_longer_setting_is_refused(
    database: Database, tmp_path: Path
) -> None:
    assert law_alone("virginia").retention.reads == timedelta(days=21)
    assert law_alone("virginia").retention.topic_days == 21.0
    assert law_alone("new-hampshire").retention.topic_days == pytest.approx(3 / 1440)
    for days in (21, 22):
        settings = Settings(data_dir=tmp_path, retention=RetentionSettings(reads_days=days))
        if days == 21:
            UpkeepStage(settings, database)
        else:
            with pytest.raises(ConfigurationError, match="22 days are longer than the 21 days"):
                UpkeepStage(settings, database)


def test_a_plate_whose_reads_come_out_of_order_is_found_until_its_newest_ends(database: Database) -> None:
    now = datetime.now(UTC)
    virginia = law_alone("virginia").retention
    for number, days in enumerate((3, 19, 11)):  # the newest first, the oldest after it
        Records(database).write([read_at(number, now - timedelta(days=days), "VNV4527")])
    for later, left in ((1, 3), (4, 2), (12, 1), (17, 1), (20, 0)):
        enforce_retention(database, virginia, delete_images=lambda _: None, now=now + timedelta(days=later))
        assert len(ReadSearch(database).find("VNV*")) == left, later


def test_a_file_that_could_not_be_used_loses_its_name_with_the_law_and_is_not_tried_again(database: Database) -> None:
    ledger = ItemLedger(database)
    now = datetime.now(UTC)
    item = SourceItem("gate", "VNV4527_0042.jpg", "12-34", now, is_still=True)
    ledger.reject(item, "gate/VNV4527_0042.jpg: is a damaged JPEG picture")
    done = dataclasses.replace(item, name="RGT8810_0043.jpg")
    ledger.finish(done)
    for seconds, left in ((170, 1), (190, 0)):
        enforce_retention(database, LAW, delete_images=lambda _: None, now=now + timedelta(seconds=seconds))
        assert len(ledger.rejects()) == left
    assert ledger.is_finished(item)
    assert ledger.is_finished(done)
    assert not ledger.is_finished(dataclasses.replace(item, fingerprint="12-35"))
    with database.connection() as connection:
        names = connection.execute("select name from finished_items").fetchall()
    assert all(name.startswith("sha256:") for (name,) in names)
    assert len(names) == 2


def test_a_picture_of_a_car_stays_while_reads_of_cars_wait(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LEAST_GRACE", "LONGEST_GRACE"):
        monkeypatch.setattr(storage.reads.pictures, name, timedelta())
    monkeypatch.setattr(pipeline.upkeep, "SWEEP_SECONDS", 0.0)
    settings = of(tmp_path, "virginia")
    images, key = ImageStore(settings), image_key(sample_read(1, "ABC1234"), "plate")
    images.save(key, b"jpeg")
    stage, stop = UpkeepStage(settings, database), threading.Event()
    with Spool(tmp_path / INBOX_FILE) as inbox:
        inbox.add([batch_message("unit-12", datetime.now(UTC), [b"{}"])])
        for _ in range(10):
            stage.step(stop)
        assert images.has(key)
        inbox.discard([one.number for one in inbox.take(0, 10)])
    for _ in range(10):
        stage.step(stop)
    # Nothing waits, and no read names it.
    assert not images.has(key)
