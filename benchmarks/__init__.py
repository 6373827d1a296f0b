"""Measurements, each against a named baseline in the same run. Results go to docs/benchmarks.md."""

from schemas.telemetry import switch_telemetry_off

# Some import a network's program before anything of Platewatch.
switch_telemetry_off()
