"""A read leaves its machine as the law permits, with the times that came, and its pictures kept before."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.outgoing.prepared import Prepared, Preparer, from_spool, smaller, to_spool
from schemas.arrivals import Arrival
from schemas.convert import arrival_from_event
from schemas.events import PublishedRead
from schemas.settings import KafkaSettings, PolicySettings, Settings
from schemas.types import Movement, VehicleDescription, VendorReport
from storage.spool.spool import Spool
from tests.unit.pipeline.outgoing.arrivals import arrival, edge_settings
from tests.unit.pipeline.published.receipts import NOBODY


def preparer(settings: Settings) -> Preparer:
    return Preparer(settings, Counters(), HealthBoard("here"))


def received(message: Prepared) -> Arrival:
    return arrival_from_event(PublishedRead.model_validate_json(message.row.payload), NOBODY)


def test_pictures_are_kept_before_the_read_names_them(tmp_path: Path) -> None:
    made = preparer(edge_settings(tmp_path)).prepare(arrival())
    read = received(made).read
    assert [(tmp_path / "store" / key).read_bytes() for key in made.pictures] == [b"plate", b"frame"]
    assert (read.plate_image_key, read.context_image_key) == made.pictures
    assert made.counts
    assert not preparer(edge_settings(tmp_path)).prepare(arrival(is_final=False, revision=1)).counts
    # Another vendor's reader says nothing of a last revision: its first one counts.
    report = VendorReport("rekor", "7", "{}")
    assert preparer(edge_settings(tmp_path)).prepare(arrival(is_final=False, revision=1, report=report)).counts


def test_what_came_is_sent_as_it_came_with_what_is_known_of_its_clock(tmp_path: Path) -> None:
    one = arrival(ago=timedelta(days=9000))
    made = preparer(edge_settings(tmp_path)).prepare(one)
    there = received(made)
    assert (there.read.captured_at, there.arrived_at, there.clock) == (
        one.read.captured_at,
        one.arrived_at,
        one.clock,
    )
    # Everything on this machine goes by the time that it will be dated by: the pictures' day, and the topic's time.
    assert made.captured_at == made.row.captured_at == one.arrived_at
    assert made.pictures[0].startswith(f"{one.arrived_at:%Y/%m/%d}/")


def test_a_recording_that_is_older_than_the_topic_keeps_anything_is_there_until_it_was_taken(tmp_path: Path) -> None:
    one = arrival(ago=timedelta(days=40))
    made = preparer(edge_settings(tmp_path)).prepare(one)
    assert made.captured_at == one.read.captured_at
    assert made.row.captured_at == one.arrived_at - timedelta(days=21) / 2
    newer = arrival(ago=timedelta(days=2))
    assert preparer(edge_settings(tmp_path)).prepare(newer).row.captured_at == newer.read.captured_at


def test_a_vendors_message_stays_behind_where_a_message_would_be_too_large(tmp_path: Path) -> None:
    report = VendorReport("rekor", "1", "{}", payload="x" * 200_000)
    small = edge_settings(tmp_path, kafka=KafkaSettings(bootstrap_servers=("127.0.0.1:1",), max_message_bytes=20_000))
    made = preparer(small).prepare(arrival(report=report))
    assert len(made.row.payload) < 20_000
    # A broker that takes less than we were told: once more without it, and then no more.
    large = preparer(edge_settings(tmp_path)).prepare(arrival(report=report))
    less = smaller(large)
    assert less is not None
    assert len(less.row.payload) < 20_000 < len(large.row.payload)
    assert received(less).read.plate_image_key == large.pictures[0]
    assert smaller(less) is None


def test_what_the_law_does_not_let_be_collected_leaves_no_trace(tmp_path: Path) -> None:
    report = VendorReport("rekor", "1", '{"why": "secret"}', payload="secret")
    one = arrival(vehicle=VehicleDescription(color="RED"), movement=Movement(speed=14.0), report=report)
    strict = edge_settings(tmp_path, policy=PolicySettings(profile="minnesota"))
    made = preparer(strict).prepare(one)
    there = received(made)
    assert (there.read.vehicle, there.read.movement) == (None, None)
    assert b"RED" not in made.row.payload
    assert b"secret" not in made.row.payload
    assert len(made.pictures) == 2
    assert received(preparer(edge_settings(tmp_path)).prepare(one)).read.vehicle == one.read.vehicle


_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(plate=_texts.filter(bool), reason=st.none() | _texts, days=st.integers(0, 400))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_spool_gives_a_message_back_as_it_was(tmp_path: Path, plate: str, reason: str | None, days: int) -> None:
    made = preparer(edge_settings(tmp_path)).prepare(arrival(plate=plate, ago=timedelta(days=days)))
    with Spool(tmp_path / "reads.sqlite") as spool:
        spool.add([to_spool(made, reason)])
        (taken,) = spool.take(0, 1)
        spool.discard([taken.number])
    assert from_spool(taken.message) == made
    assert taken.message.received_at == made.captured_at


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(hours=30)])
def test_the_topic_counts_from_the_capture(tmp_path: Path, ago: timedelta) -> None:
    made = preparer(edge_settings(tmp_path)).prepare(arrival(ago=ago))
    assert made.row.captured_at is not None
    assert datetime.now(UTC) - made.row.captured_at - ago < timedelta(seconds=60)
    assert dataclasses.replace(made.row, captured_at=None).created_at <= datetime.now(UTC)
