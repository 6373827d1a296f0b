"""The benchmark's parts, in their order. A part is a module with a `PART`, and its line here."""

from __future__ import annotations

from benchmarks.ingest.part import Part
from benchmarks.ingest.vendors.part import PART as VENDORS

PARTS: tuple[Part, ...] = (VENDORS,)
