"""Corrections: beside the reads, gone with them, and written for training."""

from __future__ import annotations

import csv
import json
import tomllib
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from cli.main import app
from matcher.characters.confusion import _build_table
from operations.searches.correcting import correct_read, write_corrections
from policy.decisions import Retention
from recognition.training.calibration.confusion import MATCHER_DATA, main
from recognition.training.reader.corrections import read_corrections
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.reads.images import ImageStore
from storage.retention import enforce_retention
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.operations.audited import LEE, close_audit, only_row
from tests.integration.storage.samples import START, sample_read
from tests.unit.ingest.vendors.messages import jpeg


def test_it_is_written_down_with_what_was_read(database: Database) -> None:
    read = sample_read(0, "VNV4S27")
    Records(database).write([ReadRecord(read)])
    made = correct_read(LEE, database, read.read_id, "vnv-4527", "the picture shows a 5", "va")
    assert (made.plate, made.jurisdiction, made.corrected_by) == ("VNV4527", "US-VA", "lee")
    row = only_row(database, Action.CORRECT_READ)
    assert row.details["read_as"] == "VNV4S27"
    assert row.details["plate"] == "VNV4527"


@pytest.mark.parametrize(
    ("plate", "reason", "fault"),
    [
        ("VNV4S27", "the picture shows it", "nothing to correct"),
        ("VNV 4?27", "the picture shows it", "holds"),
        ("", "the picture shows it", "0 letters"),
        ("ABCDEFGHIJKLM", "the picture shows it", "13 letters"),
        ("VNV4527", "test", "says nothing"),
        ("VNV4527", "26-117", "is a number"),
    ],
)
def test_what_corrects_nothing_is_refused(database: Database, plate: str, reason: str, fault: str) -> None:
    read = sample_read(0, "VNV4S27")
    Records(database).write([ReadRecord(read)])
    with pytest.raises(InvalidInput, match=fault):
        correct_read(LEE, database, read.read_id, plate, reason)
    with database.connection() as connection:
        assert connection.execute("select count(*) from read_corrections").fetchone() == (0,)


def test_nothing_is_corrected_that_is_not_there_or_cannot_be_written_down(database: Database) -> None:
    with pytest.raises(InvalidInput, match="is stored"):
        correct_read(LEE, database, uuid4(), "VNV4527", "the picture shows a 5")
    read = sample_read(0, "VNV4S27")
    Records(database).write([ReadRecord(read)])
    close_audit(database)
    with pytest.raises(Exception, match="closed"):
        correct_read(LEE, database, read.read_id, "VNV4527", "the picture shows a 5")
    with database.connection() as connection:
        assert connection.execute("select count(*) from read_corrections").fetchone() == (0,)


def test_it_ends_with_its_read(database: Database) -> None:
    old, young = sample_read(0, "VNV4S27"), sample_read(1, "VNV4S28", captured_at=START + timedelta(days=9))
    Records(database).write([ReadRecord(old), ReadRecord(young)])
    for read in (old, young):
        correct_read(LEE, database, read.read_id, "QQQ1111", "the picture shows it")
    enforce_retention(
        database, Retention(reads=timedelta(days=5)), delete_images=lambda keys: None, now=START + timedelta(days=10)
    )
    with database.connection() as connection:
        assert connection.execute("select read_id from read_corrections").fetchall() == [(young.read_id,)]


def test_training_reads_what_is_written(database: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    reads = [sample_read(0, "VNV4S27"), sample_read(1, "VNV4S28")]
    Records(database).write([ReadRecord(read) for read in reads])
    ImageStore(settings).save(str(reads[0].plate_image_key), jpeg())
    for read in reads:
        correct_read(LEE, database, read.read_id, "VNV4527", "the picture shows a 5")
    written = write_corrections(LEE, database, settings, tmp_path / "out")
    assert (written.rows, written.without_picture) == (1, 1)
    learned = read_corrections(written.labels)
    assert [(row.text, row.jurisdiction) for row in learned.rows] == [("VNV4527", "US-VA")]
    assert learned.rejected == ()
    with written.labels.open(encoding="utf-8") as stream:
        assert [row["read_as"] for row in csv.DictReader(stream)] == ["VNV4S27"]
    assert audit_entries(database)[0].action is Action.VIEW_CORRECTIONS
    with pytest.raises(InvalidInput, match="is there already"):
        write_corrections(LEE, database, settings, tmp_path / "out")


def test_what_was_misread_is_told_without_plates_and_the_confusion_table_learns_it(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("PLATEWATCH_DATA_DIR", str(settings.data_dir))
    texts = [("VNV4S27", "VNV4527"), ("KPRS001", "KPR5001"), ("BKR220", "BKR2203"), ("SSS1111", "5551111")]
    reads = [sample_read(number, read) for number, (read, _) in enumerate(texts)]
    Records(database).write([ReadRecord(read) for read in reads])
    for read, (_, plate) in zip(reads, texts, strict=True):
        ImageStore(settings).save(str(read.plate_image_key), jpeg())
        correct_read(LEE, database, read.read_id, plate, "the picture shows it")
    result = CliRunner().invoke(app, ["corrections"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "4 corrected reads: 5 as S 5, 3 left out 1" in result.stderr
    told = CliRunner().invoke(app, ["corrections", "--json"]).stdout
    misread = {tuple(json.loads(line)["misread"]) for line in told.splitlines()}
    assert misread == {("5 as S",), ("3 left out",), ("5 as S",) * 3}
    assert not any(text in result.output + told for pair in texts for text in pair)
    assert audit_entries(database)[0].action is Action.VIEW_CORRECTIONS
    written = CliRunner().invoke(app, ["corrections", "--out", str(tmp_path / "out")])
    assert written.exit_code == 0, written.output
    labels, learned = tmp_path / "out" / "labels.csv", tmp_path / "learned.toml"
    assert main(["--corrections", str(labels), "--out", str(learned)]) == 0
    before, after = (tomllib.loads(path.read_text()) for path in (MATCHER_DATA / "confusion.toml", learned))
    # One of them has three characters wrong, which is no reading of it.
    assert after["made"]["corrections_left_out"] == 1
    assert after["shown"]["5"]["S"] > 1.3 * before["shown"]["5"]["S"]
    lowered = [
        (true, shown)
        for true, row in before["shown"].items()
        for shown, chance in row.items()
        if after["shown"][true].get(shown, 0) < chance - 1e-6
    ]
    assert (lowered, after["made"]["corrections"]) == ([], 4)
    # The matcher takes it as it takes its own.
    table, _ = _build_table(learned.read_text())
    assert table["S", "5"] == after["shown"]["5"]["S"]


def test_the_command_writes_them(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    monkeypatch.setenv("PLATEWATCH_DATA_DIR", str(tmp_path / "data"))
    result = CliRunner().invoke(app, ["corrections", "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "0 corrected plates in" in result.stderr
    assert (tmp_path / "out" / "labels.csv").read_text().startswith("image,text,jurisdiction,split,")


def test_a_state_alone_is_corrected_and_the_same_one_is_not(database: Database) -> None:
    read = sample_read(0, "VNV4527")  # read as of Virginia
    Records(database).write([ReadRecord(read)])
    for state in (None, "VA"):
        with pytest.raises(InvalidInput, match="nothing to correct"):
            correct_read(LEE, database, read.read_id, "VNV4527", "the picture shows it", state)
    made = correct_read(LEE, database, read.read_id, "VNV4527", "the picture shows a crab", "MD")
    assert (made.plate, made.jurisdiction) == ("VNV4527", "US-MD")
    (row,) = audit_entries(database)
    assert (row.actor, row.action, row.results) == (LEE, Action.CORRECT_READ, 1)
    assert row.details == {
        "read": str(read.read_id),
        "plate": "VNV4527",
        "state": "US-MD",
        "reason": "the picture shows a crab",
        "read_as": "VNV4527",
    }
    with pytest.raises(InvalidInput, match="nothing to correct"):
        correct_read(LEE, database, read.read_id, "VNV4527", "the picture shows a crab", "MD")
    assert correct_read(LEE, database, read.read_id, "VNV4527", "no crab at all", "VA").jurisdiction == "US-VA"
