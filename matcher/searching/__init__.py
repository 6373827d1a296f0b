"""Which entries a read may be: probes, the compiled search and the one without it."""
