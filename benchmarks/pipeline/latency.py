"""How long after a read was sent to the topic its alert is at a subscriber."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import statistics
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import cv2
import numpy as np

from alerts.subscriber import Subscriber
from benchmarks.pipeline.site import Site
from benchmarks.pipeline.traffic import Publisher, drawn
from rendering.plates.standard import render_plate
from schemas.settings import ImageSettings, Settings
from schemas.types import PlateRead
from services.kafka.client import open_consumer
from storage.reads.images import ImageStore, image_key

STEPS = """
select
    hit.read_id, extract(epoch from read.stored_at - read.captured_at),
    extract(epoch from message.created_at - read.stored_at), extract(epoch from message.sent_at - message.created_at)
from outbox as message
join alerts as alert using (alert_id)
join hits as hit on hit.hit_id = alert.hit_id
join reads as read on read.read_id = hit.read_id
where message.topic = %(topic)s and message.sent_at is not null
"""
"""A transaction's reads are stored at its begin; a message is created where its statement is, and marked after the
broker's acknowledgment."""
SETTLE_SECONDS = 8.0
"""Alerts of the last reads come within this; those that do not are missing."""
WARM_SECONDS = 4.0


class Arrivals:
    """When every read was sent, when the broker had it, and when its alert came (monotonic seconds)."""

    def __init__(self) -> None:
        self.sent: dict[UUID, float] = {}
        self.acknowledged: dict[UUID, float] = {}
        self.came: dict[UUID, float] = {}
        self.on_topic: dict[UUID, float] = {}

    def note_sent(self, read: PlateRead, at: float) -> None:
        """Note that a read was sent."""
        self.sent[read.read_id] = at

    def note_acknowledged(self, read: PlateRead, at: float) -> None:
        """Note that the broker has a read: on its disk, and where consumers see it."""
        self.acknowledged[read.read_id] = at

    @contextlib.contextmanager
    def listening(self, site: Site, topic: str) -> Iterator[None]:
        """Take alerts as a neighbor does."""
        stop = threading.Event()
        subscriber = Subscriber(site.folder / topic, site.kafka, site.kafka.bootstrap_servers, topic=topic, group=topic)

        def listen() -> None:
            for alert in subscriber.alerts(stop):
                self.came.setdefault(alert.read.read_id, time.monotonic())

        (site.folder / topic).mkdir()
        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)

    @contextlib.contextmanager
    def watching(self, site: Site, topic: str) -> Iterator[None]:
        """Note when reads are on the topic for whoever consumes it."""
        stop = threading.Event()
        consumer = open_consumer(site.kafka, site.kafka.bootstrap_servers, auto_offset_reset="latest")

        def watch() -> None:
            consumer.subscribe([topic])
            while not stop.is_set():
                for records in consumer.poll(timeout_ms=100).values():
                    at = time.monotonic()
                    for record in records:
                        self.on_topic.setdefault(UUID(json.loads(record.value)["read"]["read_id"]), at)
            consumer.close()

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)

    def steps(self, site: Site, topic: str) -> str:
        """Return where the time went, step by step, in the middle and for the slowest of a hundred."""
        with site.database.connection() as connection:
            rows = connection.execute(STEPS, {"topic": topic}).fetchall()
        names = ("until its transaction begins", "until its alert is written", "until that is marked as published")
        columns = [[float(row[place]) * 1000 for row in rows] for place in (1, 2, 3)]
        parts = [(f"{name}", values) for name, values in zip(names, columns, strict=True)]
        seen = [(self.on_topic[one] - at) * 1000 for one, at in self.sent.items() if one in self.on_topic]
        if seen:
            parts.insert(0, ("until it is on the topic (of that)", seen))
        return "; ".join(f"{name} {_middle_and_most(values)}" for name, values in parts)

    def in_words(self, after: float) -> str:
        """Return the percentiles of the reads that were sent after a moment and raised an alert."""
        counted = [one for one, at in self.sent.items() if one in self.came and at > after]
        if len(counted) < 2:
            return f"{len(counted)} alerts came, too few to tell"
        ways = (("from the topic", self.acknowledged), ("from sending", self.sent))
        return f"{len(counted)} alerts: " + "; ".join(
            f"{name} {_percentiles(sorted((self.came[one] - since[one]) * 1000 for one in counted))}"
            for name, since in ways
        )


def latency(site: Site, count: int, rate: float, *, listed: float, second_reader: bool, watched: bool = False) -> str:
    """Send reads at a rate, with pictures of those that are listed, and say how soon their alerts come.

    Args:
        site: Where.
        count: How many reads.
        rate: How many a second.
        listed: The share of them that is listed.
        second_reader: Whether alerts wait for one.
        watched: Whether another consumer notes when reads are on the topic, which costs something.
    """
    topic = f"latency-{time.time_ns()}"
    alerts = f"{topic}.alerts"
    images = {"url": str(site.folder / "pictures")}
    reads = drawn(site.plates, count, 17 + second_reader, listed=listed)
    wanted = set(site.plates)
    today = datetime.now(UTC)
    store = ImageStore(Settings(data_dir=site.folder / "base", images=ImageSettings(**images)))
    reads = [_with_picture(store, read, today) if read.plate in wanted else read for read in reads]
    sections: dict[str, dict[str, Any]] = {
        "images": images,
        "alerts": {"topic": alerts, "second_reader": "on" if second_reader else "off"},
    }
    arrivals, publisher = Arrivals(), Publisher(site.kafka, topic)
    try:
        with (
            site.member(topic, topic, **sections) as member,
            site.relay(f"{topic}-relay", topic, **sections) as relay,
            arrivals.listening(site, alerts),
            arrivals.watching(site, topic) if watched else contextlib.nullcontext(),
        ):
            time.sleep(WARM_SECONDS)
            began, worked = time.monotonic(), (member.processor_seconds, relay.processor_seconds)
            publisher.send_at(reads, rate, arrivals.note_sent, arrivals.note_acknowledged)
            took = time.monotonic() - began
            shares = [
                (one.processor_seconds - before) / took for one, before in zip((member, relay), worked, strict=True)
            ]
            time.sleep(SETTLE_SECONDS)
    finally:
        publisher.close()
    with_or_without = "with" if second_reader else "without"
    return (
        f"{count / took:,.0f} reads/s, {with_or_without} a second reader: {arrivals.in_words(began + WARM_SECONDS)}; "
        f"{arrivals.steps(site, alerts)}; the member takes {shares[0]:.0%} of a core, the relay {shares[1]:.0%}; "
        f"load {os.getloadavg()[0]:.1f}"
    )


def _percentiles(taken: list[float]) -> str:
    cuts = statistics.quantiles(taken, n=100)
    return f"p50 {statistics.median(taken):.0f} ms, p90 {cuts[89]:.0f}, p99 {cuts[98]:.0f}, most {taken[-1]:.0f}"


def _middle_and_most(values: list[float]) -> str:
    if len(values) < 2:
        return "unknown"
    return f"{statistics.median(values):.0f} (p99 {statistics.quantiles(values, n=100)[98]:.0f})"


def _with_picture(store: ImageStore, read: PlateRead, day: datetime) -> PlateRead:
    """Keep the picture of a plate, as the edge does before it publishes."""
    plate = render_plate(read.plate, read.jurisdiction or "US-VA", np.random.default_rng(5)).image
    key = image_key(dataclasses.replace(read, captured_at=day), "plate")
    store.save(key, cv2.imencode(".jpg", cv2.resize(plate, (200, 100)))[1].tobytes())
    return dataclasses.replace(read, plate_image_key=key)
