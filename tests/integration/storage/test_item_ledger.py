"""Which items are done, and which cannot be used."""

from __future__ import annotations

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
