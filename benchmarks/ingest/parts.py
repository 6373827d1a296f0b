"""The benchmark's parts, in their order. A part is a module with a `PART`, and its line here."""

from __future__ import annotations

from benchmarks.ingest import streams
from benchmarks.ingest.part import Part

PARTS: tuple[Part, ...] = (streams.PART,)
