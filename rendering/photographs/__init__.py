"""Photographs drawn plates: camera, dirt and weather."""
