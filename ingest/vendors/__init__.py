"""Reads that other vendors' readers made: an adapter per vendor behind one base."""
