"""Millions of stored reads, made by the database server itself: nobody's plates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.database import Connection, Database

DAYS = 7

_DRAWN = "(hashint8extended(number, 2) & 9007199254740991)"
_LETTERS = "".join(
    f"substr('ABCDEFGHJKLMNPRSTUVWXYZ', 1 + ({_DRAWN} / {23**place} % 23)::integer, 1) || " for place in range(3)
).removesuffix(" || ")
_DIGITS = f"lpad(({_DRAWN} / 12167 % 100000)::text, 5, '0')"
_PLATE = f"""
create function bench_plate(number bigint) returns text language sql immutable as $$
    select case
        when hashint8extended(number, 1) & 15 < 9 then {_LETTERS} || left({_DIGITS}, 4)
        when hashint8extended(number, 1) & 15 < 13 then left({_DIGITS}, 1) || {_LETTERS} || right({_DIGITS}, 3)
        when hashint8extended(number, 1) & 15 < 15 then left({_LETTERS}, 1) || left({_DIGITS}, 2) || {_LETTERS}
        else left({_LETTERS}, 2) || {_DIGITS}
    end
$$
"""
"""Three letters and four digits for most; shapes of other states for the others. No I, O and Q, as on many plates. One
expression, which PostgreSQL puts in the place of every call."""

_EVIDENCE = """
create function bench_evidence(text text, place integer, instead text) returns jsonb language sql immutable as $$
    select (
        '[["' || array_to_string(string_to_array(left(text, place - 1), null), '",0.9991,[]],["')
        || case when place > 1 then '",0.9991,[]],["' else '' end
        || substr(text, place, 1) || '",0.62,[["' || instead || '",0.34],["",0.004]]],["'
        || array_to_string(string_to_array(substr(text, place + 1), null), '",0.9991,[]],["')
        || '",0.9991,[]]]'
    )::jsonb
$$
"""

_VEHICLES = """
create unlogged table bench_vehicles as
with vehicle as materialized (
    select number, bench_plate(number) as plate, 1 + (number % 5)::integer as place
    from generate_series(1, {v}) as number
),
seen as materialized (
    select
        number,
        plate,
        place,
        overlay(
            plate placing translate(
                substr(plate, place, 1), '0D1L2Z5S8B36GC7TVYUMNH4AEFPRKXJ', 'D0L1Z2S5B88G6GT7YVVNMNA4FERPXK1'
            ) from place for 1
        ) as misread
    from vehicle
)
select
    number,
    plate,
    ('[["' || array_to_string(string_to_array(plate, null), '",0.9991,[]],["') || '",0.9991,[]]]')::jsonb as sure,
    misread,
    bench_evidence(misread, place, substr(plate, place, 1)) as unsure
from seen
"""

_DAY = """
insert into {table} (
    read_id, captured_at, first_seen, last_seen, camera_id, agency_id, plate, canonical, confidence, characters,
    jurisdiction, jurisdiction_confidence, latitude, longitude, frame_count, track_number, source_name, source_version
)
select
    gen_random_uuid(), at, at, at, 'gate-' || drawn.number %% 200, 'local', seen, replace(seen, 'O', '0'),
    case when is_misread then 0.6 else 0.98 end, case when is_misread then unsure else sure end,
    'US-VA', 0.97, 38.9, -77.0, 9, (drawn.number %% 100000)::integer, 'platewatch', 'bench'
from (
    select
        number,
        %(begin)s::timestamptz + random() * interval '1 day' as at,
        1 + floor({v} * power(random(), 2))::bigint as vehicle,
        random() < 0.05 as is_misread
    from generate_series(1, {count}) as number
) as drawn
inner join bench_vehicles as vehicle on vehicle.number = drawn.vehicle
cross join lateral (select case when is_misread then misread else vehicle.plate end as seen) as text
"""


def make_reads(database: Database, reads: int, vehicles: int, active_entries: int) -> None:
    """Store reads of the seven days before today; few vehicles pass often; one of twenty reads is wrong.

    Args:
        database: A fresh one.
        reads: How many.
        vehicles: Of so many vehicles.
        active_entries: How many entries the active lists are said to have; the matcher is as strict as that.
    """
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with database.connection() as connection:
        connection.execute("set synchronous_commit = off")
        for statement in (_PLATE, _EVIDENCE, _VEHICLES.replace("{v}", str(vehicles))):
            connection.execute(statement.encode())
        connection.execute("analyze bench_vehicles")
        for day in range(DAYS):
            _make_day(connection, today - timedelta(days=day + 1), reads // DAYS, vehicles)
        _make_dictionary(connection)
        _make_list(connection, active_entries)
        connection.execute("drop table bench_vehicles")
    with database.connection() as connection:
        connection.execute("checkpoint")


def _make_day(connection: Connection, begin: datetime, count: int, vehicles: int) -> None:
    table = f"reads_{begin:%Y%m%d}"
    # Indexed when it is attached: one by one, every row would be looked up in four indexes.
    connection.execute(f"create table {table} (like reads including defaults)".encode())
    text = _DAY.replace("{table}", table).replace("{v}", str(vehicles)).replace("{count}", str(count))
    connection.execute(text.encode(), {"begin": begin})
    end = begin + timedelta(days=1)
    connection.execute(f"alter table reads attach partition {table} for values from ('{begin}') to ('{end}')".encode())
    connection.execute(f"analyze {table}".encode())


def _make_dictionary(connection: Connection) -> None:
    # Its index of trigrams is for patterns with wildcards; here it would take most of the time and is not asked.
    connection.execute("drop index if exists plate_dictionary_by_trigram")
    connection.execute(
        "insert into plate_dictionary select canonical, max(captured_at at time zone 'UTC')::date from reads group by 1"
    )
    connection.execute("vacuum analyze plate_dictionary")


def _make_list(connection: Connection, entries: int) -> None:
    with connection.transaction():
        connection.execute("insert into hotlists (hotlist_id) values ('national')")
        connection.execute(
            "insert into hotlist_versions (hotlist_id, source, file_name, file_sha256, entries, added, removed, "
            "changed, rejected) values ('national', 'ncic', 'bench', '', %s, 0, 0, 0, 0)",
            (entries,),
        )
        connection.execute("update hotlists set active_version = (select max(version_id) from hotlist_versions)")
