"""Cameras that people add besides the configuration."""
