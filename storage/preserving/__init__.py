"""Reads that are kept beyond their time, for a case."""
