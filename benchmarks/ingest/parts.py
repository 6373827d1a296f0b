"""The parts of this benchmark, in the order in which they run."""

from __future__ import annotations

from benchmarks.ingest import streams
from benchmarks.ingest.part import Part
from benchmarks.ingest.vendors.adapters import PART as ADAPTERS
from benchmarks.ingest.vendors.part import PART as VENDORS

PARTS: tuple[Part, ...] = (streams.PART, VENDORS, ADAPTERS)
