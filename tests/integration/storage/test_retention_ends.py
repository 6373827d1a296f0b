"""What is older than its limit ends, what is exactly as old stays, and what has no limit is left alone: every table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from policy.decisions import Retention
from storage.database import Connection, Database
from storage.retention import enforce_retention
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.rows_of_versions import fill, id_of
from tests.integration.storage.samples import sample_id, sample_read

RETENTION = Retention(
    reads=timedelta(days=30), audit=timedelta(days=1000), findings=timedelta(days=400), stops=timedelta(days=500)
)
NOW = datetime.combine(datetime.now(UTC).date(), time(12), UTC)


@dataclass(frozen=True, slots=True)
class End:
    """The column that a table's rows age by, how old they get, and which of the three are left."""

    column: str
    age: timedelta
    left: tuple[str, ...] = ("at", "after")


READS, AUDIT, FINDINGS = RETENTION.reads, RETENTION.audit, RETENTION.findings
ALL = ("before", "at", "after")
ENDS = {
    "reads": End("captured_at", READS),
    "read_revisions": End("captured_at", READS),
    "read_corrections": End("captured_at", READS),
    "read_offers": End("captured_at", READS),
    "shared_reads": End("captured_at", READS),
    "plate_dictionary": End("last_captured", READS),
    "hits": End("captured_at", READS),
    "alerts": End("captured_at", READS),
    # With their alerts; the column only tells them apart.
    "alert_chains": End("opened_at", READS),
    "alert_changes": End("changed_at", READS),
    "dispositions": End("happened_at", READS),
    "outbox": End("created_at", READS),
    "dead_letters": End("created_at", READS),
    "deliveries": End("planned_at", READS),
    "analyses": End("requested_at", AUDIT),
    "analysis_results": End("captured_at", READS),
    "saved_searches": End("ends_at", timedelta(), ("after",)),
    # What a request keeps ends with it; the request itself is kept.
    "preservations": End("until_at", timedelta(), ALL),
    "preserved_reads": End("captured_at", timedelta(), ("after",)),
    "source_rejects": End("captured_at", READS),
    "quarantined_messages": End("received_at", READS),
    "camera_pictures": End("taken_at", READS),
    "refused_dispositions": End("received_at", READS),
    "returned_dispositions": End("noted_at", READS),
    "car_answers": End("received_at", READS),
    "car_notes": End("received_at", FINDINGS),
    "car_sign_ons": End("expires_at", FINDINGS),
    "foreign_dispositions": End("received_at", FINDINGS),
    "alert_findings": End("found_at", FINDINGS),
    "stops": End("stopped_on", RETENTION.stops),
    "alarms": End("cleared_at", AUDIT),
    "audit": End("happened_at", AUDIT),
    "disseminations": End("happened_at", AUDIT, ("at", "after", "new")),
    "hotlist_entries": End("retired_at", READS),
    # Rejected rows end with their version's time; the version is kept.
    "hotlist_versions": End("activated_at", READS, ALL),
    "hotlist_rejects": End("line", READS),
}
ALONE = {
    "source_rejects": End("rejected_at", READS),
    "quarantined_messages": End("quarantined_at", READS),
    "stops": End("recorded_at", RETENTION.stops),
    "read_revisions": End("captured_at", READS),
    "analysis_results": End("captured_at", READS),
    "deliveries": End("planned_at", READS),
    "returned_dispositions": End("noted_at", READS),
    "preserved_reads": End("captured_at", READS, ALL),
    "read_corrections": End("captured_at", READS, ALL),
}
"""What rows age by, too, though all else about them is young; a correction stays with a read that somebody keeps."""
LEFT_ALONE = {
    *("added_cameras", "agreement_versions", "agreements", "alert_routing", "alert_rules", "alert_storms"),
    *("api_tokens", "asked_questions", "audit_checkpoints", "audit_retention", "audit_seals", "audit_segments"),
    *("audit_unsealed", "camera_hours", "camera_states", "car_list_editions", "cars", "disposition_offsets"),
    *("held_messages", "historical_progress", "hotlist_feeds", "hotlist_holds", "hotlist_revision"),
    *("hotlist_withdrawals", "hotlists", "passkeys", "people", "schema_migrations", "sessions", "shared_lists"),
    *("sharing_progress", "sign_in_failures", "sign_in_links", "sign_in_questions"),
}
"""These have their own ends, or none."""


def _filled(connection: Connection) -> None:
    """Add three worlds: rows of every table."""
    connection.execute("select ensure_reads_partition(%s)", [(NOW - READS).date()])
    for number in (1, 2, 3):
        fill(connection, number)
        connection.execute(
            "update dead_letters set alert_id = %s where alert_id = %s",
            [id_of("alert", number), id_of("letter", number)],
        )
    connection.execute("update hotlist_entries set last_version = since_version")
    connection.execute("update hotlists set active_version = null")
    connection.execute("update car_sign_ons set granted_at = '2000-01-01'")


def _dated(connection: Connection, table: str, end: End) -> dict[Any, str]:
    """Have a table's rows be a tick too old, as old as can be, and a tick younger; return which time is which."""
    (kind,) = connection.execute(
        "select data_type from information_schema.columns where table_name = %s and column_name = %s",
        [table, end.column],
    ).fetchone() or ("",)
    limit, tick = NOW - end.age, timedelta(microseconds=1)
    times: list[Any] = [limit - tick, limit, limit + tick]
    if kind == "date":
        times = [limit.date() + timedelta(days=days) for days in (-1, 0, 1)]
    elif kind == "integer":
        times = [1, 2, 3]
    elif end.column == "recorded_at":  # counts by the day
        day = datetime.combine(limit.date(), time(), UTC)
        times = [day - tick, day, day + tick]
    order = "track_number" if table == "reads" else "tableoid, ctid"
    rows = connection.execute(f"select tableoid, ctid::text from {table} order by {order}".encode()).fetchall()
    assert len(rows) == 3, table
    connection.execute(f"alter table {table} disable trigger user".encode())
    change = f"update {table} set {end.column} = %s where tableoid = %s and ctid = %s::tid".encode()
    for moment, (part, place) in zip(times, rows, strict=True):
        connection.execute(change, [moment, part, place])
    connection.execute(f"alter table {table} enable trigger user".encode())
    return dict(zip(times, ALL, strict=True))


def _numbers(connection: Connection) -> dict[str, int]:
    """How many rows each table has; what is a part of another counts there."""
    tables = connection.execute(
        "select relname from pg_class where relnamespace = current_schema()::regnamespace"
        " and relkind in ('r', 'p') and not relispartition"
    ).fetchall()
    return {
        name: (connection.execute(f"select count(*) from {name}".encode()).fetchone() or (0,))[0] for (name,) in tables
    }


@pytest.mark.parametrize("ends", [ENDS, ALONE], ids=["with all about them", "alone"])
def test_what_is_older_than_its_limit_ends_and_what_is_as_old_stays(database: Database, ends: dict[str, End]) -> None:
    with database.as_owner() as connection:
        _filled(connection)
        worlds = {table: _dated(connection, table, end) for table, end in ends.items()}
        before = _numbers(connection)
    assert before.keys() == ENDS.keys() | LEFT_ALONE | {"finished_items", "ended_pictures"}
    enforce_retention(database, RETENTION, delete_images=lambda _: None, now=NOW)
    with database.connection() as connection:
        left = {
            table: tuple(
                worlds[table].get(moment, "new")
                for (moment,) in connection.execute(f"select {end.column} from {table} order by 1".encode())
            )
            for table, end in ends.items()
        }
        after = _numbers(connection)
    assert left == {table: end.left for table, end in ends.items()}
    untouched = before.keys() - ends.keys() - {"finished_items", "ended_pictures", "disseminations"}
    assert {table: after[table] for table in untouched} == {table: before[table] for table in untouched}
    # A file that could not be used is known by its digest from now on; the pictures were deleted.
    assert (after["finished_items"], after["ended_pictures"]) == (before["finished_items"] + 1, 0)


def _read(age: timedelta, kind: str = "read") -> dict[str, Any]:
    return {"agreement_id": "agreement-1", "release": Jsonb({"kind": kind, "captured_at": str(NOW - age)})}


TICK = timedelta(microseconds=1)
MESSAGES: dict[str, tuple[dict[str, Any], bool]] = {
    "of an alert that ends": ({"alert_id": id_of("alert", 1)}, False),
    "of an alert that stays": ({"alert_id": id_of("alert", 2)}, True),
    "of what was said of an alert that ends": ({"alert_id": id_of("said", 1)}, False),
    "of what was said of an alert that stays": ({"alert_id": id_of("said", 2)}, True),
    "of an old read": (_read(READS + TICK), False),
    "of a read that is as old as can be": (_read(READS), True),
    "of something else of an old read": (_read(READS + TICK, "alert"), True),
    "of an alarm, waiting": ({}, True),
    "of an alarm, sent long ago": ({"sent_at": NOW - AUDIT - TICK}, False),
    "of an alarm, sent as long ago as can be": ({"sent_at": NOW - AUDIT}, True),
    "of an alert that stays, sent long ago": ({"alert_id": id_of("alert", 2), "sent_at": NOW - AUDIT - TICK}, True),
}
"""Messages, and whether they stay."""


def test_messages_end_with_what_they_are_about_wherever_they_lie(database: Database) -> None:
    columns = {"alert_id": None, "sent_at": None, "agreement_id": None, "release": None}
    with database.as_owner() as connection:
        _filled(connection)
        for table in ("outbox", "dead_letters"):
            connection.execute(f"delete from {table}".encode())
        connection.execute(
            "update alerts set captured_at = %s where alert_id = %s", [NOW - READS - TICK, id_of("alert", 1)]
        )
        for number, (name, (values, _)) in enumerate(MESSAGES.items()):
            row = columns | {"alert_id": id_of("none", number)} | values | {"name": name}
            connection.execute(
                "with message as ("
                "  insert into outbox (alert_id, topic, key, headers, payload, sent_at, agreement_id, release)"
                "  values (%(alert_id)s, %(name)s, %(name)s, '[]', '', %(sent_at)s, %(agreement_id)s, %(release)s)"
                "  returning *"
                ") insert into dead_letters (outbox_id, alert_id, topic, key, headers, payload, created_at, reason)"
                " select outbox_id, alert_id, topic, key, headers, payload, created_at, 'too large' from message"
                " where sent_at is null",
                row,
            )
    enforce_retention(database, RETENTION, delete_images=lambda _: None, now=NOW)
    with database.connection() as connection:
        left, letters = (
            {name for (name,) in connection.execute(f"select key from {table}".encode())}
            for table in ("outbox", "dead_letters")
        )
    assert left == {name for name, (_, stays) in MESSAGES.items() if stays}
    assert letters == {name for name, (values, stays) in MESSAGES.items() if stays and "sent_at" not in values}


def _revision(
    connection: Connection, read_id: UUID, number: int, captured_at: datetime, plate: str | None, context: str | None
) -> None:
    content = Jsonb({"plate_image_key": plate, "context_image_key": context})
    connection.execute(
        "insert into read_revisions (read_id, is_final, revision, captured_at, content) values (%s, false, %s, %s, %s)",
        [read_id, number, captured_at, content],
    )


def _stored(database: Database, number: int, captured_at: datetime, plate: str | None, context: str | None) -> UUID:
    read = sample_read(number, captured_at=captured_at)
    Records(database).write([ReadRecord(replace(read, plate_image_key=plate, context_image_key=context))])
    return read.read_id


def test_pictures_end_with_the_revision_that_they_are_of_unless_somebody_else_names_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.retention.KEYS_AT_ONCE", 4)
    cutoff = NOW - READS
    shared = f"2026/11/20/gate/{sample_id('read', 3)}-plate.jpg"
    # A day that is dropped has its first moment and its last.
    first = datetime.combine(cutoff.date() - timedelta(days=3), time(), UTC)
    last, partly, young = first + timedelta(days=1) - TICK, cutoff - TICK, NOW - timedelta(days=1)
    for number, moment, name in ((1, first, "day"), (10, last, "eve"), (2, partly, "hour")):
        read_id = _stored(database, number, moment, f"{name}-plate", shared if name == "hour" else None)
        with database.connection() as connection:
            # The same picture once more, one of its own, and none.
            _revision(connection, read_id, 1, moment, f"{name}-plate", f"{name}-context")
            _revision(connection, read_id, 2, young, f"{name}-later", None)
    keeps = _stored(database, 3, young, shared, None)
    plate, context, neither = (
        _stored(database, number, young, f"{number}-plate", f"{number}-context") for number in (4, 5, 6)
    )
    with database.connection() as connection:
        _revision(connection, plate, 1, partly, "4-plate", None)
        _revision(connection, plate, 2, partly, "4-plate", "4-other")
        _revision(connection, context, 1, partly, "4-other", "5-context")
        _revision(connection, neither, 1, partly, "6-older", None)
        _revision(connection, neither, 2, cutoff, "6-plate", "6-context")
        # Of a read that is not there any more: up to an hour early, with nobody to end it.
        for number, age in enumerate((timedelta(0), timedelta(hours=1) - TICK, timedelta(hours=1)), start=7):
            _revision(connection, sample_id("read", number), 1, cutoff + age, f"{number}-alone", None)
        connection.execute("insert into ended_pictures values ('day-plate'), ('hour-plate'), ('4-plate')")
    batches: list[list[str]] = []
    outcome = enforce_retention(database, RETENTION, delete_images=lambda keys: batches.append(list(keys)), now=NOW)
    asked = [key for batch in batches for key in batch]
    assert max(map(len, batches)) <= 4
    gone = ["4-other", "4-plate", "5-context", "6-older", "7-alone", "8-alone"]
    gone += [f"{name}-{kind}" for name in ("day", "eve", "hour") for kind in ("context", "later", "plate")]
    assert (asked, outcome.pictures, outcome.reads) == (gone, len(gone), 3)
    with database.connection() as connection:
        left = connection.execute("select read_id, plate_image_key, context_image_key from reads").fetchall()
        revisions = connection.execute("select content ->> 'plate_image_key' from read_revisions order by 1").fetchall()
        assert connection.execute("select from ended_pictures").fetchall() == []
    assert {read_id: tuple(keys) for read_id, *keys in left} == {
        keeps: (shared, None),
        plate: (None, "4-context"),
        context: ("5-plate", None),
        neither: ("6-plate", "6-context"),
    }
    assert revisions == [("6-plate",), ("9-alone",)]


def test_what_a_clock_that_ran_ahead_has_dated_counts_from_now(database: Database) -> None:
    now, hour = datetime.now(UTC), timedelta(hours=1)
    early, late = now + 0.9 * hour, now + 1.5 * hour
    with database.as_owner() as connection:
        _filled(connection)
        for table, column, key in (
            ("hotlist_entries", "retired_at", "hotlist_id"),
            ("hotlist_versions", "activated_at", "hotlist_id"),
        ):
            for number, moment in ((1, early), (2, late)):
                connection.execute(
                    f"update {table} set {column} = %s where {key} = %s".encode(), [moment, f"list-{number}"]
                )
        connection.execute(
            "update hotlist_entries set last_version = null, retired_at = null where hotlist_id = 'list-3'"
        )
    enforce_retention(database, RETENTION, delete_images=lambda _: None, now=now)
    with database.connection() as connection:
        for statement in (
            "select retired_at from hotlist_entries order by hotlist_id",
            "select activated_at from hotlist_versions order by hotlist_id",
        ):
            first, second, third = (row[0] for row in connection.execute(statement.encode()))
            assert first == early
            assert now - hour < second < now + hour / 2
            assert third is None or third < now + hour / 2
        assert connection.execute("select retired_at from hotlist_entries where hotlist_id = 'list-3'").fetchone() == (
            None,
        )
