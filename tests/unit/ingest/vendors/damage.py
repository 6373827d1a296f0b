"""Damaged messages of every vendor, for the tests and, for longer, for the benchmark."""

from __future__ import annotations

import copy
import json
import random
import time
from typing import Any

from ingest.vendors.adapter import Parsed
from ingest.vendors.arrivals import Arrivals
from ingest.vendors.passes import Passes
from ingest.vendors.registry import adapter_of
from schemas.errors import InvalidInput
from tests.unit.ingest.vendors.messages import NOW, message_of, source_of
from tests.unit.ingest.vendors.samples import PARTS, SAMPLES

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


def damaged_bytes(data: bytes, chance: random.Random) -> bytes:
    """Return bytes with up to four places lost, doubled or overwritten."""
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
        assert isinstance(arrival.read.plate, str)
        assert arrival.read.plate
        assert 0 <= arrival.read.confidence <= 1
        assert all(0 <= place.confidence <= 1 for place in arrival.read.characters)
        arrival.read.captured_at.isoformat().encode()
        found.payload.encode()
    return found


def damaged_message(body: Any, chance: random.Random) -> bytes:
    """Return a good message with up to four values lost or replaced, and sometimes its bytes damaged."""
    text = body if isinstance(body, str) else json.dumps(_mutated(body, chance))
    data = text.encode("utf-8", "surrogatepass")
    return data if chance.random() < 0.6 else damaged_bytes(data, chance)


def run_for(seconds: float, seed: int = 0) -> int:
    """Drive every adapter with damaged messages for some time; raises whatever an adapter raises that it may not.

    Returns:
        How many messages there were.
    """
    chance = random.Random(seed)
    ends = time.monotonic() + seconds
    count = 0
    while count == 0 or time.monotonic() < ends:
        for vendor, body, content_type in SAMPLES:
            parses_or_refuses(vendor, damaged_message(body, chance), content_type)
        parses_or_refuses("hikvision", damaged_bytes(PARTS, chance), "multipart/form-data; boundary=cut")
        count += len(SAMPLES) + 1
    return count
