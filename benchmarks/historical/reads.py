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

_UNSURE = """
create function bench_unsure(sure text, place integer, seen text, shares text[]) returns text
language sql immutable as $$
    select overlay(
        sure placing '["' || seen || '",' || shares[1] || ',[["' || shares[2] || '",' || shares[3] || '],["",0.002]]]'
        from 2 + 16 * (place - 1) for 15
    )
$$
"""
"""Evidence that is sure of every character has sixteen signs for each; here one place's are replaced."""

_NEAR = ("'0D1L2Z5S8B36GC7TVYUMNH4AEFPRKXJ9W'", "'D0L1Z2S5B88G6GT7YVVNMNA4FERPXK1PM'")
_FAR = ("'0123456789ABCDEFGHJKLMNPRSTUVWXYZ'", "'8779168103RE0BBPQKUHEWWFA8Y0NMYT7'")
"""What a character is taken for: mostly one of its own class; and one of another class."""

_VEHICLES = f"""
create unlogged table bench_vehicles as
with vehicle as materialized (
    select
        number,
        plate,
        place,
        '[["' || array_to_string(string_to_array(plate, null), '",0.9991,[]],["') || '",0.9991,[]]]' as sure,
        translate(plate, {_NEAR[0]}, {_NEAR[1]}) as near,
        translate(plate, {_FAR[0]}, {_FAR[1]}) as far
    from (
        select number, bench_plate(number) as plate, 1 + (number %% 4)::integer as place
        from generate_series(1, {{v}}) as number
    ) as drawn
),
read as materialized (
    select
        *,
        {{one}} as one,
        {{three}} as three,
        {{unsure}} as unsure,
        {{both}} as both_unsure
    from vehicle
)
select
    number,
    plate,
    sure::jsonb,
    one::jsonb,
    three::jsonb,
    overlay(plate placing substr(near, place, 1) from place for 1) as misread,
    unsure::jsonb,
    overlay(plate placing substr(far, place, 2) from place for 2) as misread_twice,
    both_unsure::jsonb
from read
"""


def _unsure(evidence: str, offset: int, seen: str, instead: str, shares: tuple[float, float]) -> str:
    """Return SQL that makes a place of evidence unsure; later places have to be made so first."""
    place = f"place + {offset}"
    character, other = (f"substr({text}, {place}, 1)" for text in (seen, instead))
    return f"bench_unsure({evidence}, {place}, {character}, array['{shares[0]}', {other}, '{shares[1]}'])"


def _vehicles(count: int) -> str:
    mild = (0.97, 0.02)
    one = _unsure("sure", 0, "plate", "near", mild)
    three = "sure"
    for offset, instead in ((2, "near"), (1, "far"), (0, "near")):
        three = _unsure(three, offset, "plate", instead, mild)
    unsure = _unsure("sure", 0, "near", "plate", (0.62, 0.34))
    both = _unsure(_unsure("sure", 1, "far", "plate", (0.62, 0.34)), 0, "far", "plate", (0.62, 0.34))
    return _VEHICLES.format(v=count, one=one, three=three, unsure=unsure, both=both).replace("%%", "%")


_DAY = """
insert into {table} (
    read_id, captured_at, first_seen, last_seen, camera_id, agency_id, plate, canonical, confidence, characters,
    jurisdiction, jurisdiction_confidence, latitude, longitude, frame_count, track_number, source_name, source_version
)
select
    gen_random_uuid(), at, at, at, 'gate-' || drawn.number %% 200, 'local', seen.text, replace(seen.text, 'O', '0'),
    case when kind < 0.05 then 0.6 else 0.98 end, seen.evidence,
    'US-VA', 0.97, 38.9, -77.0, 9, (drawn.number %% 100000)::integer, 'platewatch', 'bench'
from (
    select
        number,
        %(begin)s::timestamptz + random() * interval '1 day' as at,
        1 + floor({v} * power(random(), 2))::bigint as vehicle,
        random() as kind
    from generate_series(1, {count}) as number
) as drawn
inner join bench_vehicles as vehicle on vehicle.number = drawn.vehicle
cross join lateral (
    select
        case when kind < 0.04 then misread when kind < 0.05 then misread_twice else vehicle.plate end as text,
        case
            when kind < 0.04 then unsure
            when kind < 0.05 then both_unsure
            when kind < 0.35 then sure
            when kind < 0.65 then one
            else three
        end as evidence
) as seen
"""
"""One of twenty-five reads is wrong in one place and one of a hundred in two; a third of the others are sure of every
place, a third unsure of one and a third of three, as the product's reads of single pictures at many distances are."""


def make_reads(database: Database, reads: int, vehicles: int, active_entries: int) -> None:
    """Store reads of the seven days before today; few vehicles pass often; see `_DAY` for what is wrong.

    Args:
        database: A fresh one.
        reads: How many.
        vehicles: Of so many vehicles.
        active_entries: How many entries the active lists are said to have; the matcher is as strict as that.
    """
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with database.as_owner() as connection:
        connection.execute("set synchronous_commit = off")
        for statement in (_PLATE, _UNSURE, _vehicles(vehicles)):
            connection.execute(statement.encode())
        connection.execute("analyze bench_vehicles")
        for day in range(DAYS):
            _make_day(connection, today - timedelta(days=day + 1), reads // DAYS, vehicles)
        _make_dictionary(connection)
        _make_list(connection, active_entries)
        connection.execute("drop table bench_vehicles")
    with database.as_owner() as connection:
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
