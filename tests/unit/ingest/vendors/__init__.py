"""Tests of reads that other vendors' readers made."""
