"""Which items are done, and which cannot be used."""

from __future__ import annotations

import dataclasses

from storage.database import Database
from storage.item_ledger import ItemLedger
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
