"""What holds for every vendor: its good message is a read, what it means is kept, and damage is told, never a crash."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.vendors.arrivals import Arrivals
from ingest.vendors.passes import Passes
from ingest.vendors.registry import adapter_of, vendors
from schemas.errors import InvalidInput
from tests.unit.ingest.vendors.damage import damaged_bytes, damaged_message, parses_or_refuses, run_for
from tests.unit.ingest.vendors.messages import NOW, message_of, parsed, source_of
from tests.unit.ingest.vendors.samples import PARTS, PLATE, SAMPLES

_NAMES = [f"{vendor}-{number}" for number, (vendor, _, _) in enumerate(SAMPLES)]


def _mapping(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.toml"
    path.write_text('confidence_of = 1\n[fields]\nplate = "a.text"\nconfidence = "a.score"\ncaptured_at = "at"\n')
    return path


def test_every_vendor_has_a_sample() -> None:
    assert {vendor for vendor, _, _ in SAMPLES} | {"mapping"} == set(vendors())


@pytest.mark.parametrize(("vendor", "body", "content_type"), SAMPLES, ids=_NAMES)
def test_a_good_message_is_one_dated_read(vendor: str, body: Any, content_type: str) -> None:
    found = parsed(vendor, body, content_type)
    (read,) = found.reads
    (arrival,) = Arrivals("pd", 0.7, Passes()).of(found, source_of(vendor), NOW)
    assert arrival.clock.off == timedelta(seconds=source_of(vendor).clock_off_seconds)

    assert arrival.read.plate == PLATE
    assert abs((arrival.read.captured_at - NOW).total_seconds()) <= 2
    assert arrival.read.source_time == arrival.read.captured_at
    assert arrival.read.first_seen <= arrival.read.captured_at <= arrival.read.last_seen
    assert 0 < arrival.read.confidence < 1
    assert arrival.read.confidence_is_known == (read.confidence is not None)
    assert "topsecret" not in found.payload
    json.loads(found.payload)


@pytest.mark.parametrize(("vendor", "body", "content_type"), SAMPLES, ids=_NAMES)
def test_a_message_that_comes_again_is_the_same_read(vendor: str, body: Any, content_type: str) -> None:
    found = parsed(vendor, body, content_type)
    first, again = (Arrivals("pd", 0.7, Passes()).of(found, source_of(vendor), NOW)[0].read for _ in range(2))

    assert (first.read_id, first.revision, first.is_final) == (again.read_id, again.revision, again.is_final)


@pytest.mark.parametrize(("vendor", "body", "content_type"), SAMPLES, ids=_NAMES)
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_a_damaged_message_is_read_or_refused(vendor: str, body: Any, content_type: str, seed: int) -> None:
    parses_or_refuses(vendor, damaged_message(body, random.Random(seed)), content_type)


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_damaged_parts_are_read_or_refused(seed: int) -> None:
    parses_or_refuses("hikvision", damaged_bytes(PARTS, random.Random(seed)), "multipart/form-data; boundary=cut")


def test_the_long_run_counts_its_messages() -> None:
    assert run_for(0.05, seed=1) >= len(SAMPLES)


def test_a_mapping_says_what_stands_where(tmp_path: Path) -> None:
    body = {"a": {"text": PLATE, "score": 0.8}, "at": "05/04/2026 08:00:00 AM"}
    found = parsed("mapping", body, mapping=_mapping(tmp_path))

    assert (found.reads[0].plate, found.reads[0].confidence, found.reads[0].captured_at) == (PLATE, 0.8, NOW)


@pytest.mark.parametrize("vendor", [name for name in vendors() if name != "mapping"])
@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b"<a/>", b"\xff\xd8\xff", b"[" * 100_000, b"--x\r\n"])
def test_what_is_no_message_is_refused(vendor: str, body: bytes) -> None:
    with pytest.raises(InvalidInput):
        adapter_of(vendor).validate(message_of(body), source_of(vendor))
