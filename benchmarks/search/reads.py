"""Reads of three weeks, made in SQL, and kept in a folder between runs."""

from __future__ import annotations

import json
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.settings import Settings
from storage.database import Database, open_database

DAYS = 21
CAMERAS = 200
_NOTE = "made.json"

_PLATE = (
    "chr(65 + (serial / 6760000) % 26) || chr(65 + (serial / 260000) % 26) || chr(65 + (serial / 10000) % 26)"
    " || lpad((serial % 10000)::text, 4, '0')"
)
_DAY = """
insert into {table} (
    read_id, captured_at, first_seen, last_seen, camera_id, agency_id, plate, canonical, confidence, characters,
    jurisdiction, jurisdiction_confidence, latitude, longitude, frame_count, track_number, source_name, source_version,
    plate_image_key, vehicle, lane, direction, speed
)
select
    gen_random_uuid(), at, at, at, 'gate-' || camera, 'local', plate, replace(plate, 'O', '0'), 0.98,
    (
        '[["' || substr(plate, 1, 1) || '",0.99,[]],["' || substr(plate, 2, 1) || '",0.99,[]],["' || substr(plate, 3, 1)
        || '",0.99,[]],["' || substr(plate, 4, 1) || '",0.99,[]],["' || substr(plate, 5, 1) || '",0.99,[]],["'
        || substr(plate, 6, 1) || '",0.99,[]],["' || substr(plate, 7, 1) || '",0.99,[]]]'
    )::jsonb,
    case when vehicle % 10 < 8 then 'US-VA' else 'US-NC' end, 0.97,
    36.70 + (camera / 20) * 0.02, -76.40 + (camera % 20) * 0.02, 9, camera, 'platewatch', 'bench',
    '2026/01/01/gate/' || vehicle || '-plate.jpg',
    jsonb_build_object(
        'make', (array['Toyota', 'Honda', 'Ford', 'Chevrolet', 'Nissan', 'Jeep'])[1 + vehicle % 6],
        'color', (array['white', 'black', 'silver', 'gray', 'blue', 'red'])[1 + (vehicle / 7) % 6]
    ),
    (1 + vehicle % 4)::text, (array['approaching', 'leaving'])[1 + vehicle % 2], 10 + (vehicle % 2000) / 100.0
from (
    select drawn.*, {plate} as plate
    from (
        select
            at, camera, vehicle,
            ((vehicle * 7919::bigint + 104729) % 175760000)::integer as serial
        from (
            select
                %(begin)s::timestamptz + (number - random()) / {count} * interval '1 day' as at,
                floor(random() * {cameras})::integer as camera,
                -- Few vehicles pass every day, most once in a while.
                floor(power(random(), 2) * {vehicles})::integer as vehicle
            from generate_series(1, {count}) as number
        ) as pass
    ) as drawn
) as made
"""
_PLATES = (
    "insert into plate_dictionary "
    "select canonical, max(captured_at at time zone 'UTC')::date from reads group by canonical"
)


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: how many reads until when, and how long that took."""

    reads: int
    until: datetime
    seconds: float
    is_new: bool


def opened(folder: Path) -> AbstractContextManager[Database]:
    """Open the folder's database; the first time it is made."""
    return open_database(Settings(data_dir=folder))


def made_reads(database: Database, folder: Path, reads: int) -> Made:
    """Make the reads, or find those of an earlier run.

    Args:
        database: The folder's.
        folder: Where it is kept.
        reads: How many there are to be.

    Raises:
        SystemExit: The folder holds another number of them.
    """
    note = folder / _NOTE
    if note.exists():
        told = json.loads(note.read_text())
        if told["reads"] != reads:
            raise SystemExit(f"{folder} holds {told['reads']:,} reads; name another folder, or --reads {told['reads']}")
        return Made(reads, datetime.fromisoformat(told["until"]), told["seconds"], False)
    began = time.perf_counter()
    until = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with database.as_owner() as connection:
        connection.execute("set synchronous_commit = off")
        # For the plain SQL alone.
        connection.execute("create extension if not exists fuzzystrmatch")
        connection.execute("set maintenance_work_mem = '512MB'")
        for day in range(DAYS, 0, -1):
            begin = until - timedelta(days=day)
            table = f"reads_{begin:%Y%m%d}"
            connection.execute(f"create table {table} (like reads including defaults including constraints)".encode())
            text = _DAY.format(
                table=table, plate=_PLATE, count=reads // DAYS, cameras=CAMERAS, vehicles=max(reads // 8, 1000)
            ).replace(" % ", " %% ")
            connection.execute(text.encode(), {"begin": begin})
            span = f"from ('{begin}') to ('{begin + timedelta(days=1)}')"
            # Indexed when it is attached: one by one, every row would be looked up in each index.
            connection.execute(f"alter table reads attach partition {table} for values {span}".encode())
            connection.execute(f"analyze {table}".encode())
        definition = connection.execute(
            "select indexdef from pg_indexes where indexname = 'plate_dictionary_by_trigram'"
        ).fetchone()
        connection.execute("drop index if exists plate_dictionary_by_trigram")
        connection.execute(_PLATES)
        if definition is not None:
            connection.execute(definition[0].encode())
        connection.execute("vacuum analyze plate_dictionary")
        connection.execute("analyze reads")
        connection.execute("checkpoint")
    seconds = time.perf_counter() - began
    note.write_text(json.dumps({"reads": reads, "until": until.isoformat(), "seconds": seconds}))
    return Made(reads, until, seconds, True)
