"""Measurements, each against a named baseline in the same run. Results go to docs/benchmarks.md."""
