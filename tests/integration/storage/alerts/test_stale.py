"""Which open alerts are to be taken back, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alerts.build import build_update
from storage.alerts.stale import StaleKind, stale_alerts
from storage.database import Database
from tests.integration.storage.alerts.stored import as_json, write
from tests.integration.storage.samples import activate
from tests.integration.storage.test_order_and_most import scatter
from tests.unit.alerts.samples import sample_alert, sample_entry

NOW = datetime.now(UTC)


def test_an_alert_is_stale_where_its_entry_is_not_as_it_was_and_of_each_kind_the_reason_is_told(
    database: Database,
) -> None:
    """Only open first alerts since a time, in the order of their writing; an entry of another list is none."""
    plates = [f"ABC{number}111" for number in range(8)]
    entries = [sample_entry(plate)._replace(valid_until=None) for plate in plates]
    activate(database, entries)
    activate(database, [entries[1]._replace(hotlist_id="other")], hotlist_id="other")
    for number, plate in enumerate(plates):
        write(database, sample_alert(number, plate))
    write(
        database,
        build_update(sample_alert(20, plates[1]), updates=sample_alert(1, plates[1]).alert_id, reason="better"),
    )
    edge = NOW + timedelta(hours=1)
    activate(
        database,
        [
            entries[0],
            # 1 is not on its list any more.
            entries[2]._replace(plate="ABC9111"),
            entries[3]._replace(jurisdiction="US-MD"),
            entries[4]._replace(valid_until=edge),
            entries[5]._replace(plate="abc-5111"),
        ],
    )
    with database.connection() as connection:
        connection.execute(
            "update alerts set status = 'closed' where payload -> 'entry' ->> 'plate' = %s", (plates[6],)
        )
        connection.execute("update alerts set created_at = %s", (NOW,))
        connection.execute(
            "update alerts set created_at = %s where payload -> 'entry' ->> 'plate' = %s",
            (NOW - timedelta(hours=1), plates[7]),
        )
        # What went from another list, or another entry from this one, says nothing of when this one went.
        connection.execute(
            "update hotlist_entries set retired_at = %s, last_version = since_version where hotlist_id = 'other'",
            (NOW,),
        )
        gone_at = NOW - timedelta(hours=2)
        connection.execute(
            "update hotlist_entries set retired_at = %s where hotlist_id = 'ncic' and entry_id = %s",
            (gone_at, entries[1].entry_id),
        )
    since = NOW - timedelta(hours=1)
    scatter(database, "alerts", "alert_number", 2, 3)
    found = stale_alerts(database, since, edge - timedelta(seconds=1))
    assert [(one.plate, one.kind) for one in found] == [
        (plates[1], StaleKind.REMOVED),
        (plates[2], StaleKind.PLATE_CHANGED),
        (plates[3], StaleKind.STATE_CHANGED),
    ]
    assert found[0].payload == as_json(sample_alert(1, plates[1]))
    assert found[0].at == gone_at
    expired = [one for one in stale_alerts(database, since, edge) if one.kind is StaleKind.EXPIRED]
    assert [(one.plate, one.at) for one in expired] == [(plates[4], edge)]
    earlier = stale_alerts(database, since - timedelta(seconds=1), NOW)
    assert [one.plate for one in earlier] == [*plates[1:4], plates[7]]
