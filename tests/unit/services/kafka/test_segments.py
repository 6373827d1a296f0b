"""Which of the local broker's files hold records that are over; they are as Kafka's clients write them."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kafka import client
from services.kafka.segments import _latest_times, overdue_segments

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
GZIP = 1


def batch(*hours_ago: float) -> bytes:
    assert client  # imports the library without its warnings
    from kafka.record.default_records import DefaultRecordBatchBuilder

    builder = DefaultRecordBatchBuilder(2, GZIP, 0, -1, -1, -1, 1 << 20)
    for offset, hours in enumerate(hours_ago):
        milliseconds = int((NOW - timedelta(hours=hours)).timestamp() * 1000)
        builder.append(offset, milliseconds, b"plate", b"ABC1234 " * 40, [])
    return bytes(builder.build())


def segment(data_dir: Path, topic: str, *batches: bytes, name: str = "00000000000000000000.log") -> Path:
    path = data_dir / "kafka" / "data" / topic / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(batches))
    return path


def test_what_is_over_is_found_in_any_batch(tmp_path: Path) -> None:
    over = segment(tmp_path, "platewatch.alerts.pd.v1-0", batch(1), batch(30, 26), batch(2))
    aside = segment(tmp_path, "platewatch.alerts.pd.v1-1", batch(25), name="00000000000000000007.log.deleted")
    segment(tmp_path, "platewatch.alerts.pd.v1-2", batch(30, 23))
    assert overdue_segments(tmp_path, NOW - timedelta(hours=24)) == [over, aside]
    assert overdue_segments(tmp_path, NOW - timedelta(hours=31)) == []


def test_files_come_in_the_order_of_their_topics_and_offsets(tmp_path: Path) -> None:
    names = [(topic, f"{number:020}.log") for topic in "hbfcadge" for number in (9, 3, 30, 12, 0)]
    for topic, name in names:
        segment(tmp_path, f"{topic}-0", batch(30), name=name)
    found = overdue_segments(tmp_path, NOW - timedelta(hours=24))
    assert [(path.parent.name[0], path.name) for path in found] == sorted(names)


def test_the_brokers_own_topics_and_those_without_plates_do_not_matter(tmp_path: Path) -> None:
    for topic in ("__consumer_offsets-0", "__cluster_metadata-0", "platewatch.alarms.pd.v1-0"):
        segment(tmp_path, topic, batch(30))
    before = NOW - timedelta(hours=24)
    assert overdue_segments(tmp_path, before, without=["platewatch.alarms.pd.v1"]) == []
    assert len(overdue_segments(tmp_path, before)) == 1
    assert overdue_segments(tmp_path / "no broker", before) == []


@pytest.mark.parametrize("cut", [1, 42, 43, 44, 80])
def test_a_file_that_ends_within_a_batch_is_told_by_what_is_whole(tmp_path: Path, cut: int) -> None:
    whole = batch(30)
    path = segment(tmp_path, "alerts-0", whole, batch(1)[:cut], bytes(4096))
    assert overdue_segments(tmp_path, NOW - timedelta(hours=24)) == [path]
    segment(tmp_path, "alerts-0", bytes(4096))
    assert overdue_segments(tmp_path, NOW) == []


@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd(data: bytes) -> None:
    assert all(isinstance(latest, int) for latest in _latest_times(io.BytesIO(data)))
