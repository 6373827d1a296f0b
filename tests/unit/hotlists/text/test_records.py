"""From a row with named columns to an entry."""

from __future__ import annotations

from datetime import UTC, datetime

from schemas.types import RejectedRow
from tests.unit.hotlists.list_samples import (
    entries,
    read,
    rows,
)


def test_the_sources_own_id_and_a_begin_are_taken() -> None:
    (entry,) = entries("csv", "LIC,NIC,Effective Date,Expires\nABC123,V123456789,2026-01-01,2026-06-30\n")
    assert entry.source_entry_id == "V123456789"
    assert (entry.valid_from, entry.valid_until) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))


def test_an_entry_that_ends_before_it_begins_is_rejected() -> None:
    (bad,) = rows("csv", "plate,valid_from,expires\nABC123,2026-07-01,2026-06-01\n")
    assert isinstance(bad, RejectedRow)
    assert bad.reason == "the entry ends before it begins"


def test_the_headers_meaning_is_part_of_what_entries_depend_on() -> None:
    def context(header: str) -> str:
        text = f"{header}\nABC123,DEF456\n".encode()
        return read("csv", text).context

    assert context("plate,tag") == context("plate,tag")
    assert len({context("plate,tag"), context("tag,plate"), context("plate,note")}) == 3
