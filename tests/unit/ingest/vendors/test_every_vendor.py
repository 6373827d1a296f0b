"""What holds for every vendor: its good message is a read, what it means is kept, and damage is told, never a crash."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.vendors.adapter import Parsed
from ingest.vendors.arrivals import Arrivals
from ingest.vendors.passes import Passes
from ingest.vendors.registry import adapter_of, vendors
from schemas.errors import InvalidInput
from tests.unit.ingest.vendors.messages import NOW, message_of, parsed, source_of
from tests.unit.ingest.vendors.samples import PARTS, PLATE, SAMPLES

_ODD: list[Any] = [
    *(None, True, 0, -1, 1e308, 2**70, 10**30, float("nan"), float("inf"), "", "-", "0", "NaN", "1e999", "unknown"),
    *(
        [],
        {},
        [None],
        [[]],
        {"a": None},
        "A" * 3000,
        "\x00",
        "\ud800",
        "\uff19\uff19",
        "2026-13-45",
        "0000-00-00",
        253402300800000,
    ),
]
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


def _places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [place for key, value in inner for place in ((*path, key), *_places(value, (*path, key)))]


def _mutated(body: Any, chance: random.Random) -> Any:
    tree = copy.deepcopy(body)
    for _ in range(chance.randint(1, 4)):
        places = _places(tree)
        if not places:
            return tree
        *path, key = chance.choice(places)
        holder = tree
        for step in path:
            holder = holder[step]
        if chance.random() < 0.3:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(chance.choice(_ODD))
    return tree


def _damaged(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(data) + 1)
        data = data[:start] + chance.randbytes(chance.randint(0, 3)) + data[start + chance.randint(0, 20) :]
    return data


def parses_or_refuses(vendor: str, body: bytes, content_type: str) -> Parsed | None:
    """Parse a message; a refusal is one line."""
    source = source_of(vendor)
    try:
        found = adapter_of(vendor).parse(message_of(body, content_type), source)
    except InvalidInput as error:
        refusal = str(error)
    else:
        refusal = ""
    if refusal:
        assert refusal.splitlines() == [refusal]
        return None
    json.loads(found.payload)
    for arrival in Arrivals("pd", 0.7, Passes()).of(found, source, NOW):
        assert 0 <= arrival.read.confidence <= 1
        assert all(0 <= place.confidence <= 1 for place in arrival.read.characters)
        arrival.read.captured_at.isoformat().encode()
        found.payload.encode()
    return found


@pytest.mark.parametrize(("vendor", "body", "content_type"), SAMPLES, ids=_NAMES)
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_a_damaged_message_is_read_or_refused(vendor: str, body: Any, content_type: str, seed: int) -> None:
    chance = random.Random(seed)
    text = body if isinstance(body, str) else json.dumps(_mutated(body, chance))
    data = text.encode("utf-8", "surrogatepass")
    parses_or_refuses(vendor, data if chance.random() < 0.6 else _damaged(data, chance), content_type)


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_damaged_parts_are_read_or_refused(seed: int) -> None:
    parses_or_refuses("hikvision", _damaged(PARTS, random.Random(seed)), "multipart/form-data; boundary=cut")


def test_a_mapping_says_what_stands_where(tmp_path: Path) -> None:
    body = {"a": {"text": PLATE, "score": 0.8}, "at": "05/04/2026 08:00:00 AM"}
    found = parsed("mapping", body, mapping=_mapping(tmp_path))

    assert (found.reads[0].plate, found.reads[0].confidence, found.reads[0].captured_at) == (PLATE, 0.8, NOW)


@pytest.mark.parametrize("vendor", [name for name in vendors() if name != "mapping"])
@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b"<a/>", b"\xff\xd8\xff", b"[" * 100_000, b"--x\r\n"])
def test_what_is_no_message_is_refused(vendor: str, body: bytes) -> None:
    with pytest.raises(InvalidInput):
        adapter_of(vendor).validate(message_of(body), source_of(vendor))
