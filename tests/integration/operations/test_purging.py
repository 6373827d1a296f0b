"""What ended is gone from every file of the data directory: table, index, log of changes, statistics, pictures."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hotlists.feeds.uploads import Uploads
from ingest.inbox_place import INBOX_FILE
from operations.audit.exporting import export_audit
from operations.audit.sealing import seal_audit
from operations.audit.verifying import verify_audit
from operations.proving import check_proof
from operations.purging import PurgeOutcome, purge
from pipeline.counters import Counters
from pipeline.ingesting.ending import InboxEnd
from pipeline.recording.pictures import PictureKeeper
from pipeline.upkeep import UpkeepStage
from schemas.actor import Actor, SignIn
from schemas.arrivals import Arrival, Pictures
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import DatabaseSettings, Settings
from schemas.types import PlateRead, SourceItem
from services.remains import Sought, search_files
from storage.audit.reader import audit_entries
from storage.audit.writer import write_audit
from storage.backup.journal import read_journal
from storage.database import Database, open_database
from storage.item_ledger import ItemLedger
from storage.quarantine.quarantine import Quarantine
from storage.reads.search import ReadSearch
from storage.spool.messages import Message
from storage.spool.spool import Spool
from tests.integration.alerts.records import Records, outbox_of
from tests.integration.pipeline.test_arrivals import Noted
from tests.integration.storage.samples import sample_read, sample_record

WITHOUT_PLATES = (
    *("audit_checkpoints", "audit_retention", "audit_seals", "audit_segments", "audit_unsealed"),
    *("historical_progress", "hotlist_revision", "schema_migrations", "stops"),
)
LEE = Actor("lee", SignIn.LOCAL_USER, "desk", "local")
OLD = timedelta(days=21, hours=3)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    quick = DatabaseSettings(server_settings={"fsync": "off", "shared_buffers": "16MB"})
    return Settings(data_dir=tmp_path / "data", database=quick)


@pytest.fixture
def own(settings: Settings) -> Iterator[Database]:
    """A database of its own in a data directory of its own: all of its files are looked through."""
    with open_database(settings) as database:
        yield database


def record(database: Database, settings: Settings, number: int, plate: str, age: timedelta) -> tuple[PlateRead, bytes]:
    """Store a read with pictures, a hit, and an alert that is sent or refused, as a run does."""
    made = sample_record(number, plate)
    moment = datetime.now(UTC) - age
    bare = dataclasses.replace(
        sample_read(number, plate, captured_at=moment), plate_image_key=None, context_image_key=None
    )
    picture = np.random.default_rng(number).bytes(4000)
    receipt: Any = Noted(database)
    kept = PictureKeeper(settings, Counters()).keep(Arrival(bare, Pictures(picture, picture[::-1]), receipt))
    Records(database).write([dataclasses.replace(made, read=kept)])
    return kept, picture


def fill(database: Database, settings: Settings) -> tuple[set[str], list[bytes], set[str]]:
    """Store a lot that ends and some that stays; return plates and pictures that end, and plates that stay."""
    ending, pictures = set(), []
    for number in range(24):
        plate = f"QXZ{number + 4100}"
        _, picture = record(database, settings, number, plate, OLD if number % 2 else timedelta(days=24))
        ending.add(plate)
        pictures.append(picture)
    staying = {f"WKJ{number + 5100}" for number in range(8)}
    for number, plate in enumerate(sorted(staying), start=100):
        record(database, settings, number, plate, timedelta(hours=5))
    with outbox_of(database) as outbox:
        rows = outbox.take(100)
        outbox.mark_sent([row.outbox_id for row in rows[10:]])
        for row in rows[:5]:
            outbox.dead_letter(row.outbox_id, "too large")
    old = datetime.now(UTC) - OLD
    ledger = ItemLedger(database)
    ledger.finish(SourceItem("gate", "QXZ4101_front.jpg", "1", old, is_still=True))
    ledger.reject(SourceItem("gate", "QXZ4102_front.jpg", "1", old, is_still=True), "QXZ4102_front.jpg: is damaged")
    with database.as_owner() as connection:
        connection.execute("analyze")
        connection.execute("checkpoint")  # so that statistics hold the commonest plates
    return ending, pictures, staying


def places(folder: Path, texts: set[str], pictures: list[bytes]) -> set[str]:
    """Return the files that hold one of some texts in some encoding or a part of a picture: the plain way."""
    wanted = [text.encode(code) for text in sorted(texts)[:6] for code in ("utf-8", "utf-16-le", "utf-16-be")]
    wanted += [picture[2000:2060] for picture in pictures[:3]]
    found = set()
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if any(one in data for one in wanted):
                found.add(str(path.relative_to(folder)))
    return found


def test_after_a_purge_no_file_of_the_data_directory_holds_what_ended(own: Database, settings: Settings) -> None:
    ending, pictures, staying = fill(own, settings)
    before = places(settings.data_dir, ending, pictures)
    assert any("pg_wal" in path for path in before)
    assert any("base" in path for path in before)
    assert any(path.startswith("images/") for path in before)
    outcome = purge(LEE, own, settings, prove=True)
    assert (outcome.ended.reads, outcome.ended.hits, outcome.ended.alerts) == (24, 24, 24)
    assert outcome.ended.pictures == 48
    assert outcome.left == ()
    # Every table is written anew but those that hold no plate, and days of reads of which none went.
    with own.connection() as connection:
        tables = connection.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
            " and not (relispartition and relname like 'reads_2%') order by relname"
        ).fetchall()
    assert [name for name in outcome.rewritten if not name.startswith("reads_2")] == [
        name for (name,) in tables if name not in WITHOUT_PLATES
    ]
    assert outcome.sought is not None
    assert outcome.sought.texts == ending
    assert outcome.searched is not None
    assert outcome.searched.found == {}
    assert outcome.searched.unread == []
    assert outcome.searched.files > 300
    assert places(settings.data_dir, ending, pictures) == set()
    # What stays is whole.
    assert {read.plate for read in ReadSearch(own).find("WKJ*")} == staying
    assert places(settings.data_dir, staying, []) != set()
    assert [entry.action for entry in audit_entries(own)] == ["purge"]


def test_nothing_is_left_of_a_table_that_is_empty_now(own: Database, settings: Settings) -> None:
    """ANALYZE leaves the commonest values of a table as they were when the last of its rows are gone."""
    plates = {f"QXZ{number + 4100}" for number in range(12)}
    for number, plate in enumerate(sorted(plates)):
        record(own, settings, number, plate, OLD)
    with own.as_owner() as connection:
        connection.execute("analyze")
        connection.execute("checkpoint")
    assert places(settings.data_dir / "postgres" / "data" / "base", plates, []) != set()
    purge(LEE, own, settings)
    assert places(settings.data_dir, plates, []) == set()
    # The next rows have statistics again.
    record(own, settings, 100, "WKJ5100", timedelta(hours=5))
    with own.as_owner() as connection:
        connection.execute("analyze")
        known = connection.execute("select count(*) from pg_stats where tablename = 'plate_dictionary'").fetchone()
    assert known is not None
    assert known[0] > 0


def test_what_is_left_anywhere_is_found(own: Database, settings: Settings) -> None:
    record(own, settings, 1, "QXZ4101", OLD)
    forgotten = settings.data_dir / "core.4711"
    forgotten.write_bytes(b"\0" * 8_388_600 + "qxz4101".encode("utf-16-be") + b"\0")  # across two chunks
    outcome = purge(LEE, own, settings, prove=True)
    assert outcome.searched is not None
    assert set(outcome.searched.found) == {forgotten}


def test_a_plate_that_is_kept_for_another_reason_is_not_looked_for(own: Database, settings: Settings) -> None:
    record(own, settings, 1, "QXZ4101", OLD)
    record(own, settings, 2, "QXZ4101", timedelta(hours=1))
    outcome = purge(LEE, own, settings, prove=True)
    assert (outcome.held, outcome.sought and outcome.sought.texts) == (1, frozenset())
    assert [read.plate for read in ReadSearch(own).find("QXZ4101")] == ["QXZ4101"]


def test_a_table_in_use_is_named(own: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("operations.purging.LOCK_SECONDS", 0.1)
    record(own, settings, 1, "QXZ4101", timedelta(hours=1))
    with own.transaction() as connection:
        connection.execute("select * from hits")
        outcome: PurgeOutcome = purge(LEE, own, settings)
    assert outcome.left == ("hits",)
    assert "alerts" in outcome.rewritten
    # A backup that comes back later ends these reads again.
    journal = read_journal(settings.data_dir / "purged.json")
    assert journal.written_at - journal.reads_before == timedelta(days=21)


@pytest.mark.parametrize("code", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["QXZ4101", "xxQXZ4101yy", "qxz4101"])
def test_texts_are_found_in_every_encoding(tmp_path: Path, code: str, text: str) -> None:
    (tmp_path / "a").write_bytes(b"\x01\xff" + text.encode(code) + b"\xff")
    (tmp_path / "b").write_bytes(b"QXZ410 1QXZ4 Q\0X\0Z\0" * 50)
    searched = search_files([tmp_path], Sought.of(["QXZ4101", "AB1", "ÄÖ12345"], []))
    assert set(searched.found) == {tmp_path / "a"}
    assert (searched.files, searched.unread) == (2, [])


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_pictures_are_found_as_they_are_and_in_the_text_of_an_alert(tmp_path: Path, shift: int) -> None:
    picture = np.random.default_rng(1).bytes(3000 + shift)
    (tmp_path / "plain").write_bytes(b"x" * 100 + picture)
    (tmp_path / "alert").write_text(json.dumps({"picture": base64.b64encode(picture).decode()}))
    (tmp_path / "other").write_bytes(np.random.default_rng(2).bytes(3000))
    searched = search_files([tmp_path], Sought.of([], [picture]))
    assert set(searched.found) == {tmp_path / "plain", tmp_path / "alert"}


def test_a_run_takes_the_bytes_out_of_small_tables_by_itself(own: Database, settings: Settings) -> None:
    read, picture = record(own, settings, 1, "QXZ4101", timedelta(days=24))
    record(own, settings, 2, "QXZ4102", timedelta(hours=1))
    quarantined(own, "QXZ4103", timedelta(days=24))
    (settings.data_dir / "retention-enforced").touch()
    os.utime(settings.data_dir / "retention-enforced", (0, 0))
    stage = UpkeepStage(settings, own)
    assert places(settings.data_dir, {read.plate}, [picture]) != set()
    stage.step(threading.Event())
    assert places(settings.data_dir, {read.plate, "QXZ4103"}, [picture]) == set()
    assert places(settings.data_dir, {"QXZ4102"}, []) != set()


def quarantined(database: Database, plate: str, age: timedelta) -> None:
    body = json.dumps({"data_type": "alpr_new", "results": [{"plate": plate, "matches_template": 0}]}).encode()
    Quarantine(database).add(Message("gate", datetime.now(UTC) - age, body), "rekor", "no version")


def waiting(settings: Settings, plate: str, age: timedelta) -> None:
    body = f"<EventNotificationAlert><licensePlate>{plate}</licensePlate></EventNotificationAlert>".encode()
    with Spool(settings.data_dir / INBOX_FILE) as spool:
        spool.add([Message("gate", datetime.now(UTC) - age, body)])


def test_messages_of_other_readers_end_as_reads_do_with_their_bytes(own: Database, settings: Settings) -> None:
    ending, staying = {"QXZ4101", "QXZ4102"}, {"WKJ5100", "WKJ5101"}
    for add, old, young in (
        (lambda *one: quarantined(own, *one), "QXZ4101", "WKJ5100"),
        (lambda *one: waiting(settings, *one), "QXZ4102", "WKJ5101"),
    ):
        add(old, OLD)
        add(young, timedelta(hours=5))
    with own.as_owner() as connection:
        connection.execute("checkpoint")
    # Plates of reads that end, too, and that stand in messages that stay: not looked for.
    for number, plate in enumerate(sorted(staying)):
        record(own, settings, number, plate, OLD)
    before = places(settings.data_dir, ending, [])
    assert any(path.startswith("inbox/") for path in before)
    assert any(path.startswith("postgres/") for path in before)
    outcome = purge(LEE, own, settings, prove=True)
    assert (outcome.ended.messages, outcome.waited) == (1, 1)
    assert outcome.sought is not None
    assert (outcome.sought.texts, outcome.held) == (ending, 2)
    assert outcome.searched is not None
    assert outcome.searched.found == {}
    assert places(settings.data_dir, ending, []) == set()
    # What is young stays whole, in both places.
    assert next(one.body for one in Quarantine(own).newest(5)).count(b"WKJ5100") == 1
    with Spool(settings.data_dir / INBOX_FILE) as spool:
        assert [b"WKJ5101" in one.message.body for one in spool.take(0, 5)] == [True]
    assert places(settings.data_dir, staying, []) != set()


def test_the_server_alone_ends_what_nobody_processes_for_too_long(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    waiting(settings, "QXZ4101", OLD)
    waiting(settings, "WKJ5100", timedelta(hours=5))
    ending = InboxEnd(settings)
    assert (ending.look(), ending.look()) == (1, 0)
    assert "start platewatch run" in caplog.text
    assert "QXZ4101" not in caplog.text
    assert places(settings.data_dir, {"QXZ4101"}, []) == set()
    with Spool(settings.data_dir / INBOX_FILE) as spool:
        assert len(spool.take(0, 5)) == 1


def test_a_proof_is_signed_names_no_plate_and_tells_whether_it_was_changed(own: Database, settings: Settings) -> None:
    record(own, settings, 1, "QXZ4101", OLD)
    write_audit(own, AuditRecord(LEE, Action.BACK_UP, {"folder": "/mnt/backup"}))
    outcome = purge(LEE, own, settings, prove=True)
    assert outcome.proof is not None
    proof = check_proof(settings, outcome.proof)
    assert (proof["outcome"]["reads"], proof["outcome"]["searched"]["found"]) == (1, {})
    assert "2.2-5517" in proof["law"]
    assert [one["folder"] for one in proof["backups_that_reach_further"]] == ["/mnt/backup"]
    text = outcome.proof.read_text()
    assert "QXZ4101" not in text
    for changed in (text.replace('\\"reads\\":1', '\\"reads\\":7'), text.replace("proof of purge", "purge"), "{}"):
        assert changed != text
        outcome.proof.write_text(changed)
        with pytest.raises(InvalidInput):
            check_proof(settings, outcome.proof)
    elsewhere = settings.model_copy(update={"data_dir": settings.data_dir / "other"})
    outcome.proof.write_text(text)
    with pytest.raises(InvalidInput, match="not known here"):
        check_proof(elsewhere, outcome.proof)


def test_what_the_audit_named_is_gone_with_its_rows_and_the_chain_still_holds(
    own: Database, settings: Settings
) -> None:
    """Rows of a search two years ago: their seals say neither plate nor person."""
    for number in range(3):
        write_audit(own, AuditRecord(LEE, Action.SEARCH, {"pattern": f"QXZ{number + 4101}"}, "stolen vehicle", "26-7"))
    with own.as_owner() as connection:
        connection.execute("alter table audit disable trigger audit_is_append_only")
        connection.execute("update audit set happened_at = now() - interval '731 days'")
        connection.execute("alter table audit enable trigger audit_is_append_only")
    seal_audit(own, settings)
    ending = {"QXZ4101", "QXZ4102", "QXZ4103"}
    assert places(settings.data_dir, ending, []) != set()
    purge(LEE, own, settings)
    assert places(settings.data_dir, ending, []) == set()
    found = verify_audit(LEE, own, settings)
    assert (found.problems, found.ended) == ([], 3)


def test_an_export_that_lies_in_the_data_directory_is_found(own: Database, settings: Settings) -> None:
    record(own, settings, 1, "QXZ4101", OLD)
    write_audit(own, AuditRecord(LEE, Action.SEARCH, {"pattern": "QXZ4101"}, "stolen vehicle", "26-7"))
    made = export_audit(LEE, own, settings, settings.data_dir / "export", "audit of the county")
    with own.as_owner() as connection:
        connection.execute("delete from audit")
    outcome = purge(LEE, own, settings, prove=True)
    assert outcome.searched is not None
    assert {path.parent for path in outcome.searched.found} == {made.folder}


def returned(database: Database, plate: str, age: timedelta, payload: str = "") -> None:
    with database.connection() as connection:
        connection.execute(
            "insert into returned_dispositions "
            "(disposition_id, agency_id, agreement_id, hotlist_id, plate, payload, noted_at, settled_at) "
            "values (gen_random_uuid(), 'suffolk-pd', 'one', 'stolen', %s, %s, %s, %s)",
            [plate, payload, datetime.now(UTC) - age, None if payload else datetime.now(UTC)],
        )


def refused(database: Database, plate: str, age: timedelta) -> None:
    body = json.dumps({"disposition": {"plate": plate}}).encode()
    with database.connection() as connection:
        connection.execute(
            "insert into refused_dispositions "
            "(agreement_id, member_id, member_name, topic, reason, body, digest, received_at) "
            "values ('one', 'suffolk-pd', 'Suffolk', 'topic', 'no entry of ours', %s, %s, %s)",
            [body, body, datetime.now(UTC) - age],
        )


def test_what_goes_to_and_comes_from_other_agencies_is_looked_for_when_it_ends(
    own: Database, settings: Settings
) -> None:
    refused(own, "QXZ4101", OLD)
    returned(own, "QXZ 4102", OLD)
    returned(own, "QXZ4103", OLD, json.dumps({"plate_seen": "QXZ4104"}))
    refused(own, "WKJ5100", timedelta(hours=5))
    # Its read ends while what was refused still names it; the log says of the third plate that nothing was sent.
    record(own, settings, 1, "WKJ5100", OLD)
    ending = {"QXZ4101", "QXZ 4102", "QXZ4104"}
    with own.as_owner() as connection:
        connection.execute("checkpoint")
    assert places(settings.data_dir, ending, []) != set()
    outcome = purge(LEE, own, settings, prove=True)
    assert outcome.sought is not None
    assert (outcome.sought.texts, outcome.held) == ({"QXZ4101", "QXZ4102", "QXZ4104"}, 2)
    assert outcome.searched is not None
    assert outcome.searched.found == {}
    assert places(settings.data_dir, ending, []) == set()
    assert places(settings.data_dir, {"WKJ5100"}, []) != set()
    assert places(settings.data_dir, {"QXZ4103"}, []) != set()


def test_a_list_that_was_sent_keeps_its_plates_until_it_is_too_old(own: Database, settings: Settings) -> None:
    for number in range(2):
        record(own, settings, number, f"QXZ{number + 4101}", OLD)
    uploads = Uploads(settings.data_dir)
    with uploads.receiving("stolen.csv", 10_000) as incoming:
        incoming.write(b"plate,state\nqxz4101,VA\n")
        incoming.finish(sent_by="lee", layout="csv")
    left = settings.data_dir / "upload-killed"
    left.mkdir()
    (left / "stolen.csv").write_text("plate\nQXZ4102\n")
    outcome = purge(LEE, own, settings, prove=True)
    assert outcome.sought is not None
    assert (outcome.sought.texts, outcome.held) == (frozenset(), 2)
    # Three weeks later nobody has imported the one, and nobody ever will the other.
    (upload,) = uploads.all()
    old = upload.note.model_copy(update={"sent_at": datetime.now(UTC) - OLD})
    (upload.path.parent / "upload.json").write_text(old.model_dump_json())
    os.utime(left, (0, 0))
    for number in range(2):
        record(own, settings, number + 10, f"QXZ{number + 4101}", OLD)
    outcome = purge(LEE, own, settings, prove=True)
    assert outcome.searched is not None
    assert (outcome.held, outcome.searched.found) == (0, {})
    assert uploads.all() == []
    assert not left.exists()
