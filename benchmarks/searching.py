"""How long a search by vehicle takes among millions of stored reads, with a plate and without.

    python -m benchmarks.searching [--reads 10000000] [--runs 3]

Reads are made by the embedded server in the order of their times, all of the seven days that a search without a plate
may look through at most; two thirds say something of the vehicle and its way. What nothing fits has to be looked for
among all of them.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from operations.criteria import VehicleCriteria
from schemas.settings import Settings
from storage.database import Database, open_database
from storage.reads.search import ReadSearch

DAYS = 7

_DAY = """
insert into {table} (
    read_id, captured_at, first_seen, last_seen, camera_id, agency_id, plate, canonical, confidence, characters,
    jurisdiction, jurisdiction_confidence, latitude, longitude, frame_count, track_number, source_name, source_version,
    plate_image_key, vehicle, lane, direction, speed, vendor
)
select
    gen_random_uuid(), at, at, at, 'gate-' || number %% 200, 'local', plate, plate, 0.98,
    '[["A",0.999,[]],["B",0.999,[]],["C",0.999,[]],["1",0.999,[]],["2",0.999,[]],["3",0.999,[]],["4",0.999,[]]]',
    'US-VA', 0.97, 36.8, -76.3, 9, number, 'platewatch', 'bench', '2026/01/01/gate/' || number || '-plate.jpg',
    case when number %% 3 > 0 then
        jsonb_build_object(
            'make', (array['Toyota', 'Honda', 'Ford', 'Chevrolet', 'Nissan', 'Jeep'])[1 + number %% 6],
            'model', (array['Camry', 'Civic', 'F-150', 'Silverado', 'Altima', 'Wrangler'])[1 + number %% 6],
            'color', (array['white', 'black', 'silver', 'gray', 'blue', 'red'])[1 + (number / 7) %% 6],
            'vehicle_class', (array['car', 'car', 'truck', 'suv'])[1 + (number / 11) %% 4]
        )
    end,
    case when number %% 3 > 0 then (1 + number %% 4)::text end,
    case when number %% 3 > 0 then (array['approaching', 'leaving'])[1 + number %% 2] end,
    case when number %% 3 > 0 then 10 + (number %% 2000) / 100.0 end,
    case when number %% 3 > 0 then 'rekor' end
from (
    select
        number,
        %(begin)s::timestamptz + (number - random()) / {count} * interval '1 day' as at,
        upper(substr(md5((number / 4)::text), 1, 7)) as plate
    from generate_series(1, {count}) as number
) as drawn
"""

SEARCHES: tuple[tuple[str, str | None, dict[str, Any], timedelta, str | None], ...] = (
    ("red Ford pickups, two hours", None, {"color": "red", "make": "Ford", "model": "F-150"}, timedelta(hours=2), None),
    ("red, seven days: the newest 100", None, {"color": "red"}, timedelta(days=DAYS), None),
    ("a make that nobody has, two hours", None, {"make": "Bugatti"}, timedelta(hours=2), None),
    ("a make that nobody has, one day", None, {"make": "Bugatti"}, timedelta(days=1), None),
    ("a make that nobody has, seven days", None, {"make": "Bugatti"}, timedelta(days=DAYS), None),
    ("the same at one camera of 200", None, {"make": "Bugatti"}, timedelta(days=DAYS), "gate-7"),
    ("a speed that nobody had, seven days", None, {"speed_over": 90.0}, timedelta(days=DAYS), None),
    ("all criteria, seven days", None, {
        "lane": "2", "direction": "north", "speed_over": 12.0, "make": "Ford", "model": "F-150", "color": "red",
        "vehicle_class": "truck", "vendor": "rekor",
    }, timedelta(days=DAYS), None),
    ("plates with AB1, red", "AB1*", {"color": "red"}, timedelta(days=DAYS), None),
)  # fmt: skip


def make_reads(database: Database, reads: int, until: datetime) -> None:
    """Store reads of the seven days before a moment."""
    today = until.replace(hour=0, minute=0, second=0, microsecond=0)
    with database.as_owner() as connection:
        connection.execute("set synchronous_commit = off")
        for day in range(DAYS):
            begin = today - timedelta(days=day + 1)
            table = f"reads_{begin:%Y%m%d}"
            connection.execute(f"create table {table} (like reads including defaults)".encode())
            text = _DAY.replace("{table}", table).replace("{count}", str(reads // DAYS))
            connection.execute(text.encode(), {"begin": begin})
            span = f"from ('{begin}') to ('{begin + timedelta(days=1)}')"
            # Indexed when it is attached: one by one, every row would be looked up in four indexes.
            connection.execute(f"alter table reads attach partition {table} for values {span}".encode())
            connection.execute(f"analyze {table}".encode())
        # Its index of trigrams would take most of the time; without it patterns are looked for among all its plates.
        connection.execute("drop index if exists plate_dictionary_by_trigram")
        connection.execute(
            "insert into plate_dictionary "
            "select canonical, max(captured_at at time zone 'UTC')::date from reads group by canonical"
        )
        connection.execute("vacuum analyze plate_dictionary")
        connection.execute("checkpoint")


def main() -> None:
    """Run the benchmark and print what it finds."""
    parser = parser_of("searching", __doc__)
    parser.add_argument("--reads", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    print(machine())
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with (
        tempfile.TemporaryDirectory(prefix="platewatch-bench-") as folder,
        open_database(Settings(data_dir=Path(folder))) as database,
    ):
        began = time.perf_counter()
        make_reads(database, arguments.reads, now)
        print(f"{arguments.reads:,} reads made in {time.perf_counter() - began:.0f} s\n", flush=True)
        print("| search | found | seconds, median | slowest |\n|---|---|---|---|", flush=True)
        search = ReadSearch(database)
        for name, pattern, asked, span, camera in SEARCHES:
            taken, found = [], 0
            for _ in range(arguments.runs):
                began = time.perf_counter()
                vehicle = VehicleCriteria(**asked).sought()
                reads = search.find(
                    pattern, since=midnight - span, until=midnight, camera_id=camera, vehicle=vehicle, limit=100
                )
                taken.append(time.perf_counter() - began)
                found = len(reads)
            print(f"| {name} | {found} | {statistics.median(taken):.2f} | {max(taken):.2f} |", flush=True)


if __name__ == "__main__":
    main()
