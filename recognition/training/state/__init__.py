"""Trains, weighs and measures the state reader."""
