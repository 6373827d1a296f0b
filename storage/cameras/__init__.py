"""Cameras: how each is, what came of them by the hour, and those that were added besides the configuration."""
