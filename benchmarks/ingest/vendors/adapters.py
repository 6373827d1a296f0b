"""How fast every vendor's adapter reads its messages, and how all of them take damaged ones for a minute."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from benchmarks.ingest.part import Part
from ingest.vendors.arrivals import Arrivals
from ingest.vendors.passes import Passes
from ingest.vendors.registry import adapter_of
from tests.unit.ingest.vendors.damage import run_for
from tests.unit.ingest.vendors.messages import NOW, message_of, source_of
from tests.unit.ingest.vendors.samples import SAMPLES

LEAST_SECONDS = 0.2
"""How long each sample is read again and again, of CPU time."""


def _arguments(group: Any) -> None:
    group.add_argument("--damage-seconds", type=float, default=60.0, help="how long damaged messages are read")


def run(arguments: argparse.Namespace) -> None:
    """Measure and print the table.

    Raises:
        Exception: What an adapter raised of a damaged message that it may not raise.
    """
    print("## Vendors' messages read\n")
    print(
        "From the bytes to reads with their ids; CPU time of one thread. The plain loop is `json.loads` of the same.\n"
    )
    print("| vendor | bytes | messages/s per core | plain loop |")
    print("|---|---|---|---|")
    for vendor, body, content_type in SAMPLES:
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        plain = f"{_rate(lambda data=data: json.loads(data)):,.0f}" if not isinstance(body, str) else "-"  # type: ignore[misc]
        print(f"| {vendor} | {len(data):,} | {_rate(_reading(vendor, data, content_type)):,.0f} | {plain} |")
    seconds = arguments.damage_seconds
    count = run_for(seconds)
    print(f"\n{count:,} damaged messages in {seconds:g} s: every one was read or refused in one line.\n")


def _reading(vendor: str, data: bytes, content_type: str) -> Any:
    adapter, source, arrivals = adapter_of(vendor), source_of(vendor), Arrivals("bench", 0.7, Passes())
    message = message_of(data, content_type)
    return lambda: arrivals.of(adapter.parse(message, source), source, NOW)


def _rate(work: Any) -> float:
    work()
    began = time.thread_time()
    count = 0
    while time.thread_time() - began < LEAST_SECONDS:
        for _ in range(20):
            work()
        count += 20
    return count / (time.thread_time() - began)


PART = Part("adapters", _arguments, run)
