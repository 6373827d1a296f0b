"""Forms in which reads leave for other programs."""

from __future__ import annotations

from enum import StrEnum


class ExportForm(StrEnum):
    """Forms that other programs take reads in."""

    ONVIF = "onvif"
    CSV = "csv"
    JSON = "json"
    GEOJSON = "geojson"
