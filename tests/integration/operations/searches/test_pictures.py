"""Pictures beside reads, and files of reads: what is shown, what is not, and what the audit says."""

from __future__ import annotations

import csv
import dataclasses
import io
from pathlib import Path

import pytest

from operations.reasons import Why
from operations.searches import exporting
from operations.searches.correcting import correct_read
from operations.searches.exporting import export_reads
from operations.searches.finding import find_look_alikes, find_reads
from operations.searches.passes import find_passes
from operations.searches.query import ReadQuery
from operations.searches.reading import show_read
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.export_forms import ExportForm
from schemas.settings import Settings
from schemas.types import PlateRead
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from storage.reads.images import ImageStore, image_key
from tests.integration.operations.audited import LEE
from tests.integration.operations.searches.test_finding import store
from tests.integration.storage.samples import sample_read

LARGEST_PLATE = 256 << 10

WHY = Why("stolen vehicle, seen at Main Street", "26-117")
JPEG = b"\xff\xd8\xff\xe0 a plate"


def pictured(settings: Settings, number: int, plate: bytes | None = JPEG, scene: bytes | None = JPEG) -> PlateRead:
    """A read whose pictures are in the store."""
    read, images = sample_read(number), ImageStore(settings)
    keys = {"plate_image_key": image_key(read, "plate"), "context_image_key": image_key(read, "context")}
    for key, data in zip(keys.values(), (plate, scene), strict=True):
        if data is not None:
            images.save(key, data)
    return dataclasses.replace(read, **keys)  # type: ignore[arg-type]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


def test_pictures_are_those_of_the_reads_that_are_shown(database: Database, settings: Settings) -> None:
    good = pictured(settings, 1)
    others = dataclasses.replace(sample_read(2), plate_image_key=good.plate_image_key)
    outside = dataclasses.replace(sample_read(3), plate_image_key="../../../etc/passwd")
    page = pictured(settings, 4, plate=b"<html>")
    huge = pictured(settings, 5, plate=JPEG + bytes(LARGEST_PLATE))
    gone = pictured(settings, 6, plate=None)
    store(database, good, others, outside, page, huge, gone)
    found = find_reads(LEE, database, settings, ReadQuery("VNV4527"), WHY, pictures=True)
    assert len(found.reads) == 6
    assert found.pictures == {good.read_id: JPEG}
    assert audit_entries(database, AuditFilter(), limit=1)[0].details["pictures"] is True
    assert find_reads(LEE, database, settings, ReadQuery("VNV4527"), WHY).pictures == {}
    assert "pictures" not in audit_entries(database, AuditFilter(), limit=1)[0].details
    assert find_look_alikes(LEE, database, settings, ReadQuery("VNV4527"), WHY, pictures=True).pictures == {
        good.read_id: JPEG
    }
    assert find_passes(LEE, database, settings, "VNV4527", WHY, pictures=True).pictures == {good.read_id: JPEG}


def test_a_read_is_shown_with_what_stands_beside_it(database: Database, settings: Settings) -> None:
    read = pictured(settings, 1)
    store(database, read)
    correct_read(LEE, database, read.read_id, "VNV4S27", "the picture shows an S")
    shown = show_read(LEE, database, settings, read.read_id, WHY)
    assert (shown.pictures.plate, shown.pictures.scene) == (JPEG, JPEG)
    assert shown.revisions.shown.plate == "VNV4527"
    assert shown.correction is not None
    assert shown.correction.plate == "VNV4S27"
    row = audit_entries(database, AuditFilter(), limit=1)[0]
    assert (row.action, row.details["pictures"], row.purpose) == (Action.VIEW_REVISIONS, True, WHY.purpose)
    with pytest.raises(InvalidInput, match="the purpose is missing"):
        show_read(LEE, database, settings, read.read_id, Why(None, "26-117"))


@pytest.mark.parametrize("form", list(ExportForm))
def test_a_file_has_all_reads_or_none(
    database: Database, settings: Settings, form: ExportForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_EXPORTED", 2)
    store(database, sample_read(1), sample_read(2))
    export = export_reads(LEE, database, settings, ReadQuery("VNV4527", limit=1), WHY, form)
    assert export.reads == 2
    assert export.text.count("VNV4527") >= 2
    assert audit_entries(database, AuditFilter(), limit=1)[0].action is Action.EXPORT
    if form is ExportForm.CSV:
        assert len(list(csv.reader(io.StringIO(export.text)))) == 3
    with pytest.raises(InvalidInput, match="nothing to write"):
        export_reads(LEE, database, settings, ReadQuery("BKR2203"), WHY, form)
    store(database, sample_read(3))
    with pytest.raises(InvalidInput, match="more than 2 reads fit"):
        export_reads(LEE, database, settings, ReadQuery("VNV4527"), WHY, form)
