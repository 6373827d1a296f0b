"""Pictures go through a gate: by the alert's id, for its own agency, written down, and nothing but pictures."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from alerts.build import alert_message, build_alert
from operations.board.pictures import PictureKind, alert_picture
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.alerts.numbering import number_alerts
from storage.alerts.unit_of_work import Ledger
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.reads.images import ImageStore, image_key
from tests.integration.operations.audited import close_audit
from tests.integration.operations.board.people import officer
from tests.unit.alerts.samples import AGENCY, sample_entry, sample_hit, sample_read

JPEG = b"\xff\xd8\xff\xe0 a plate"
SCENE = b"\xff\xd8\xff\xe0 a scene"


@pytest.fixture
def images(tmp_path: Path) -> ImageStore:
    return ImageStore(Settings(data_dir=tmp_path))


def stored(database: Database, *, plate_key: str | None = None, embedded: bytes | None = JPEG) -> UUID:
    read, entry = sample_read(), sample_entry()
    alert = build_alert(
        read, sample_hit(read, entry), entry, agency_id=AGENCY, created_at=read.last_seen, plate_picture=embedded
    )
    keys = {"plate_image_key": plate_key, "context_image_key": image_key(read, "context")}
    alert = alert.model_copy(update={"read": alert.read.model_copy(update=keys)})
    with Ledger(database).begin() as unit:
        unit.add_alert(alert_message(alert), alert.hit.hit_id, alert.hit.tier, read.captured_at, "t")
    number_alerts(database)
    return alert.alert_id


def test_the_stores_picture_is_shown_and_the_look_written_down(database: Database, images: ImageStore) -> None:
    images.save(image_key(sample_read(), "plate"), JPEG + b" in full")
    images.save(image_key(sample_read(), "context"), SCENE)
    alert_id = stored(database, plate_key=image_key(sample_read(), "plate"))
    assert alert_picture(officer(), database, images, alert_id, PictureKind.PLATE) == JPEG + b" in full"
    assert alert_picture(officer(), database, images, alert_id, PictureKind.SCENE) == SCENE
    rows = [row for row in audit_entries(database) if row.action == Action.VIEW_ALERT]
    assert [(row.actor.name, row.details["picture"], row.details["alert"]) for row in rows] == [
        ("lee", "scene", 1),
        ("lee", "plate", 1),
    ]


def test_without_the_store_the_plate_that_travels_is_shown(database: Database, images: ImageStore) -> None:
    alert_id = stored(database, plate_key=image_key(sample_read(), "plate"))
    assert alert_picture(officer(), database, images, alert_id, PictureKind.PLATE) == JPEG
    with pytest.raises(InvalidInput, match="there is no picture of the scene"):
        alert_picture(officer(), database, images, alert_id, PictureKind.SCENE)


def test_another_agencys_picture_is_not_there_and_neither_is_an_unknown_one(
    database: Database, images: ImageStore
) -> None:
    alert_id = stored(database)
    said = []
    for actor, wanted in ((officer("joker", "gotham"), alert_id), (officer(), uuid4())):
        with pytest.raises(InvalidInput) as refused:
            alert_picture(actor, database, images, wanted, PictureKind.PLATE)
        said.append(str(refused.value))
    assert said[0] == said[1]


@pytest.mark.parametrize(
    "key", ["../../../secret.jpg", "/etc/passwd", "2026/11/20/../../secret.jpg", "other/plate.jpg", "\x00", ""]
)
def test_a_key_that_is_none_of_the_reads_opens_nothing(
    database: Database, images: ImageStore, tmp_path: Path, key: str
) -> None:
    (tmp_path / "secret.jpg").write_bytes(JPEG + b" of somebody else")
    (tmp_path / "images" / "other").mkdir(parents=True)
    (tmp_path / "images" / "other" / "plate.jpg").write_bytes(JPEG + b" of somebody else")
    alert_id = stored(database, plate_key=key.replace("\x00", "zero") or None)
    assert alert_picture(officer(), database, images, alert_id, PictureKind.PLATE) == JPEG


def test_what_is_no_jpeg_is_not_sent_to_a_browser(database: Database, images: ImageStore) -> None:
    images.save(image_key(sample_read(), "plate"), b"<svg onload=alert(1)>")
    alert_id = stored(database, plate_key=image_key(sample_read(), "plate"))
    with pytest.raises(InvalidInput, match="no picture"):
        alert_picture(officer(), database, images, alert_id, PictureKind.PLATE)


def test_nobody_sees_a_picture_that_cannot_be_written_down(database: Database, images: ImageStore) -> None:
    alert_id = stored(database)
    close_audit(database)
    with pytest.raises(Exception, match="closed"):
        alert_picture(officer(), database, images, alert_id, PictureKind.PLATE)
