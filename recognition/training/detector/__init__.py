"""Trains and measures the plate detector."""
