"""What the storm guard costs for each alert: the same reads are recorded without it and with it."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from alerts.build import build_alert
from alerts.settling.found import Found
from alerts.settling.recording import SettledReads
from benchmarks.pipeline.site import AGENCY, Site, served_seconds
from benchmarks.pipeline.traffic import CAMERAS, drawn
from pipeline.lists.live_matcher import LiveMatcher
from schemas.settings import AlertSettings, MatchingSettings, RepeatSettings, Settings
from storage.alerts.unit_of_work import Ledger
from storage.hotlists.changes import HotlistChanges

BATCH = 12
"""Reads of a transaction at 500 a second."""
SPAN = timedelta(hours=3)
"""In so many hours the alerts are raised, so that no camera has a storm and each has an hour of them to be counted."""


def guarding(site: Site, count: int) -> str:
    """Record reads that alert, without the guard and with it, and say what either took for each."""
    matcher = LiveMatcher(HotlistChanges(site.database), MatchingSettings())
    matcher.refresh(force=True)
    # One each way that does not count: plans are made, and pages come into memory.
    runs = [_recorded(site, matcher, count, 71 + number, guard=number % 2 == 1) for number in range(4)][2:]
    words = [
        f"{name} {ours * 1e6:.0f} us of a processor, the database {served * 1e6:.0f}, {alerts} alerts"
        for name, (alerts, ours, served) in zip(("without", "with"), runs, strict=True)
    ]
    return f"storm guard, for each alert: {'; '.join(words)}; load {os.getloadavg()[0]:.1f}"


def _recorded(site: Site, matcher: LiveMatcher, count: int, seed: int, *, guard: bool) -> tuple[int, float, float]:
    alerts = AlertSettings() if guard else AlertSettings(storm_minimum=0)
    settings = Settings(agency_id=AGENCY, data_dir=site.folder / "base", alerts=alerts, repeats=RepeatSettings())
    records = SettledReads(Ledger(site.database), settings)
    batches = list(_batches(site, matcher, count, seed))
    raised, began, served = 0, time.thread_time(), served_seconds(site)
    for batch in batches:
        raised += records.record(batch).alerts
    worked, served = time.thread_time() - began, served_seconds(site) - served
    return raised, worked / max(raised, 1), served / max(raised, 1)


def _batches(site: Site, matcher: LiveMatcher, count: int, seed: int) -> Iterator[Sequence[Found]]:
    now = datetime.now(UTC) - SPAN
    reads = []
    for number, read in enumerate(drawn(site.plates, count, seed, listed=1.0)):
        moment = now + SPAN * (number / count)
        camera = f"lane-{number % (CAMERAS * 10)}"
        reads.append(
            dataclasses.replace(read, captured_at=moment, first_seen=moment, last_seen=moment, camera_id=camera)
        )
    for first in range(0, count, BATCH):
        some = reads[first : first + BATCH]
        found = [hits if isinstance(hits, list) else [] for hits in matcher.match_batch(some)]
        entries = matcher.entries(hit for hits in found for hit in hits if hit.alerts)
        yield [
            Found(
                read,
                tuple(hits),
                tuple(
                    build_alert(read, hit, entries[hit.entry_id], agency_id=AGENCY, created_at=now, plate_picture=None)
                    for hit in hits
                    if hit.alerts and hit.entry_id in entries
                ),
            )
            for read, hits in zip(some, found, strict=True)
        ]
