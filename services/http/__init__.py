"""Serving HTTP from inside this process: what the ingest server and the console share."""
