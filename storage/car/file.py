"""The car's file: its tables, and how times stand in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.spool.sqlite_file import SqliteFile

CAR_FILE = Path("car") / "car.sqlite"
"""Below the data directory."""
VERSION = 1

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# A read's text stands in its upload alone; of `reads`, what later reads are compared with. Once the server has a read
# and nothing can be compared with it any more, its id is all that is left: what comes again is known by that.
_SCHEMA = """
create table reads (
    read_id blob primary key,
    is_final integer not null,
    revision integer not null,
    captured_us integer not null,
    camera_id text not null,
    canonical text not null,
    latitude real,
    longitude real,
    confidence real not null,
    jurisdiction text
) strict, without rowid;
create index reads_of_plate on reads (canonical, captured_us) where latitude is not null;
create index reads_by_time on reads (captured_us);
create table uploads (
    number integer primary key autoincrement,
    kind text not null,
    upload_id text not null unique,
    read_id blob,
    captured_us integer not null,
    state text not null default 'waiting',
    reason text,
    body blob not null
) strict;
create index uploads_by_state on uploads (state, number);
create index uploads_of_read on uploads (read_id) where read_id is not null;
create table pictures (
    number integer primary key autoincrement,
    key text not null unique,
    read_id blob not null,
    captured_us integer not null,
    size integer not null,
    is_done integer not null default 0
) strict;
create index pictures_waiting on pictures (number) where is_done = 0;
create index pictures_of_read on pictures (read_id);
create table hits (
    hit_id blob primary key,
    read_id blob not null,
    entry_id blob not null,
    captured_us integer not null,
    tier text not null,
    score real not null,
    outcome text not null,
    alert_id blob
) strict, without rowid;
create index hits_of_read on hits (read_id);
create index hits_of_alert on hits (alert_id) where alert_id is not null;
create index hits_by_time on hits (captured_us);
create table alerts (
    number integer primary key autoincrement,
    alert_id blob not null unique,
    hit_id blob not null,
    read_id blob not null,
    captured_us integer not null,
    tier text not null,
    status text not null,
    updates blob,
    payload text not null
) strict;
create index alerts_by_time on alerts (captured_us);
create index alerts_of_read on alerts (read_id);
create index updates_of_alert on alerts (updates) where updates is not null;
create table chains (
    alert_id blob primary key,
    hit_id blob not null,
    entry_id blob not null,
    camera_id text not null,
    latitude real,
    longitude real,
    opened_us integer not null,
    tier text not null,
    score real not null,
    confidence real not null,
    has_picture integer not null,
    has_second_reading integer not null,
    plates text not null,
    suspected_cameras text not null
) strict, without rowid;
create index chains_of_entry on chains (entry_id, opened_us);
"""


def open_car_file(path: Path) -> SqliteFile:
    """Open a connection to the car's file, which is made when absent. What is committed has reached the disk.

    Args:
        path: The file.

    Raises:
        ConfigurationError: It cannot be opened, or is of a newer Platewatch.
        StorageFull: The disk is full.
        TransientError: Another connection keeps it busy.
    """
    return SqliteFile(path, _SCHEMA, VERSION)


def microseconds(moment: datetime) -> int:
    """Return an aware time as the file has it."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(us: int) -> datetime:
    """Return a time of the file, in UTC."""
    return _EPOCH + us * _MICROSECOND
