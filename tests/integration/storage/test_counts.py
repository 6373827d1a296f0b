"""How much there is of something is said as it is: none of it, some, and no more of it than was asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from storage.alerts.outbox import pending
from storage.database import Database
from storage.hotlists.changes import HotlistChanges
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.lists import HotlistStore
from storage.reads.past import PastReads
from storage.sharing.deliveries import Deliveries
from storage.sharing.disseminations import ForeignQuery, note_query
from storage.sharing.questions import asked_lately
from tests.integration.alerts.records import Records
from tests.integration.storage.samples import activate, sample_entry, sample_id, sample_record


def test_entries_of_lists_and_of_their_versions(database: Database) -> None:
    past, changes, store = PastReads(database), HotlistChanges(database), HotlistStore(database)
    assert (past.active_entries(), changes.extent("ncic", 0), store.revision()) == (0, 0, 0)
    first = activate(database, [sample_entry(number) for number in range(4)]).version_id
    other = activate(database, [sample_entry(9, hotlist_id="zone")], hotlist_id="zone").version_id
    second = activate(database, [sample_entry(number) for number in range(1, 6)]).version_id
    assert past.active_entries() == 6
    assert past.count_entries("ncic", 0, second, 100) == 5
    assert past.count_entries("ncic", 0, second, 3) == 3
    assert past.count_entries("ncic", first, second, 100) == 2
    assert past.count_entries("ncic", 0, first, 100) == 3
    assert past.count_entries("zone", 0, second, 100) == 1
    assert changes.entries([second]) == 5
    assert changes.entries([second, other]) == 6
    assert changes.extent("ncic", second) < changes.extent("ncic", first) <= changes.extent("ncic", 0)
    assert changes.extent("ncic", 0) >= 5
    assert store.revision() >= 3


def test_entries_come_by_id_in_parts(database: Database) -> None:
    past = PastReads(database)
    first = activate(database, [sample_entry(number) for number in range(6)]).version_id
    second = activate(database, [sample_entry(number) for number in range(9)]).version_id
    HotlistEdits(database).withdraw([sample_id("ncic", 8)], by="lee", reason="recovered")
    ids = sorted(sample_id("ncic", number) for number in range(8))

    def part(after_version: int, version: int, after: UUID | None, limit: int) -> list[UUID]:
        found = past.entries("ncic", after_version, version, after_entry=after, limit=limit)
        return [one.entry.entry_id for one in found]

    assert part(0, second, None, 100) == ids
    assert part(0, second, None, 3) == ids[:3]
    assert part(0, second, ids[2], 3) == ids[3:6]
    assert part(first, second, None, 100) == sorted(sample_id("ncic", number) for number in (6, 7))
    assert part(0, first, None, 100) == sorted(sample_id("ncic", number) for number in range(6))
    entry = past.entry(ids[0])
    assert entry is not None
    assert entry.entry.entry_id == ids[0]
    assert past.entry(sample_id("ncic", 8)) is None


def test_messages_alerts_and_questions(database: Database) -> None:
    assert pending(database) == 0
    Records(database).write([sample_record(number) for number in range(3)])
    assert pending(database) == 3
    now = datetime.now(UTC)
    with Deliveries.begin(database) as offered:
        assert offered.newest() == 3
        assert [one.alert_number for one in offered.after(1, 10)] == [2, 3]
        assert [one.alert_number for one in offered.after(0, 2)] == [1, 2]
        offered.advance(2)
    with database.transaction() as connection:
        assert asked_lately(connection, "suffolk-pd", now - timedelta(hours=1)) == 0
        for member in ("suffolk-pd", "suffolk-pd", "chesapeake-pd"):
            query = ForeignQuery("suffolk", 1, {"id": member}, "A. Person", "ABC1234", None, None, "allowed", 0)
            note_query(connection, query)
        assert asked_lately(connection, "suffolk-pd", now - timedelta(hours=1)) == 2
        assert asked_lately(connection, "suffolk-pd", now + timedelta(hours=1)) == 0
    with Deliveries.begin(database) as offered:
        assert offered.progress() == 2
