"""How many alerts of the outbox a second the relay publishes."""

from __future__ import annotations

import threading
import time
from uuid import uuid4

from psycopg.types.json import Jsonb

from alerts.relay import Relay
from benchmarks.pipeline.site import Site, served_seconds
from storage.alerts.outbox import Outbox
from storage.leadership import Leadership

INSERT = """
insert into outbox (alert_id, topic, key, headers, payload)
select gen_random_uuid(), %(topic)s, 'PLATE' || number, %(headers)s, %(payload)s
from generate_series(1, %(count)s) as number
"""
PAYLOAD_BYTES = 3500
"""Of an alert without a picture."""


def relaying(site: Site, count: int) -> str:
    """Put alerts into the outbox and publish them."""
    topic = f"relay-{time.time_ns()}"
    headers = [["ce_specversion", "1.0"], ["ce_id", str(uuid4())], ["ce_type", "org.platewatch.alert.v1"]]
    payload = (b'{"plate": "' + uuid4().hex.encode() * (PAYLOAD_BYTES // 32) + b'"}')[:PAYLOAD_BYTES]
    values = {"topic": topic, "headers": Jsonb(headers), "payload": payload, "count": count}
    stop = threading.Event()
    with site.database.connection() as connection:
        connection.execute(INSERT, values)
    with Leadership(site.database) as leadership:
        relay = Relay(Outbox(site.database, leadership), site.kafka, site.kafka.bootstrap_servers, topics=(topic,))
        relay.prepare()
        # The leader's own; a stage asks for it before each step.
        while not leadership.lead("relay"):
            time.sleep(0.1)
        relay.publish_batch(stop)
        done, began, worked, served = 0, time.perf_counter(), time.process_time(), served_seconds(site)
        while (progress := relay.publish_batch(stop)).settled:
            done += progress.settled
        took, worked, served = (
            time.perf_counter() - began,
            time.process_time() - worked,
            served_seconds(site) - served,
        )
        relay.close()
    return (
        f"relay: {done / took:,.0f} alerts/s of {PAYLOAD_BYTES} bytes, {worked / done * 1e6:.0f} us of a processor for "
        f"each, the database {served / done * 1e6:.0f}"
    )
