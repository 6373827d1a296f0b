"""Which items are done, and which cannot be used."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.database import Database
from storage.item_ledger import ItemLedger, RejectedItem
from tests.integration.storage.samples import START, sample_item


def test_finished_and_rejected_items_are_not_processed_again(database: Database) -> None:
    ledger = ItemLedger(database)
    item, changed = sample_item("a.jpg"), sample_item("a.jpg", fingerprint="2")
    assert not ledger.is_finished(item)
    ItemLedger(database).finish(item)
    assert ledger.is_finished(item)
    assert not ledger.is_finished(changed)
    ledger.reject(changed, "not a picture")
    assert ledger.is_finished(changed)
    (reject,) = ledger.rejects()
    assert (reject.name, reject.reason, reject.captured_at) == ("a.jpg", "not a picture", START)
    ledger.finish(changed)
    assert ledger.rejects() == []


def test_an_undecodable_file_name_is_remembered(database: Database) -> None:
    item = sample_item("pict\udce9.jpg")
    ItemLedger(database).finish(item)
    assert ItemLedger(database).is_finished(item)


def test_a_camera_s_picture_is_its_own_and_tried_again_once_it_is_another(database: Database) -> None:
    ledger = ItemLedger(database)
    item, changed = sample_item("a.jpg"), sample_item("a.jpg", fingerprint="2")
    elsewhere = dataclasses.replace(item, camera_id="gate-1")
    ledger.reject(item, "not a picture")
    assert not ledger.is_finished(changed)
    assert not ledger.is_finished(elsewhere)
    ledger.reject(elsewhere, "cut off")
    ledger.finish(item)
    assert [(reject.camera_id, reject.reason) for reject in ledger.rejects()] == [("gate-1", "cut off")]
    ledger.finish(changed)  # from now on the old content is new again
    assert ledger.is_finished(changed)
    assert not ledger.is_finished(item)
    ledger.reject(dataclasses.replace(elsewhere, fingerprint="2"), "empty")
    assert not ledger.is_finished(elsewhere)


def test_rejected_items_are_listed_from_the_oldest_on(database: Database) -> None:
    ledger = ItemLedger(database)
    for name in ("c.jpg", "a.jpg", "b.jpg"):
        ledger.reject(sample_item(name), "not a picture")
    assert [reject.name for reject in ledger.rejects()] == ["c.jpg", "a.jpg", "b.jpg"]
    ledger.reject(sample_item("c.jpg", fingerprint="2"), "still none")
    assert [reject.name for reject in ledger.rejects()] == ["a.jpg", "b.jpg", "c.jpg"]


def test_what_is_noted_of_an_item_is_its_newest_content_and_of_a_finished_one_no_name(database: Database) -> None:
    ledger, began = ItemLedger(database), datetime.now(UTC)
    item = sample_item("a\x00.jpg", fingerprint="1\x00")
    newer = dataclasses.replace(item, fingerprint="2", captured_at=START + timedelta(days=1))
    others = [dataclasses.replace(newer, **{name: "other"}) for name in ("camera_id", "name", "fingerprint")]  # type: ignore[arg-type]

    def finished() -> list[Any]:
        with database.connection() as connection:
            return connection.execute("select * from finished_items order by name").fetchall()

    for one, reason in ((item, "no picture\x00"), (newer, "cut\x00off")):
        ledger.reject(one, reason)
        (found,) = ledger.rejects()
        fingerprint = one.fingerprint.replace("\x00", "\\x00")
        text = reason.replace("\x00", "\\x00")
        assert found == RejectedItem("gate-0", "a\\x00.jpg", fingerprint, one.captured_at, text, found.rejected_at)
        assert began < found.rejected_at
        began = found.rejected_at
    assert [ledger.is_rejected(one) for one in (newer, item, *others)] == [True] + [False] * 4
    assert [ledger.is_finished(one) for one in (newer, item, *others)] == [True] + [False] * 4
    assert finished() == []
    ledger.finish(item)
    ledger.finish(others[1])
    assert not ledger.is_rejected(newer)
    row, other = sorted(finished(), key=lambda one: str(one[2]))
    digest = "sha256:" + hashlib.sha256(b"a\\x00.jpg").hexdigest()
    assert row[:4] == ("gate-0", digest, "1\\x00", START)
    ledger.finish(newer)
    (again,) = (one for one in finished() if one[1] == digest)
    assert again[:4] == ("gate-0", digest, "2", newer.captured_at)
    assert row[4] < again[4]
    assert other in finished()
