"""How many reads a second one member matches, settles and stores, beside a plain loop that stores them alone."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable

import psycopg

from benchmarks.pipeline.site import Site, served_seconds
from benchmarks.pipeline.traffic import Publisher, drawn
from services.kafka.client import OffsetAndMetadata, open_consumer

TABLE = """
create table plain_reads (
    read_id uuid primary key, captured_at timestamptz not null, camera_id text not null, plate text not null,
    confidence float not null, body jsonb not null
)
"""
INSERT = "insert into plain_reads values (%s, %s, %s, %s, %s, %s) on conflict do nothing"
PATIENCE_SECONDS = 600.0
POLL_SECONDS = 0.25
PLAIN_BATCH = 500


def sustained(site: Site, count: int, *, listed: float) -> str:
    """Publish reads, then have a member take them; say how fast it was, from the first that it stored on."""
    topic = f"sustained-{time.time_ns()}"
    publisher = Publisher(site.kafka, topic)
    try:
        publisher.send_all(drawn(site.plates, count, 91, listed=listed))
    finally:
        publisher.close()
    before = _stored(site)
    with site.member(topic, topic) as member:
        first = _wait(site, before, member.process.poll)
        began, worked, served = time.perf_counter(), member.processor_seconds, served_seconds(site)
        last = _wait(site, before + count - 1, member.process.poll)
        took = time.perf_counter() - began
        worked, served = member.processor_seconds - worked, served_seconds(site) - served
    done = last - first
    return (
        f"member: {done / took:,.0f} reads/s, {worked / done * 1e6:.0f} us of a processor for each, the database "
        f"{served / done * 1e6:.0f}; {member.totals}"
    )


def plain(site: Site, count: int, *, listed: float) -> str:
    """Do the same with a plain loop: no match, no history, no alert."""
    topic = f"plain-{time.time_ns()}"
    publisher = Publisher(site.kafka, topic)
    try:
        publisher.send_all(drawn(site.plates, count, 92, listed=listed))
    finally:
        publisher.close()
    consumer = open_consumer(
        site.kafka, site.kafka.bootstrap_servers, group_id=topic, auto_offset_reset="earliest", enable_auto_commit=False
    )
    consumer.subscribe([topic])
    with site.database.as_owner() as owner:
        owner.execute(TABLE)
        owner.execute("grant all on plain_reads to public")
    done, began, worked = 0, 0.0, 0.0
    served = served_seconds(site)
    try:
        with psycopg.connect(site.database_url) as connection:
            while done < count:
                batches = consumer.poll(timeout_ms=500, max_records=PLAIN_BATCH)
                if not batches:
                    continue
                if not began:
                    began, worked, served = time.perf_counter(), time.process_time(), served_seconds(site)
                for partition, records in batches.items():
                    with connection.cursor() as cursor:
                        cursor.executemany(INSERT, [_row(record.value) for record in records])
                    connection.commit()
                    consumer.commit({partition: OffsetAndMetadata(records[-1].offset + 1, "", -1)})
                    done += len(records)
        took, worked, served = (
            time.perf_counter() - began,
            time.process_time() - worked,
            served_seconds(site) - served,
        )
    finally:
        consumer.close()
        with site.database.as_owner() as owner:
            owner.execute("drop table plain_reads")
    return (
        f"plain consume-and-insert loop: {done / took:,.0f} reads/s, {worked / done * 1e6:.0f} us of a processor for "
        f"each, the database {served / done * 1e6:.0f}"
    )


def _row(value: bytes) -> tuple[object, ...]:
    message = json.loads(value)
    read = message["read"]
    return (
        read["read_id"],
        read["captured_at"],
        read["camera_id"],
        read["plate"],
        read["confidence"],
        json.dumps(message),
    )


def _wait(site: Site, more_than: int, ended: Callable[[], int | None]) -> int:
    """Wait until more reads are stored; return how many."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (stored := _stored(site)) <= more_than:
        if ended() is not None or time.monotonic() > deadline:
            raise SystemExit(f"only {stored} reads were stored; load {os.getloadavg()[0]:.1f}")
        time.sleep(POLL_SECONDS)
    return stored


def _stored(site: Site) -> int:
    with site.database.connection() as connection:
        (count,) = connection.execute("select count(*) from reads").fetchone() or (0,)
    return int(count)
