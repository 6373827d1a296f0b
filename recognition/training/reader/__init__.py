"""Trains, fine-tunes and measures the plate reader."""
